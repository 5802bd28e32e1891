import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { readAccessFile } from "../../../../core/access/files/access-file.ts";
import { SCHEMA_FILES } from "../../../../core/access/files/schemas.ts";

describe("schemas of the user's files", () => {
  for (const [name, text] of Object.entries(SCHEMA_FILES)) {
    it(`schemas/${name} is current (else: node --import tsx scripts/schemas.ts)`, () => {
      assert.equal(readFileSync(new URL(`../../../../schemas/${name}`, import.meta.url), "utf8"), text);
    });
    it(`${name} is a JSON Schema`, () => {
      new Ajv2020({ strict: false }).compile(JSON.parse(text) as object);
    });
  }

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
