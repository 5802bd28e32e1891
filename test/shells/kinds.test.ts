import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  AZURE_DEPLOYER,
  CONNECTION as PIPELINE_CONNECTION,
  REGISTRAR,
  TENANT_ID,
} from "../../sandbox/defaults.ts";
import { githubClaims } from "../../sandbox/github/claims.ts";
import { textOf } from "../../sandbox/http/json.ts";
import {
  addApplication,
  addKept,
  APPLICATION,
  CONNECTION,
  CREDENTIAL,
  EXCHANGE_AUDIENCE,
  IDENTITY_CREDENTIAL,
  playedApplication,
  playedJobs,
  playedKept,
  prepareJobAccess,
  SECRET,
} from "../../sandbox/job-access.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../sandbox/runner/github.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { builtTask } from "./support/built-task.ts";
import { searched, watchedStep } from "./support/watched-step.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");
const KEY = `    - { purpose: partner-key, unity_catalog_secret: ${SECRET} }\n`;
const API = `    - { purpose: partner-api, unity_catalog_connection: ${CONNECTION} }\n`;
const IDENTITY = `    - { purpose: partner-identity, unity_catalog_credential: ${IDENTITY_CREDENTIAL} }\n`;
const APP = `    - purpose: partner-app
      present: { credential: ${IDENTITY_CREDENTIAL}, audience: "${EXCHANGE_AUDIENCE}" }
      entra_application: { client_id: ${APPLICATION} }\n`;
const RULES = "rules: [{ name: all, effect: allow }]\n";

/** What the two jobs get: of the credential, of the application, then of secret and connection. */
const gets = async (sandbox: Sandbox): Promise<readonly string[]> => [
  ...playedJobs(sandbox),
  ...(await playedApplication(sandbox)),
  ...playedKept(sandbox),
];
const ALL_OF_A = ["vended", "refused", "in", "refused", "read", "called", "refused", "refused"];
const NOTHING = ALL_OF_A.map(() => "refused");
/** Where the sandbox has Azure. */
const azureOf = ({ entra, directory }: Sandbox): Readonly<Record<string, string>> => ({
  AZURE_AUTHORITY_HOST: entra.authority(),
  GRAPH_ENDPOINT: directory.url,
  ARM_ENDPOINT: directory.url,
});
const countsOf = (text = "null"): readonly number[] => {
  const { granted, updated, revoked, unchanged } = JSON.parse(text) as Record<string, unknown[]>;
  return [granted?.length ?? -1, updated?.length ?? -1, revoked?.length ?? -1, Number(unchanged)];
};

async function declare(
  checkout: string,
  registrar: "apart" | "together",
  ...entries: string[]
): Promise<void> {
  const file = path.join(checkout, "access.yml");
  const [own = ""] = /^version[^]*hr-graph-.*\n/m.exec(await readFile(file, "utf8")) ?? [];
  await writeFile(file, `${own}${entries.join("")}`);
  const { applicationId: id } = REGISTRAR;
  const entra = `entra: { registrar_client_id: ${id}, tenant_id: ${TENANT_ID} }`;
  const provider = `databricks: { registrar_client_id: ${id}, registrar: ${registrar} }, ${entra}`;
  await writeFile(path.join(checkout, "policy.yml"), `version: 1\nproviders: { ${provider} }\n${RULES}`);
}

/** Writes to what is granted on, and to the records. */
const writes = ({ requests }: Sandbox, from: number): readonly string[] =>
  requests
    .slice(from)
    .filter(
      ({ method, path: route, body }) =>
        method !== "GET" &&
        (route.includes("/unity-catalog/") || JSON.stringify(body).includes("/.databricks-secretless/")),
    )
    .map(({ method, path: route }) => `${method} ${route}`);

describe("every kind of access for one job, none for the other", function () {
  this.timeout(240_000);

  it("through the built action, registered in the same step", async () => {
    const job = await startGitHubJob({ bundle: BUNDLE });
    try {
      const { sandbox, checkout } = job;
      prepareJobAccess(sandbox);
      addKept(sandbox);
      addApplication(sandbox);
      await declare(checkout, "together", IDENTITY, APP, KEY, API);
      const step = (inputs = {}): Promise<StepResult> =>
        job.step({ "policy-file": "policy.yml", ...inputs }, { env: azureOf(sandbox) });
      const watched = await watchedStep(job, { "policy-file": "policy.yml" }, { env: azureOf(sandbox) });
      const { result: deployed } = watched;
      assert.equal(deployed.exitCode, 0, deployed.log);
      assert.deepEqual(countsOf(deployed.outputs["access"]), [5, 0, 0, 0]);
      assert.deepEqual(await gets(sandbox), ALL_OF_A);
      assert.match(deployed.summary, /readable by this job alone&#58; proven/);
      // The registrar's for Graph and Resource Manager among them.
      assert.ok(sandbox.handedOut.length >= 6);
      assert.deepEqual(searched(watched, sandbox.handedOut).findings, []);
      const mark = sandbox.requests.length;
      assert.deepEqual(countsOf((await step()).outputs["access"]), [0, 0, 0, 5]);
      assert.deepEqual(writes(sandbox, mark), []);
      await declare(checkout, "together", IDENTITY, APP, API);
      const dropped = await step();
      assert.deepEqual(countsOf(dropped.outputs["access"]), [0, 0, 1, 4], dropped.log);
      assert.deepEqual(await gets(sandbox), ALL_OF_A.with(4, "refused"));
      assert.match(dropped.log, /a value that was read is known for good, so change it/);
      const destroyed = await step({ command: "destroy", "auto-approve": "true" });
      assert.equal(destroyed.exitCode, 0, destroyed.log);
      assert.deepEqual(await gets(sandbox), NOTHING);
      assert.equal(sandbox.workspace.grants.of("connection", CONNECTION).size, 0);
      assert.deepEqual(sandbox.entra.application(APPLICATION)?.credentials, []);
    } finally {
      await job.stop();
    }
  });

  it("through the built action, registered in a job of its own", async () => {
    const job = await startGitHubJob({ bundle: BUNDLE });
    try {
      const { sandbox, checkout } = job;
      const registrarSubject = textOf(githubClaims({ environment: "prod-access" })["sub"]);
      prepareJobAccess(sandbox, { registrarSubject });
      addKept(sandbox);
      addApplication(sandbox);
      await declare(checkout, "apart", IDENTITY, APP, KEY, API);
      const deployed = await job.step({ "policy-file": "policy.yml" }, { env: azureOf(sandbox) });
      assert.equal(deployed.exitCode, 0, deployed.log);
      assert.deepEqual(await gets(sandbox), NOTHING);
      sandbox.github.claims = githubClaims({ environment: "prod-access" });
      const registrar = {
        command: "access",
        "client-id": REGISTRAR.applicationId,
        "policy-file": "policy.yml",
      };
      const register = (): Promise<StepResult> =>
        job.step(registrar, { env: { ...azureOf(sandbox), PATH: "/nowhere" } });
      const granted = await register();
      assert.equal(granted.exitCode, 0, granted.log);
      assert.deepEqual(countsOf(granted.outputs["access"]), [5, 0, 0, 0]);
      assert.deepEqual(await gets(sandbox), ALL_OF_A);
      await declare(checkout, "apart", IDENTITY, KEY);
      assert.deepEqual(countsOf((await register()).outputs["access"]), [0, 0, 2, 3]);
      assert.deepEqual(await gets(sandbox), ALL_OF_A.with(2, "refused").with(5, "refused"));
    } finally {
      await job.stop();
    }
  });

  it("through the built task", async () => {
    const job = await startAzureJob({ task: await builtTask(), bundle: BUNDLE });
    try {
      const { sandbox, checkout } = job;
      prepareJobAccess(sandbox);
      addKept(sandbox);
      addApplication(sandbox);
      sandbox.workspace.serviceCredentials.grant(CREDENTIAL, AZURE_DEPLOYER.applicationId, "BROWSE");
      await declare(checkout, "together", IDENTITY, APP, KEY, API);
      const variables = azureOf(sandbox);
      sandbox.workspace.serviceCredentials.grant(IDENTITY_CREDENTIAL, AZURE_DEPLOYER.applicationId, "BROWSE");
      const inputs = { azureSubscription: PIPELINE_CONNECTION.name, policyFile: "policy.yml" };
      const deployed = await job.step(inputs, { variables });
      assert.equal(deployed.result, "Succeeded", deployed.log);
      assert.deepEqual(countsOf(deployed.outputs["access"]), [5, 0, 0, 0]);
      assert.deepEqual(await gets(sandbox), ALL_OF_A);
      const destroyed = await job.step({ ...inputs, command: "destroy", autoApprove: "true" }, { variables });
      assert.equal(destroyed.result, "Succeeded", destroyed.log);
      assert.deepEqual(await gets(sandbox), NOTHING);
    } finally {
      await job.stop();
    }
  });
});
