import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { PAT } from "../../support/memory-tree.ts";
import { usualCli, type Flow } from "../../support/flow.ts";
import { annotated, startScanFlow, writeIn } from "../../support/scan-flow.ts";

const RULE = "databricks-personal-access-token";

describe("exceptions of the scan of a step", () => {
  let flow: Flow;
  const file = ".secretless-ignore.yml";
  let mark: string;
  beforeEach(async () => {
    flow = await startScanFlow();
    await writeIn(flow, "src/load.py", `token = "${PAT}"\n`);
    assert.equal(await flow.run({}, usualCli({})), 1);
    mark = /fingerprint ([0-9a-f]{12})/.exec(flow.error)?.[1] ?? "";
  });

  afterEach(() => flow.stop());

  const exception = (more: Record<string, string>): string => {
    const fields = { rule: RULE, reason: "a sample", expires: "2999-12-31", ...more };
    const lines = Object.entries(fields).map(([key, value]) => `    ${key}: "${value}"\n`);
    return `version: 1\nexceptions:\n  - # one\n${lines.join("")}`;
  };

  it("takes what they accept, and shows it as suppressed", async () => {
    await writeIn(flow, file, exception({ path: "src/load.py", fingerprint: mark }));
    assert.equal(await flow.run({ "sarif-file": "out/scan.sarif" }, usualCli({})), 0, flow.error);
    assert.match(flow.ci.log.join("\n"), /nothing found, 1 accepted/);
    const told = /Accepted until 2999-12-31: databricks-personal-access-token in src\/load\.py \(a sample\)/;
    assert.match(flow.ci.log.join("\n"), told);
    assert.match(
      flow.ci.summaryText,
      /Accepted[^]*databricks-personal-access-token[^]*load[^]*2999-12-31[^]*a sample/,
    );
    const sarif = await readFile(path.join(flow.checkout, "out/scan.sarif"), "utf8");
    assert.match(sarif, /"suppressions"[^]*a sample/);
  });

  it("accepts none that the policy forbids, and uploads nothing then", async () => {
    await writeIn(flow, file, exception({ path: "src/load.py", fingerprint: mark }));
    const policy = (bounds: string): Promise<void> =>
      writeIn(flow, "policy.yml", `version: 1\nscan: { exceptions: ${bounds} }\nrules: []\n`);
    for (const bounds of ["forbid", "{ max_days: 30 }", "{ paths: [tests/*] }"]) {
      await policy(bounds);
      assert.equal(await flow.run({ "policy-file": "policy.yml" }, usualCli({})), 1);
      assert.match(flow.error, /CREDENTIAL_FOUND: [^]*EXCEPTIONS_INVALID: [^]*policy does not admit/);
      assert.ok(!flow.commands.includes("deploy"));
    }
    await policy("{ max_days: 400000, paths: [src/*], rules: [databricks-*] }");
    assert.equal(await flow.run({ "policy-file": "policy.yml" }, usualCli({})), 0, flow.error);
  });

  it("stops for an expired one, beside the finding", async () => {
    await writeIn(flow, file, exception({ path: "src/load.py", fingerprint: mark, expires: "2020-01-01" }));
    assert.equal(await flow.run({}, usualCli({})), 1);
    assert.match(flow.error, /^CREDENTIAL_FOUND: [^]*EXCEPTIONS_INVALID: [^]*expired on 2020-01-01/);
    assert.equal(await flow.run({ scan: "warn" }, usualCli({})), 0);
    assert.match(
      annotated(flow, "warning")
        .map(({ text }) => text)
        .join("\n"),
      /expired on 2020-01-01/,
    );
  });

  it("stops for an unused one, at its line, when everything was scanned", async () => {
    await rm(path.join(flow.checkout, "src/load.py"));
    await writeIn(flow, file, exception({ path: "src/load.py", fingerprint: mark }));
    assert.equal(await flow.run({}, usualCli({})), 1);
    assert.match(flow.error, /^EXCEPTIONS_INVALID: [^]*matches no finding/);
    assert.ok(flow.commands.includes("plan -o json") && !flow.commands.includes("deploy"));
    assert.deepEqual(annotated(flow, "error")[1]?.place?.file, file);
  });

  it("only warns where another target, or a resource that does not change, may need it", async () => {
    await rm(path.join(flow.checkout, "src/load.py"));
    for (const [rule, where] of [
      [RULE, "databricks.yml"],
      [RULE, "resources/*.yml"],
      [RULE, "dist/lake.whl"],
      ["practice-instance-profile", "src/load.py"],
    ] as const) {
      await writeIn(flow, file, exception({ rule, path: where, fingerprint: mark }));
      assert.equal(await flow.run({}, usualCli({})), 0, flow.error);
      assert.match(annotated(flow, "warning")[0]?.text ?? "", /matches no finding/);
    }
  });
});
