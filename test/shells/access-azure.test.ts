import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { AZURE_DEPLOYER, CONNECTION, DEPLOYER, JOB_RUNNER, REGISTRAR } from "../../sandbox/defaults.ts";
import { CREDENTIAL, playedJobs, prepareJobAccess, purposes } from "../../sandbox/job-access.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { builtTask } from "./support/built-task.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");
const ENTRY = {
  job: "nightly_ingest",
  purpose: "read-hr-directory",
  kind: "unity_catalog_credential",
  credential: CREDENTIAL,
  principal: JOB_RUNNER.applicationId,
};
const NONE = { granted: [], updated: [], revoked: [], unchanged: 0 };

describe("the access of jobs through the built task", () => {
  it("is decided by the pipeline's own token, whatever connection deploys, and registered by an identity of its own", async () => {
    const job = await startAzureJob({ task: await builtTask(), bundle: BUNDLE });
    try {
      prepareJobAccess(job.sandbox);
      const file = path.join(job.checkout, "policy.yml");
      const policy = (await readFile(file, "utf8"))
        .replace("example-org/lake", "https://dev.azure.com/example-org/lake/_git/lake")
        .replace("environment: prod", "pipeline: p://example-org/lake/deploy-lake");
      await writeFile(file, policy);
      const { entra, requests, workspace } = job.sandbox;
      workspace.serviceCredentials.grant(CREDENTIAL, AZURE_DEPLOYER.applicationId, "BROWSE");
      const inputs = { azureSubscription: CONNECTION.name, policyFile: "policy.yml" };
      const variables = { AZURE_AUTHORITY_HOST: entra.authority() };
      const result = await job.step(inputs, { variables });
      assert.equal(result.result, "Succeeded", result.log);
      assert.deepEqual(JSON.parse(result.outputs["access"] ?? ""), { ...NONE, granted: [ENTRY] });
      assert.ok(result.outputs["auditLog"]?.endsWith(".jsonl"));
      assert.deepEqual(playedJobs(job.sandbox), ["vended", "refused"]);
      assert.deepEqual(purposes(job.sandbox), ["nightly_ingest read-hr-directory"]);
      const grant = requests.find(
        ({ method, path: route }) => method === "PATCH" && route.includes("/unity-catalog/permissions/"),
      );
      assert.equal(grant?.principal, REGISTRAR.applicationId);
      assert.notEqual(grant.principal, DEPLOYER.applicationId);
      assert.equal(
        job.sandbox.handedOut.filter((token) => result.rawLog.includes(token)).length,
        0,
        "a token stands in the log",
      );
      await writeFile(file, policy.replace("deploy-lake", "another"));
      // What is no longer allowed is withdrawn; from then on the entry is a new one, which stops the run.
      const withdrawn = await job.step(inputs, { variables });
      assert.equal(withdrawn.result, "Succeeded", withdrawn.log);
      const warned = withdrawn.issues
        .filter(({ level }) => level === "warning")
        .map(({ message }) => message);
      assert.ok(
        warned.some((text) => /is withdrawn: .*fails on pipeline/.test(text)),
        withdrawn.log,
      );
      assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
      assert.deepEqual(purposes(job.sandbox), []);
      const refused = await job.step(inputs, { variables });
      assert.equal(refused.result, "Failed");
      assert.ok(
        refused.issues.some(({ message }) => message.includes("fails on pipeline")),
        refused.log,
      );
    } finally {
      await job.stop();
    }
  });
});
