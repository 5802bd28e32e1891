import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { readAccessFile } from "../../../../core/access/files/access-file.ts";
import { SCHEMA_FILES } from "../../../../core/access/files/schemas.ts";
import { MANIFEST_SCHEMA_FILE } from "../../../../core/access/manifest.ts";
import { parseExceptions } from "../../../../core/scan/exceptions.ts";

type Schema = Readonly<Record<string, unknown>>;

/** The properties, by path, that an editor has nothing to say of. */
function withoutDescription(schema: Schema, path: string): string[] {
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);
  const parts = ["items", "additionalProperties"].flatMap((name) => schema[name] ?? []);
  const choices = ["anyOf", "oneOf", "allOf"].flatMap((name) => (schema[name] ?? []) as Schema[]);
  return [
    ...properties.filter(([, one]) => !("description" in one)).map(([name]) => `${path}.${name}`),
    ...properties.flatMap(([name, one]) => withoutDescription(one, `${path}.${name}`)),
    ...[...parts, ...choices]
      .filter((one): one is Schema => typeof one === "object")
      .flatMap((one) => withoutDescription(one, `${path}[]`)),
  ];
}

describe("schemas of the user's files", () => {
  for (const [name, text] of Object.entries(SCHEMA_FILES)) {
    it(`schemas/${name} is current (else: node --import tsx scripts/schemas.ts)`, () => {
      assert.equal(readFileSync(new URL(`../../../../schemas/${name}`, import.meta.url), "utf8"), text);
    });
    it(`${name} is a JSON Schema`, () => {
      new Ajv2020({ strict: false }).compile(JSON.parse(text) as object);
    });
    it(`${name} describes every key`, () => {
      assert.deepEqual(withoutDescription(JSON.parse(text) as Schema, name), []);
    });
  }

  it("have an id each", () => {
    const texts = Object.values({ ...SCHEMA_FILES, ...MANIFEST_SCHEMA_FILE });
    const ids = texts.map((text) => (JSON.parse(text) as Schema)["$id"] as string);
    assert.equal(new Set(ids).size, texts.length);
    for (const id of ids) assert.match(id, /^urn:databricks-secretless:schema:[a-z-]+:1$/);
  });

  it("accept and refuse exceptions of the scan as the reader does", () => {
    const validate = new Ajv2020({ strict: false }).compile(
      JSON.parse(SCHEMA_FILES["secretless-ignore.schema.json"] ?? "") as object,
    );
    const good = {
      rule: "named-token",
      path: "a.py",
      fingerprint: "3f0c1d9a7b42",
      reason: "r",
      expires: "2999-01-31",
    };
    const one = (change: object): string =>
      JSON.stringify({ version: 1, exceptions: [{ ...good, ...change }] });
    for (const [text, wanted] of [
      [one({}), true],
      ["version: 1\nexceptions: []\n", true],
      [one({ rule: "no-such-rule" }), false],
      [one({ reason: "" }), false],
      [one({ reason: undefined }), false],
      [one({ extra: 1 }), false],
      [one({ expires: "tomorrow" }), false],
      [one({ expires: "2999-13-01" }), false],
      ["version: 2\nexceptions: []\n", false],
      ["version: 1\n", false],
      ["version: 1\nexceptions: []\nmore: 1\n", false],
      ["version: 1\nexceptions: [text]\n", false],
    ] as const) {
      assert.equal(validate(parse(text)), wanted, text);
      assert.equal(parseExceptions(text, "f", "2026-01-01").mistakes.length === 0, wanted, text);
    }
  });

  it("accept and refuse as the reader does", () => {
    const validate = new Ajv2020({ strict: false }).compile(
      JSON.parse(SCHEMA_FILES["access.schema.json"] ?? "") as object,
    );
    const entry = (text: string): string => `version: 1\njobs:\n  a:\n    - ${text}\n`;
    for (const [text, good] of [
      [entry("{ purpose: p, unity_catalog_credential: x }"), true],
      [entry("{ purpose: p }"), false],
      [entry("{ purpose: P, unity_catalog_credential: x }"), false],
      [entry("{ purpose: p, unity_catalog_credential: x, until: soon }"), false],
      [entry("{ purpose: p, unity_catalog_credential: x, extra: 1 }"), false],
      ["version: 2\njobs: {}\n", false],
      ["version: 1\njobs: {}\n", true],
    ] as const) {
      assert.equal(validate(parse(text)), good, text);
      assert.equal(readAccessFile({ path: "access.yml", text }).value !== undefined, good, text);
    }
  });
});
