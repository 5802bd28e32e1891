import assert from "node:assert/strict";
import fc from "fast-check";
import {
  applyExceptions,
  boundExceptions,
  parseExceptions,
  unusedMistake,
  type ExceptionPolicy,
} from "../../../core/scan/exceptions.ts";
import type { Finding } from "../../../core/scan/finding.ts";
import { RULES } from "../../../core/scan/rules/index.ts";

const TODAY = "2026-11-25";
const rule = RULES.find(({ id }) => id === "named-token");
assert.ok(rule);
const finding: Finding = {
  rule,
  level: "error",
  place: { file: "t/a.py", line: 2, column: 1 },
  shown: "… (20 characters)",
  fingerprint: "1e234567890a",
};

const text = (overrides: Readonly<Record<string, string | undefined>> = {}): string => {
  const fields: Record<string, string | undefined> = {
    rule: "named-token",
    path: "t/*.py",
    fingerprint: "1e234567890a",
    reason: "sample of the vendor",
    expires: "2026-12-31",
    ...overrides,
  };
  const lines = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`    ${key}: ${value}`],
  );
  return `version: 1\nexceptions:\n  - ${lines.join("\n").trim()}\n`;
};
const problems = (yaml: string): string[] =>
  parseExceptions(yaml, "x.yml", TODAY).mistakes.map(({ problem }) => problem);

describe("exceptions", () => {
  it("take out the finding of their rule, path and value only", () => {
    const { exceptions, mistakes } = parseExceptions(text(), "x.yml", TODAY);
    assert.deepEqual(mistakes, []);
    const other: Finding[] = [
      { ...finding, fingerprint: "000000000000" },
      { ...finding, place: { file: "u/a.py" } },
      { ...finding, place: { file: "../t/a.py" } },
      { ...finding, rule: { ...rule, id: "named-secret" } },
    ];
    const applied = applyExceptions([finding, ...other], exceptions);
    assert.deepEqual(applied.findings, other);
    assert.equal(applied.excepted[0]?.finding, finding);
    assert.deepEqual(applied.unused, []);
  });

  it("keep a fingerprint that looks like a number as it is written", () => {
    const { exceptions } = parseExceptions(text({ fingerprint: "123456789012" }), "x.yml", TODAY);
    assert.equal(exceptions[0]?.fingerprint, "123456789012");
    assert.equal(
      parseExceptions(text({ fingerprint: "1e5" }), "x.yml", TODAY).exceptions[0]?.fingerprint,
      "1e5",
    );
  });

  it("hold on their last day, and are mistakes from the next one", () => {
    assert.deepEqual(problems(text({ expires: TODAY })), []);
    assert.deepEqual(problems(text({ expires: "2026-11-24" })), [
      "The exception for named-token in t/*.py expired on 2026-11-24",
    ]);
    assert.deepEqual(parseExceptions(text({ expires: "2026-11-24" }), "x.yml", TODAY).exceptions, []);
  });

  it("are mistakes where anything is missing, unknown or no date, all at once and with places", () => {
    assert.deepEqual(problems(text({ reason: undefined, rule: "no-such", expires: "soon", extra: "1" })), [
      "The exception has no reason",
      "The exception has an unknown key extra",
      "There is no rule no-such",
      "soon is no day of the form YYYY-MM-DD",
    ]);
    assert.deepEqual(parseExceptions(text({ reason: '""' }), "x.yml", TODAY).mistakes[0]?.place, {
      file: "x.yml",
      line: 3,
      column: 5,
    });
    assert.equal(problems("version: 2\nexceptions: []\n").length, 1);
    assert.equal(problems("version: 1\nexceptions: [1]\n").length, 1);
    assert.equal(problems("a: [").length, 1);
    assert.deepEqual(problems(""), []);
  });

  it("are bounded by a policy: forbidden, too long, for other rules, in other files", () => {
    const one = {
      rule: "named-token",
      fingerprint: "1",
      reason: "r",
      expires: "2026-12-31",
      place: { file: "x" },
    };
    const exceptions = { exceptions: [{ ...one, path: "tests/a.py" }], mistakes: [] };
    const refusal = (policy: ExceptionPolicy): string | undefined => {
      const bounded = boundExceptions(exceptions, policy, "2026-12-01");
      assert.equal(bounded.exceptions.length + bounded.mistakes.length, 1);
      return bounded.mistakes[0]?.problem;
    };
    assert.match(refusal("forbid") ?? "", /forbids/);
    assert.match(refusal({ max_days: 29 }) ?? "", /ends in 30 days, and may in 29/);
    assert.equal(refusal({ max_days: 30 }), undefined);
    assert.match(refusal({ rules: ["aws-*"] }) ?? "", /aws-\* alone/);
    assert.equal(refusal({ rules: ["aws-*", "named-*"] }), undefined);
    assert.match(refusal({ paths: ["docs/*"] }) ?? "", /docs\/\* alone/);
    assert.equal(refusal({ paths: ["tests/*"] }), undefined);
  });

  it("hold in no other file than the policy admits, whatever their pattern matches", () => {
    const file = (name: string): Finding => ({ ...finding, place: { file: name } });
    const { rule, fingerprint } = finding;
    const one = { rule: rule.id, fingerprint, reason: "r", expires: "2026-12-31", place: { file: "x" } };
    // To .gitignore a slash in the middle anchors nothing here.
    const exceptions = [{ ...one, path: "tests/a.py" }];
    const all = [file("tests/a.py"), file("src/tests/a.py")];
    assert.equal(applyExceptions(all, exceptions).findings.length, 0);
    const bounded = boundExceptions({ exceptions, mistakes: [] }, { paths: ["tests/*"] }, "2026-12-01");
    assert.deepEqual(
      applyExceptions(all, bounded.exceptions).findings.map(({ place }) => place.file),
      ["src/tests/a.py"],
    );
  });

  it("that nothing needs are told", () => {
    const { exceptions } = parseExceptions(text(), "x.yml", TODAY);
    const { unused } = applyExceptions([], exceptions);
    assert.match(unused.map(unusedMistake)[0]?.problem ?? "", /named-token in t\/\*\.py matches no finding/);
  });

  it("never fail on any text", () => {
    fc.assert(fc.property(fc.string(), (any) => void parseExceptions(any, "x.yml", TODAY)));
  });
});
