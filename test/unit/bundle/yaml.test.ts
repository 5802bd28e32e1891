import assert from "node:assert/strict";
import fc from "fast-check";
import { BundleYamlError, parseBundleYaml, type BundleValue } from "../../../core/bundle/yaml.ts";

const parsed = (content: string | Uint8Array) =>
  parseBundleYaml(typeof content === "string" ? Buffer.from(content) : content, "f.yml");

function valueOf(content: string | Uint8Array): BundleValue {
  const result = parsed(content);
  assert("value" in result, JSON.stringify(result));
  return result.value;
}

/** The whole value as plain data. */
function plain(value: BundleValue): unknown {
  if (value.kind === "map")
    return Object.fromEntries([...value.entries()].map(([key, item]) => [key, plain(item)]));
  if (value.kind === "sequence") return value.items().map(plain);
  return value.kind === "null" ? null : value.text;
}

function mistakesOf(content: string | Uint8Array) {
  const result = parsed(content);
  assert("mistakes" in result);
  return result.mistakes.map(({ problem, place }) => [problem, place?.line, place?.column]);
}

describe("databricks/bundle-yaml", () => {
  it("keeps scalars as they are written", () => {
    const text =
      "a: 007\nb: 1e3\nc: 0x10\nd: 'x'\ne: \"\\x41\"\nf: yes\ng: 2026-01-01\nh:\ni: ~\nj: Null\nk: 'null'\n";
    assert.deepEqual(plain(valueOf(text)), {
      ...{ a: "007", b: "1e3", c: "0x10", d: "x", e: "A", f: "yes", g: "2026-01-01" },
      ...{ h: null, i: null, j: null, k: "null" },
    });
  });

  for (const [text, expected] of [
    ["true", true],
    ["True", true],
    ["TRUE", true],
    ["'true'", true],
    ["'True'", undefined],
    ["yes", true],
    ["'on'", true],
    ["y", true],
    ["Off", false],
    ["false", false],
    ["FALSE", false],
    ["'FALSE'", undefined],
    ["!!bool 'TRUE'", true],
    ["!!bool x", undefined],
    ["!!str True", undefined],
    ["1", undefined],
  ] as const) {
    it(`takes ${text} for the boolean ${String(expected)}`, () => {
      const value = valueOf(text);
      assert(value.kind === "text");
      assert.equal(value.boolean, expected);
    });
  }

  it("says where each value stands", () => {
    const top = valueOf("a:\n  - b\n  - c: d\n");
    assert(top.kind === "map");
    const list = top.entries().get("a");
    assert(list?.kind === "sequence");
    assert.deepEqual(
      list.items().map(({ place }) => place),
      [
        { file: "f.yml", line: 2, column: 5 },
        { file: "f.yml", line: 3, column: 5 },
      ],
    );
    const absent = valueOf("a:\nb: 1");
    assert(absent.kind === "map");
    assert.deepEqual(absent.entries().get("a")?.place, { file: "f.yml", line: 1, column: 3 });
  });

  it("shows the first mistake of the YAML, at its line and column", () => {
    assert.deepEqual(
      mistakesOf("a: {b}}\nc: d\ne: f\n").map(([, line, column]) => [line, column]),
      [[1, 7]],
    );
    const [[problem, line, column] = []] = mistakesOf("a: b\n c: d\n");
    assert.match(String(problem), /^Not YAML: /);
    assert.deepEqual([line, column], [1, 4]);
  });

  for (const [text, remedy] of [
    ["a: {{x}} y\nb: c\n", /`{` or `}`.* needs quotes/],
    ["a: {x}/y\nb: c\n", /`{` or `}`.* needs quotes/],
    ["a: {{x}}\nb: c\n", /`{` or `}`.* needs quotes/],
    ["a: [b] c\n", /needs quotes/],
    ["a: {b: c}}\nd: e\n", /needs quotes/],
    ["a: b\n c: d\n", /Indent the keys of one mapping alike/],
    ["\ta: b\n", /Indent with blanks/],
    ["a: @b\n", /into quotes/],
    ["a:b\nc: d\n", /blank behind the colon/],
  ] as const) {
    it(`says what to do about ${JSON.stringify(text)}`, () => {
      const result = parsed(text);
      const remedyOf = () => {
        if ("mistakes" in result) return result.mistakes[0]?.remedy;
        try {
          return plain(result.value);
        } catch (error) {
          assert(error instanceof BundleYamlError);
          return error.remedy;
        }
      };
      assert.match(String(remedyOf()), remedy);
    });
  }

  it("counts lines as the CLI's reader does", () => {
    const [[, line] = []] = mistakesOf("a: 1\u2028b: 2\u0085c: 3\rd: 4\r\ne: {");
    assert.equal(line, 5);
  });

  it("reads UTF-16 with a byte order mark, and refuses what is no text", () => {
    const wide = Buffer.from("\ufeffa: ä", "utf16le");
    assert.deepEqual(plain(valueOf(wide)), { a: "ä" });
    assert.deepEqual(plain(valueOf(Buffer.from(wide).swap16())), { a: "ä" });
    assert.deepEqual(mistakesOf(Buffer.from([0x61, 0x3a, 0x20, 0xff])), [
      ["The file is not UTF-8 text.", undefined, undefined],
    ]);
    assert.match(String(mistakesOf("a: 1\n\ufeffb: 2")[0]?.[0]), /byte order mark/);
  });

  for (const [title, text, message] of [
    ["a key that is a list", "? [a]\n: b", /A key is not a plain text/],
    ["two merges", "a: &a {}\nb:\n  <<: *a\n  <<: *a", /more than one merge key/],
    ["a merge of a text", "a: &a x\nb:\n  <<: *a", /needs an alias of a mapping/],
    ["a merge of a mapping in place", "b:\n  <<: {}", /needs an alias of a mapping/],
    ["an alias of itself", "b: &b { <<: *b }", /leads back to itself/],
    ["an alias without anchor", "b: *b", /has no anchor/],
  ] as const) {
    it(`refuses ${title}, at its place`, () => {
      const value = valueOf(text);
      assert.throws(
        () => plain(value),
        (error) =>
          error instanceof BundleYamlError && message.test(error.message) && (error.place.line ?? 0) > 0,
      );
    });
  }

  it("reads merges of merges once, however often they are merged", () => {
    const lines = Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} { <<: [*a${n}, *a${n}] }`);
    const top = valueOf(["a0: &a0 { x: 1 }", ...lines].join("\n"));
    assert(top.kind === "map");
    const last = top.entries().get("a12");
    assert(last?.kind === "map");
    assert.equal([...last.entries().keys()].join(), "x");
  });

  for (const [what, first, next] of [
    ["lists of lists", "[1]", (n: number) => `[*a${n}, *a${n}]`],
    ["mappings", "{ x: 1 }", (n: number) => `{ x: *a${n}, y: *a${n} }`],
    ["merges", "{ x: 1 }", (n: number) => `{ <<: [*a${n}, *a${n}] }`],
    ["keys", "[1]", (n: number) => `{ ? *a${n} : *a${n} }`],
  ] as const) {
    it(`refuses what expands endlessly, at once: ${what}`, () => {
      const lines = Array.from({ length: 60 }, (_, n) => `a${n + 1}: &a${n + 1} ${next(n)}`);
      const parsed = parseBundleYaml(Buffer.from([`a0: &a0 ${first}`, ...lines].join("\n")), "f.yml");
      assert.ok("mistakes" in parsed);
      assert.match(parsed.mistakes[0]?.problem ?? "", /aliases expand/);
    });
  }

  it("refuses a chain of aliases that nests too deeply", () => {
    const lines = Array.from({ length: 2_000 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}]`);
    const parsed = parseBundleYaml(Buffer.from(["a0: &a0 [1]", ...lines].join("\n")), "f.yml");
    assert.ok("mistakes" in parsed);
  });

  for (const [title, text] of [
    ["flow", "[".repeat(100_000)],
    ["flow that is closed again", "[".repeat(20_000) + "]".repeat(20_000)],
    ["compact sequences", "- ".repeat(100_000)],
    ["mappings", Array.from({ length: 600 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
  ] as const) {
    it(`refuses what is nested too deeply: ${title}`, () => {
      assert.deepEqual(mistakesOf(text), [
        ["The file is nested deeper than 500 levels.", undefined, undefined],
      ]);
    });
  }

  it("reads what is nested deeply, but not too deeply", () => {
    assert.equal(valueOf("[".repeat(200) + "]".repeat(200)).kind, "sequence");
  });

  it("reads JSON as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: "small" }), (json) => {
        const text = (value: unknown): unknown => {
          if (Array.isArray(value)) return value.map(text);
          if (value === null || typeof value === "string") return value;
          if (typeof value !== "object") return JSON.stringify(value);
          return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, text(item)]));
        };
        // JSON lets the line separators stand in a text, which end a line to YAML 1.1; `<<` would be quoted, and so is no merge.
        const source = JSON.stringify(json).replace(/[\u0085\u2028\u2029\ufeff]/g, "-");
        const wanted = text(JSON.parse(source));
        if (/[\ud800-\udfff]|__proto__/.test(source)) return;
        assert.deepEqual(plain(valueOf(source)), wanted);
      }),
    );
  });

  it("gives a value or mistakes for any bytes", () => {
    const yaml = fc.string({ unit: fc.constantFrom(...Array.from("ab:-[]{}&*!<>|'\"#%\n\t ,?\\\u0085")) });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          yaml.map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const result = parsed(bytes);
          if ("mistakes" in result) {
            assert(result.mistakes.length > 0);
            return;
          }
          try {
            plain(result.value);
          } catch (error) {
            assert(error instanceof BundleYamlError, String(error));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
