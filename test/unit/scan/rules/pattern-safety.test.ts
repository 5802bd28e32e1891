import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseRegExpLiteral, visitRegExpAST } from "@eslint-community/regexpp";
import type { Quantifier } from "@eslint-community/regexpp/ast";
import fc from "fast-check";
import { analyse } from "scslre";
import { detect } from "../../../../core/scan/detect/detector.ts";
import { FORMAT_RULES, NAMED_VALUE_RULES, RULES } from "../../../../core/scan/rules/index.ts";

const FOLDER = join(import.meta.dirname, "../../../../core/scan");

/** Every regular expression literal of the scanner's sources, found by the TypeScript compiler's rules for literals. */
function literals(): { file: string; literal: string }[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(FOLDER, file), "utf8");
    const found = text.matchAll(
      /(?<=[(=:,[!&|?]\s{0,30}|return )\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*/g,
    );
    return [...found].map(([literal]) => ({ file, literal }));
  });
}

function quantifiers(literal: string): Quantifier[] {
  const all: Quantifier[] = [];
  visitRegExpAST(parseRegExpLiteral(literal), { onQuantifierEnter: (node) => void all.push(node) });
  return all;
}

/** The pattern as if every large bound were none: what is linear then is linear with bounds. */
function unbounded(literal: string): string {
  return literal.replace(/\{(\d+),(\d+)\}/g, (all, least: string, most: string) =>
    Number(most) >= 8 ? `{${least},}` : all,
  );
}

describe("scan patterns", () => {
  const rulePatterns = [
    ...FORMAT_RULES.map(({ id, pattern }) => ({ file: id, literal: String(pattern) })),
    ...NAMED_VALUE_RULES.flatMap(({ id, named, value }) =>
      [named, value].flatMap((p) => (p === undefined ? [] : [{ file: id, literal: String(p) }])),
    ),
  ];

  it("finds the literals of the sources", () => {
    assert.ok(literals().length > 120);
  });

  it("bounds every quantifier of a rule, and nests none that repeat", () => {
    for (const { file, literal } of rulePatterns.filter(
      ({ literal: text }) => text.endsWith("/y") || text.endsWith("/iy"),
    )) {
      for (const node of quantifiers(literal)) {
        assert.ok(node.max <= 8192, `${file}: ${node.raw} has no bound`);
        const nested = quantifiers(`/${node.element.raw}/`).reduce(
          (most, inner) => Math.max(most, inner.max),
          1,
        );
        assert.ok(
          node.max <= 8 || nested <= 8 || node.max * nested <= 20_000,
          `${file}: ${node.raw} repeats repetitions`,
        );
      }
    }
  });

  function superLinear(literal: string): string[] {
    // Sticky patterns are tried at one place only: what a moving start would cost does not count.
    return analyse(parseRegExpLiteral(unbounded(literal)), { reportTypes: { Move: false } }).reports.map(
      ({ type, exponential }) => `${type}${exponential ? " exponential" : ""}`,
    );
  }

  it("has a check that knows bad patterns", () => {
    assert.deepEqual(superLinear("/(?:a{1,9}){1,9}b/y"), ["Self exponential"]);
    assert.deepEqual(superLinear("/a{0,90}a{0,90}b/y"), ["Trade"]);
  });

  it("has rules that are linear even without their bounds", () => {
    for (const { file, literal } of rulePatterns)
      assert.deepEqual(superLinear(literal), [], `${file}: ${literal}`);
  });

  it("backtracks exponentially nowhere else", () => {
    for (const { file, literal } of literals()) {
      const bad = superLinear(literal).filter((report) => report.includes("exponential"));
      assert.deepEqual(bad, [], `${file}: ${literal}`);
    }
  });

  it("ends on adversarial lines, whatever keyword stands in them", function () {
    this.timeout(60_000);
    const keyword = fc.constantFrom(...RULES.flatMap((rule) => rule.keywords));
    const filler = fc.constantFrom(
      "a",
      "A",
      "0",
      "=",
      " ",
      "\t",
      "\n",
      '"',
      "'",
      "\\",
      "\\\\",
      "%41",
      ":",
      "/",
      "-",
      "eyJ",
      "= ",
      '"+"',
      "{",
      "(",
      ".",
      "@",
      "${",
      "A1/+",
      "aB3_",
    );
    const line = fc.array(fc.tuple(fc.oneof(keyword, filler), fc.integer({ min: 1, max: 9000 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(line, (parts) => {
        const text = parts
          .map(([part, times]) => part.repeat(Math.min(times, Math.ceil(9000 / part.length))))
          .join("");
        const bytes = Buffer.from(text, "latin1");
        for (const kind of ["config", "code"] as const) {
          const matches = detect(bytes, text, { kind, binary: false, from: 0, to: bytes.length });
          for (const { start, end } of matches) assert.ok(start >= 0 && start <= end && end <= text.length);
        }
      }),
      { numRuns: 120 },
    );
  });
});
