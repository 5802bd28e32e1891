import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  AZURE_DEPLOYER,
  CONNECTION,
  JOB_RUNNER,
  REGISTRAR,
  REGISTRAR_CONNECTION,
} from "../../sandbox/defaults.ts";
import { CREDENTIAL, playedJobs, prepareJobAccess } from "../../sandbox/job-access.ts";
import { startAzureJob, type AzureJob } from "../../sandbox/runner/azure-job.ts";
import type { AzureStepResult } from "../../sandbox/runner/azure.ts";
import { EVERY_CASE } from "../unit/support/sample.ts";
import { builtTask, codeOf } from "./support/built-task.ts";
import { ProcessWatch } from "./support/processes.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");
const FOLDER = `/Workspace/Users/${REGISTRAR.applicationId}/.databricks-secretless/access`;
const NONE = { granted: [], updated: [], revoked: [], unchanged: 0 };
const ENTRY = {
  job: "nightly_ingest",
  purpose: "read-hr-directory",
  kind: "unity_catalog_credential",
  credential: CREDENTIAL,
  principal: JOB_RUNNER.applicationId,
};

describe("a registrar apart, through the built task: a second stage with a connection of its own", () => {
  let job: AzureJob;
  type Inputs = Readonly<Record<string, string>>;
  const stage = async (
    inputs: Inputs,
    more: Parameters<AzureJob["step"]>[1] = {},
  ): Promise<AzureStepResult> =>
    job.step(
      { policyFile: "policy.yml", ...inputs },
      { ...more, variables: { AZURE_AUTHORITY_HOST: job.sandbox.entra.authority() } },
    );
  const deploy = (inputs: Inputs = {}): Promise<AzureStepResult> =>
    stage({ azureSubscription: CONNECTION.name, ...inputs });
  /** No CLI is on the PATH of this stage. */
  const register = (inputs: Inputs = {}, watch?: ProcessWatch): Promise<AzureStepResult> =>
    stage(
      { command: "access", azureSubscription: REGISTRAR_CONNECTION.name, ...inputs },
      { env: { PATH: "/nowhere" }, ...(watch && { onStart: (pid: number) => watch.watch(pid) }) },
    );
  const access = ({ outputs }: AzureStepResult): unknown => JSON.parse(outputs["access"] ?? "null");
  const edit = async (file: string, change: (text: string) => string): Promise<void> => {
    const full = path.join(job.checkout, file);
    const text = await readFile(full, "utf8");
    assert.notEqual(change(text), text);
    await writeFile(full, change(text));
  };
  /** With every token that the deploying stage was given. */
  const triesToGrant = async (): Promise<void> => {
    const { handedOut, workspace } = job.sandbox;
    let tried = 0;
    for (const token of new Set(handedOut)) {
      const send = async (method: string, route: string, body: unknown): Promise<void> => {
        const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        const { status } = await fetch(`${workspace.host}${route}`, {
          method,
          headers,
          body: JSON.stringify(body),
        });
        tried += 1;
        assert.ok(status === 401 || status === 403, `${method} ${route}: ${status}`);
      };
      const changes = [{ principal: JOB_RUNNER.applicationId, add: ["ACCESS"] }];
      await send("PATCH", `/api/2.1/unity-catalog/permissions/credential/${CREDENTIAL}`, { changes });
      await send("POST", "/api/2.0/workspace/mkdirs", { path: FOLDER });
      const content = Buffer.from("{}").toString("base64");
      await send("POST", "/api/2.0/workspace/import", { path: `${FOLDER}/x.json`, format: "AUTO", content });
    }
    assert.ok(tried >= 12, `${tried}`);
  };

  beforeEach(async () => {
    job = await startAzureJob({ task: await builtTask(), bundle: BUNDLE });
    prepareJobAccess(job.sandbox, { registrarConnection: REGISTRAR_CONNECTION });
    job.sandbox.workspace.serviceCredentials.grant(CREDENTIAL, AZURE_DEPLOYER.applicationId, "BROWSE");
    await edit("policy.yml", (text) =>
      text
        .replace("registrar_client_id: 9d", "registrar: apart, registrar_client_id: 9d")
        .replace("example-org/lake", "https://dev.azure.com/example-org/lake/_git/lake")
        .replace("environment: prod", "pipeline: p://example-org/lake/deploy-lake"),
    );
  });
  afterEach(() => job.stop());

  it("deploys without granting, grants from a stage that starts no process, and destroys only what has no access", async function () {
    // Six steps of two stages, one after the other.
    this.timeout(240_000);
    const deployed = await deploy();
    assert.equal(deployed.result, "Succeeded", deployed.log);
    assert.match(deployed.log, /Access is left to the registrar/);
    assert.deepEqual(access(deployed), { ...NONE, granted: [ENTRY] });
    assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
    const asked = JSON.stringify(job.sandbox.requests.map(({ body }) => body));
    assert.ok(asked.includes(`"client_id":"${AZURE_DEPLOYER.applicationId}"`));
    await triesToGrant();
    assert.ok(
      !asked.includes(`"client_id":"${REGISTRAR.applicationId}"`),
      "it asked for the registrar's token",
    );

    // Another workspace, which the principal is assigned to, and where the registrar is an admin.
    const { account, workspace } = job.sandbox;
    const finance = await job.sandbox.addWorkspace("finance");
    for (const { applicationId } of [JOB_RUNNER, REGISTRAR])
      account.workspaces.assign(finance.workspaceId, applicationId);

    const mark = path.join(job.checkout, "ran-code-of-the-bundle");
    const script = `experimental:\n  scripts:\n    preinit: touch ${mark}\n`;
    await edit("databricks.yml", (text) => `${text}\n${script}`);
    const watch = new ProcessWatch();
    const granted = await register({}, watch);
    watch.stop();
    assert.equal(granted.result, "Succeeded", granted.log);
    assert.deepEqual(access(granted), { ...NONE, granted: [ENTRY] });
    assert.deepEqual(playedJobs(job.sandbox), ["vended", "refused"]);
    await assert.rejects(readFile(mark));
    await edit("databricks.yml", (text) => text.replace(`\n${script}`, ""));
    if (ProcessWatch.possible) assert.equal(new Set(watch.seen.map(({ argv }) => argv[0])).size, 1);

    const before = job.sandbox.requests.length;
    assert.deepEqual(access(await register()), { ...NONE, unchanged: 1 });
    const writes = job.sandbox.requests
      .slice(before)
      .filter(({ method, path: route }) => method !== "GET" && !/\/oauth2\/|\/oidc/.test(route));
    assert.deepEqual(writes, []);

    // The deployment says itself who registers: no policy, no access.yml is needed to know.
    const state = `/Workspace/Users/${AZURE_DEPLOYER.applicationId}/.bundle/job-access/prod/state`;
    const note = workspace.files.find(`${state}/access-registrar.json`).content.toString();
    assert.deepEqual(JSON.parse(note), { registrar: REGISTRAR.applicationId });
    const declared = await readFile(path.join(job.checkout, "access.yml"), "utf8");
    await rm(path.join(job.checkout, "access.yml"));
    const blind = { command: "destroy", autoApprove: "true", policyFile: "" };
    assert.equal(codeOf(await deploy(blind)), "ACCESS_STANDS");
    await writeFile(path.join(job.checkout, "access.yml"), declared);
    assert.equal(workspace.jobs.all.size, 2);

    const runner = account.principals.withApplicationId(JOB_RUNNER.applicationId);
    assert.ok(runner);
    finance.jobs.create({ name: "copied" }, runner);
    const broken = await register();
    assert.deepEqual(access(broken), { ...NONE, revoked: [ENTRY] }, broken.log);
    assert.match(broken.log, /also runs as it: job "copied" \(\d+\) in workspace "finance"/);
    assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
  });

  it("lets no identity of the deploying stage grant, write records or become the registrar", async function () {
    // Refusals that are tried again until the deadline of an exchange: `npm run test:full`.
    if (!EVERY_CASE) this.skip();
    this.timeout(240_000);
    const { azure, entra, workspace } = job.sandbox;
    assert.equal((await deploy()).result, "Succeeded");
    assert.equal(azure.connections.length, 4);
    await triesToGrant();
    assert.equal(codeOf(await deploy({ command: "access" })), "WRONG_PRINCIPAL");
    const asRegistrar = { command: "access", clientId: REGISTRAR.applicationId };
    for (const way of [
      { azureSubscription: CONNECTION.name },
      { exchange: "entra", tenantId: [...entra.tenants][0] ?? "" },
    ])
      assert.equal((await stage({ ...asRegistrar, ...way })).result, "Failed", JSON.stringify(way));
    assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
    assert.deepEqual(workspace.serviceCredentials.accessOf(CREDENTIAL), []);
  });
});
