import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { MANIFEST_SCHEMA_FILE, renderManifest, type Manifest } from "../../../core/access/manifest.ts";
import { MANIFEST_OF_EVERY_KIND } from "../support/manifest.ts";

const root = new URL("../../../", import.meta.url);
const [[schemaName, schemaText] = ["", "{}"]] = Object.entries(MANIFEST_SCHEMA_FILE);
const validate = new Ajv2020({ strict: false }).compile(JSON.parse(schemaText) as object);
const isValid = (text: string): boolean => validate(JSON.parse(text));

describe("the access manifest", () => {
  it("schemas/manifest.schema.json is current (else: node --import tsx scripts/schemas.ts)", () => {
    assert.equal(readFileSync(new URL(`schemas/${schemaName}`, root), "utf8"), schemaText);
  });

  it("the Python tests read what the writer writes (else: node --import tsx test/unit/support/manifest.ts)", () => {
    const fixture = readFileSync(new URL("runtime/tests/fixtures/secretless-access.json", root), "utf8");
    assert.equal(fixture, renderManifest(MANIFEST_OF_EVERY_KIND));
  });

  it("every kind fits the schema", () => {
    assert.ok(isValid(renderManifest(MANIFEST_OF_EVERY_KIND)), JSON.stringify(validate.errors));
  });

  it("the order of jobs, purposes and targets makes no difference", () => {
    const jobs = [...MANIFEST_OF_EVERY_KIND.jobs].reverse().map((job) => ({
      ...job,
      purposes: [...job.purposes].reverse(),
      ...(job.elsewhere === undefined
        ? {}
        : {
            elsewhere: Object.fromEntries(
              Object.entries(job.elsewhere)
                .reverse()
                .map(([purpose, targets]) => [purpose, [...targets].reverse()]),
            ),
          }),
    }));
    assert.equal(renderManifest({ ...MANIFEST_OF_EVERY_KIND, jobs }), renderManifest(MANIFEST_OF_EVERY_KIND));
  });

  it("writes nothing but the known members", () => {
    const text = renderManifest({
      ...MANIFEST_OF_EVERY_KIND,
      token: "dapi0123456789",
      jobs: MANIFEST_OF_EVERY_KIND.jobs.map((job) => ({
        ...job,
        secret: "dapi0123456789",
        purposes: job.purposes.map((one) => ({
          ...one,
          client_secret: "dapi0123456789",
          ...("present" in one && one.present !== "databricks"
            ? { present: { ...one.present, token: "dapi0123456789" } }
            : {}),
        })),
      })),
    } as Manifest);
    assert.equal(text, renderManifest(MANIFEST_OF_EVERY_KIND));
  });

  it("refuses a job or purpose that stands twice", () => {
    const [job] = MANIFEST_OF_EVERY_KIND.jobs;
    assert.ok(job);
    assert.throws(
      () => renderManifest({ ...MANIFEST_OF_EVERY_KIND, jobs: [job, job] }),
      /"all_kinds" stands twice/,
    );
    const twice = { ...job, purposes: [...job.purposes, ...job.purposes] };
    assert.throws(() => renderManifest({ ...MANIFEST_OF_EVERY_KIND, jobs: [twice] }), /stands twice/);
  });

  for (const address of [
    "http://vault.example.com",
    "https://root:s3cr3t@vault.example.com",
    "https://vault.example.com?token=x",
    "https://vault.example.com#x",
    "http://127.0.0.1.example.com",
    "http://localhost@example.com",
    "https://example.com\\@other.com",
    "ftp://vault.example.com",
    "",
  ]) {
    it(`refuses the address ${JSON.stringify(address)} without repeating it`, () => {
      const refuses = (call: () => string): void =>
        assert.throws(call, (error: Error) => address === "" || !error.message.includes(address));
      refuses(() => renderManifest({ ...MANIFEST_OF_EVERY_KIND, workspace: address }));
      const jobs = MANIFEST_OF_EVERY_KIND.jobs.map((job) => ({
        ...job,
        purposes: job.purposes.map((one) => (one.kind === "vault_role" ? { ...one, address } : one)),
      }));
      refuses(() => renderManifest({ ...MANIFEST_OF_EVERY_KIND, jobs }));
    });
  }

  it("whatever the names are, the text is JSON that fits the schema and gives them back", () => {
    const name = fc.string({ minLength: 1, unit: "grapheme" });
    fc.assert(
      fc.property(name, name, name, name, (bundle, target, key, credential) => {
        const text = renderManifest({
          bundle,
          target,
          workspace: "https://adb-1.2.azuredatabricks.net",
          jobs: [
            {
              key,
              id: "1",
              runAs: "p",
              purposes: [{ purpose: "p", kind: "unity_catalog_credential", credential }],
            },
          ],
        });
        assert.ok(isValid(text) || key === "__proto__");
        const read = JSON.parse(text) as {
          bundle: string;
          jobs: Record<string, { purposes: { p: { credential: string } } }>;
        };
        assert.equal(read.bundle, bundle);
        assert.equal(Object.entries(read.jobs)[0]?.[1].purposes.p.credential, credential);
      }),
    );
  });
});
