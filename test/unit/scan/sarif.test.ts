import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { parseExceptions } from "../../../core/scan/exceptions.ts";
import { EMPTY_REPORT, findingMistake, mergeReports, type ScanReport } from "../../../core/scan/finding.ts";
import { toSarif } from "../../../core/scan/sarif.ts";
import { scanFile } from "../../../core/scan/files/scan-file.ts";
import { schemaOf } from "../../fixtures/schemas.ts";
import { PAT } from "../support/memory-tree.ts";

async function report(): Promise<ScanReport> {
  const scan = (name: string, text: string): Promise<ScanReport> =>
    scanFile(
      {
        name,
        read: async function* () {
          yield await Promise.resolve(Buffer.from(text));
        },
      },
      "r",
    );
  return mergeReports([
    await scan("a b/ü.py", `x = 1\ntoken = "${PAT}"\n`),
    await scan("c.bin", `\0\0${PAT}`),
    {
      ...EMPTY_REPORT,
      unscanned: [
        { file: "d.zip", member: "e", reason: "it is encrypted", harmless: false },
        { file: "l", reason: "link", harmless: true },
      ],
    },
  ]);
}

interface Log {
  readonly runs: readonly {
    readonly results: readonly Record<string, unknown>[];
    readonly tool: {
      readonly driver: { readonly rules: readonly { id: string; help: { markdown: string } }[] };
    };
  }[];
}

describe("toSarif", () => {
  it("gives file, line, rule help and fingerprint to each result, and no value", async () => {
    const log = toSarif(await report(), { version: "1.0.0" });
    const [run] = (log as unknown as Log).runs;
    assert.deepEqual(run?.results[0]?.["locations"], [
      {
        physicalLocation: {
          artifactLocation: { uri: "a%20b/%C3%BC.py", uriBaseId: "%SRCROOT%" },
          region: { startLine: 2, startColumn: 10, endColumn: 46 },
        },
      },
    ]);
    assert.equal(run.tool.driver.rules[0]?.id, "databricks-personal-access-token");
    assert.match(run.tool.driver.rules[0].help.markdown, /Instead.*OWASP NHI2/s);
    assert.ok(!JSON.stringify(log).includes(PAT.slice(4, 14)));
  });

  it("lists accepted findings as suppressed", async () => {
    const { findings } = await report();
    const [finding] = findings;
    const yaml = `version: 1\nexceptions: [{rule: named-token, path: a, fingerprint: "1", reason: sample, expires: 2027-01-01}]`;
    const [exception] = parseExceptions(yaml, "x", "2026-11-25").exceptions;
    assert.ok(finding && exception);
    const log = toSarif(EMPTY_REPORT, { version: "1", excepted: [{ finding, exception }] });
    assert.match(JSON.stringify(log), /"justification":"sample \(until 2027-01-01\)"/);
  });

  it("is valid SARIF 2.1.0", async () => {
    const schema = schemaOf("sarif/sarif-schema-2.1.0.json");
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    assert.ok(
      validate(JSON.parse(JSON.stringify(toSarif(await report(), { version: "1.0.0" })))),
      JSON.stringify(validate.errors),
    );
    assert.ok(validate(JSON.parse(JSON.stringify(toSarif(EMPTY_REPORT, { version: "1.0.0" })))));
    assert.ok(!validate({ version: "2.1.0", runs: [{}] }));
  });
});

describe("findingMistake", () => {
  it("says kind, place, rule and what to write instead", async () => {
    const [finding] = (await report()).findings;
    assert.ok(finding);
    const { problem, actual, remedy } = findingMistake({
      ...finding,
      member: "m.py",
      cell: 2,
      setting: "s",
      via: "base64",
    });
    assert.match(problem, /^Databricks personal access token: dapi… \(36 characters\), base64 encoded\. /);
    assert.match(
      actual ?? "",
      /^a b\/ü\.py!m\.py:2:10 \(cell 2\) \(s\), rule databricks-personal-access-token, fingerprint [0-9a-f]{12}$/,
    );
    assert.match(remedy ?? "", /WorkspaceClient\(\)/);
  });
});
