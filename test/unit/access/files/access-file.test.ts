import assert from "node:assert/strict";
import fc from "fast-check";
import { readAccessFile } from "../../../../core/access/files/access-file.ts";

const read = (text: string): ReturnType<typeof readAccessFile> =>
  readAccessFile({ path: "access.yml", text });
const mistakes = (text: string): string[] =>
  read(text).mistakes.map(({ problem, place }) => `${place?.line}:${place?.column} ${problem}`);
const job = (...entries: string[]): string =>
  `version: 1\njobs:\n  a:\n${entries.map((entry) => `    - ${entry}\n`).join("")}`;

describe("access.yml", () => {
  it("reads an entry with places", () => {
    const { value } = read(
      job(
        '{ purpose: read-hr, targets: [prod], until: 2027-03-31, unity_catalog_credential: "hr-${bundle.target}" }',
      ),
    );
    const entry = value?.[0];
    assert.ok(entry);
    assert.equal(entry.job.value, "a");
    assert.deepEqual(entry.purpose, {
      value: "read-hr",
      place: { file: "access.yml", line: 4, column: 18 },
    });
    assert.deepEqual(entry.targets, ["prod"]);
    assert.equal(entry.until?.value, "2027-03-31");
    assert.equal((entry.spec as { value: string }).value, "hr-${bundle.target}");
    assert.equal(entry.kind.name, "unity_catalog_credential");
  });

  const cases: readonly (readonly [string, string, readonly RegExp[]])[] = [
    ["an empty file", "", [/^1:1 Expected a mapping.*found nothing/]],
    ["a text", "hello", [/Expected a mapping.*found "hello"/]],
    ["a wrong version", "version: 2\njobs: {}", [/^1:10 Expected 1, found 2/]],
    ["missing keys", "{}", [/Missing key "version"/, /Missing key "jobs"/]],
    ["an unknown key", "version: 1\njobs: {}\nrules: []", [/^3:1 Unknown key "rules"/]],
    ["no entries", "version: 1\njobs:\n  a: []", [/^3:6 Expected a list with at least one item/]],
    [
      "a job key that is none",
      'version: 1\njobs:\n  "a*": []',
      [/^3:3 Expected a key under resources.jobs/, /list/],
    ],
    ["a key that is no text", "version: 1\njobs:\n  1: []", [/^3:3 Expected a key/, /list/]],
    ["no kind", job("{ purpose: p }"), [/^4:7 An entry names exactly one kind/]],
    ["an unknown kind", job("{ purpose: p, gcp: x }"), [/^4:21 Unknown key "gcp"/, /exactly one kind/]],
    [
      "a kind to come",
      job("{ purpose: p, aws_role: { role: x } }"),
      [/^4:31 The kind of access "aws_role" is not available yet/],
    ],
    ["an entry that is a text", job("p"), [/^4:7 Expected a mapping/]],
    [
      "a duplicate purpose",
      job("{ purpose: p, unity_catalog_credential: x }", "{ purpose: p, unity_catalog_credential: y }"),
      [/^5:18 The purpose "p" stands twice/],
    ],
    [
      "a bad purpose",
      job("{ purpose: P_1, unity_catalog_credential: x }"),
      [/^4:18 Expected a name of small letters/],
    ],
    [
      "a bad date",
      job("{ purpose: p, until: tomorrow, unity_catalog_credential: x }"),
      [/^4:28 Expected a date/],
    ],
    [
      "a number for a name",
      job("{ purpose: p, unity_catalog_credential: 12 }"),
      [/^4:47 Expected a text, found 12/],
    ],
    [
      "present where it has no place",
      job("{ purpose: p, unity_catalog_credential: x, present: databricks }"),
      [/^4:59 "unity_catalog_credential" does not take "present"/],
    ],
    [
      "a reference to elsewhere",
      job('{ purpose: p, unity_catalog_credential: "${env.X}" }'),
      [/"\$\{env.X\}" cannot be used here/],
    ],
    [
      "an open reference",
      job('{ purpose: p, unity_catalog_credential: "a${bundle.target" }'),
      [/not closed or is nested/],
    ],
    [
      "a nested reference",
      job('{ purpose: p, unity_catalog_credential: "${var.${var.a}}" }'),
      [/not closed or is nested/],
    ],
    [
      "aliases",
      "version: 1\njobs: &a { x: [{ purpose: p, unity_catalog_credential: *b }] }\n",
      [/Unresolved alias|alias/],
    ],
    [
      "an alias that resolves",
      "version: 1\njobs:\n  a: &e\n    - { purpose: p, unity_catalog_credential: x }\n  b: *e\n",
      [/^5:6 YAML aliases are not supported/],
    ],
    ["duplicate keys", "version: 1\nversion: 1\njobs: {}", [/the same key twice/]],
    ["two documents", "version: 1\njobs: {}\n---\n{}", [/several documents/]],
    ["a directive", "%YAML 1.1\n---\nversion: 1\njobs: {}", [/%YAML directive/]],
    ["a tag", "version: 1\njobs: !secret {}", [/tag/i]],
    ["broken YAML", "version: [1", [/YAML: /]],
  ];
  for (const [name, text, expected] of cases) {
    it(`refuses ${name}, with its place`, () => {
      const found = mistakes(text);
      assert.equal(read(text).value, undefined);
      assert.equal(found.length, expected.length, found.join("\n"));
      expected.forEach((pattern, index) => {
        assert.match(found[index] ?? "", pattern);
      });
    });
  }

  it("reports all mistakes at once", () => {
    assert.equal(
      mistakes(job("{ purpose: 1 }", "{ purpose: p, x: 1 }", "{ purpose: q, vault_role: {} }")).length,
      5,
    );
  });

  it("refuses what is too large or too deep", () => {
    assert.match(mistakes(`#${"x".repeat(1_000_001)}`)[0] ?? "", /larger than 1 MB/);
    assert.match(mistakes("[".repeat(200_000))[0] ?? "", /nested too deeply|not YAML|YAML:/);
  });

  it("never throws, whatever the text, and reads nothing that has a mistake", () => {
    const scraps = fc.constantFrom(
      "version: 1",
      "jobs:",
      "  a:",
      "    - ",
      "purpose: p",
      "{",
      "}",
      "[",
      "]",
      ": ",
      "- ",
      "&a",
      "*a",
      "<<: *a",
      "unity_catalog_credential: x",
      "\n",
      "\t",
      "!!binary x",
      "${var.a}",
      "? ",
      "|",
      "'",
      '"',
      "---",
      "present: databricks",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(scraps).map((parts) => parts.join("")),
      fc.array(scraps).map((parts) => parts.join("\n")),
    );
    fc.assert(
      fc.property(text, (source) => {
        const { value, mistakes: found } = read(source);
        assert.equal(value === undefined, found.length > 0);
        for (const { place } of found) assert.ok((place?.line ?? 0) >= 1 && (place?.column ?? 0) >= 1);
      }),
      { numRuns: 500 },
    );
  });
});
