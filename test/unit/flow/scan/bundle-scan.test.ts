import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { BundleScan } from "../../../../core/flow/scan/bundle-scan.ts";
import { readPlan } from "../../../../core/cli/plan.ts";
import { SecretlessError } from "../../../../core/base/errors.ts";
import { parseInputs } from "../../../../core/ci/inputs/inputs.ts";
import { systemClock } from "../../../../core/base/clock-and-platform.ts";
import { DEPLOYER } from "../../../../sandbox/defaults.ts";
import { FakeCi } from "../../support/fake-ci.ts";
import { scratchFolders } from "../../support/scratch.ts";

describe("the scan of a bundle", () => {
  const freshFolder = scratchFolders();

  it("stops for a secret scope that the policy gives to another target, where there is a policy", async () => {
    const checkout = await freshFolder("checkout");
    await writeFile(path.join(checkout, "databricks.yml"), "bundle: { name: lake }\n");
    await writeFile(path.join(checkout, "scopes.py"), '  dbutils.secrets.get("prod-lake", "key")\n');
    const inputs = {
      host: "https://adb-1234567890123456.7.azuredatabricks.net",
      "client-id": DEPLOYER.applicationId,
      target: "dev",
    };
    const ci = new FakeCi(inputs, { checkout });
    const step = {
      ci,
      inputs: parseInputs(ci),
      ports: { platform: { os: "linux", arch: "x64" } as const, clock: systemClock },
      signal: new AbortController().signal,
      found: () => undefined,
    };
    const scan = await BundleScan.start(step, checkout);
    const json = { plan_version: 2 };
    const summary = { sync: { paths: ["."] } };
    const resolved = { plan: readPlan(json), json, summary, target: "dev" };
    await scan.planned(resolved);
    await assert.rejects(
      scan.planned({ ...resolved, policy: { scopes: { prod: ["prod-*"] }, exceptions: undefined } }),
      (error) => {
        assert.ok(error instanceof SecretlessError && error.code === "CREDENTIAL_FOUND");
        assert.deepEqual(
          error.mistakes.map(({ place }) => place),
          [{ file: "scopes.py", line: 1, column: 11 }],
        );
        return true;
      },
    );
  });
});
