import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import path from "node:path";
import { ACCOUNT_ID, DEPLOYER, JOB_RUNNER, PLANNER } from "../../../sandbox/defaults.ts";
import { isObject, parseJson, type JsonObject } from "../../../sandbox/http/json.ts";
import { realCli } from "../../../sandbox/runner/find-cli.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";
import { scratchFolders } from "../support/scratch.ts";
import type { RunningServer } from "../support/servers.ts";
import { accessToken, text } from "./client.ts";
import { folderWith, metadataService, runCli, type CliResult } from "./cli.ts";
import { WIDE_BUNDLE } from "./wide-bundle.ts";

const EXAMPLE = path.resolve(import.meta.dirname, "../../../examples/lakehouse-jobs");

const present = (await realCli()) !== undefined;
describe(`sandbox: the real CLI${present ? "" : " (skipped: there is no databricks on PATH)"}`, function () {
  this.timeout(60_000);
  this.slow(5_000);
  const freshFolder = scratchFolders();
  let sandbox: Sandbox;
  let metadata: RunningServer | undefined;
  before(function () {
    if (!present) this.skip();
  });
  afterEach(async () => {
    const unknown = sandbox.requests.filter(({ route }) => route === undefined);
    assert.deepEqual(
      unknown.map(({ method, path }) => `${method} ${path}`),
      [],
    );
    await metadata?.stop();
    metadata = undefined;
    await sandbox.stop();
  });

  const githubOidc = (clientId: string = DEPLOYER.applicationId) => ({
    DATABRICKS_HOST: sandbox.workspace.host,
    DATABRICKS_AUTH_TYPE: "github-oidc",
    DATABRICKS_CLIENT_ID: clientId,
    ACTIONS_ID_TOKEN_REQUEST_URL: sandbox.github.requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: sandbox.github.requestToken,
  });
  const ok = async (result: Promise<CliResult>) => {
    const { code, stdout, stderr } = await result;
    assert.equal(code, 0, stdout + stderr);
    return { stdout, stderr };
  };
  const json = async (result: Promise<CliResult>): Promise<JsonObject> => {
    const value = parseJson((await ok(result)).stdout);
    assert.ok(isObject(value));
    return value;
  };
  const actions = async (result: Promise<CliResult>) => {
    const { plan } = await json(result);
    return Object.values(plan as Record<string, JsonObject>).map(({ action }) => action);
  };

  it("deploys, plans no change, summarises, runs and destroys every kind, through a metadata service", async () => {
    sandbox = await startSandbox();
    metadata = await metadataService(await accessToken(sandbox));
    const env = {
      DATABRICKS_HOST: sandbox.workspace.host,
      DATABRICKS_AUTH_TYPE: "metadata-service",
      DATABRICKS_METADATA_SERVICE_URL: `${metadata.url}/token`,
    };
    const folder = await folderWith(WIDE_BUNDLE, freshFolder);
    const bundle = (...args: string[]) => runCli(folder, env, "bundle", ...args);

    assert.match((await ok(bundle("validate"))).stdout, /Validation OK!/);
    assert.ok((await actions(bundle("plan", "-o", "json"))).every((action) => action === "create"));
    await ok(bundle("deploy"));
    const { jobs, pipelines, dashboards, unityCatalog, files, grants, permissions } = sandbox.workspace;
    assert.deepEqual([jobs.all.size, pipelines.all.size, dashboards.all.size], [2, 1, 1]);
    assert.deepEqual(
      [...unityCatalog.schemas.keys(), ...unityCatalog.volumes.keys()],
      ["main.orders", "main.orders.landing"],
    );
    assert.deepEqual(grants.of("schema", "main.orders").get("analysts"), new Set(["SELECT", "USE_SCHEMA"]));
    const [nightly, after] = [...jobs.all.values()].sort((one, other) =>
      text(other.settings, "name").localeCompare(text(one.settings, "name")),
    );
    assert.deepEqual(after!.settings["run_as"], { service_principal_name: JOB_RUNNER.applicationId });
    assert.ok(
      permissions
        .of("jobs", after!.id)
        .some(({ name, level }) => name === "operators" && level === "CAN_MANAGE_RUN"),
    );
    const root = `/Workspace/Users/${DEPLOYER.applicationId}/.bundle/wide/prod`;
    assert.equal(files.get(`${root}/files/src/note`)?.type, "NOTEBOOK");
    assert.equal(files.get(`${root}/artifacts/.internal/demo-0.1-py3-none-any.whl`)?.type, "FILE");
    assert.equal(files.get(`${root}/state/deploy.lock`), undefined);

    assert.deepEqual(new Set(await actions(bundle("plan", "-o", "json"))), new Set(["skip"]));
    const summary = await json(bundle("summary", "-o", "json"));
    const { jobs: summarised } = summary["resources"] as Record<string, Record<string, JsonObject>>;
    assert.equal(summarised!["nightly"]!["id"], nightly!.id);

    sandbox.workspace.runs.script({ job: "nightly", outputs: { note: { result: "42" } } });
    assert.match((await ok(bundle("run", "nightly"))).stdout, /42/);
    sandbox.workspace.runs.script({
      job: "nightly",
      result: "FAILED",
      message: "no orders",
      runningPolls: 0,
    });
    const failed = await bundle("run", "nightly");
    assert.deepEqual([failed.code, /run failed: no orders/.test(failed.stderr)], [1, true]);
    await ok(bundle("run", "flow"));

    await ok(bundle("destroy", "--auto-approve"));
    assert.deepEqual(
      [jobs.all.size, pipelines.all.size, unityCatalog.schemas.size, unityCatalog.volumes.size],
      [0, 0, 0, 0],
    );
    assert.equal(files.get(root), undefined);
    assert.ok(sandbox.requests.some(({ userAgent }) => userAgent.includes("auth/metadata-service")));
  });

  it("deploys the example with github-oidc and ids past 2^53; another principal plans the same", async () => {
    sandbox = await startSandbox({ bigIds: true });
    const folder = await freshFolder("example");
    await cp(EXAMPLE, folder, { recursive: true });
    const bundle = (env: Record<string, string>, ...args: string[]) =>
      runCli(folder, env, "bundle", ...args, "-t", "prod");
    const { stderr } = await ok(bundle(githubOidc(), "deploy"));
    assert.doesNotMatch(stderr, /Warning|Recommendation/);
    const ids = [...sandbox.workspace.jobs.all.keys()];
    assert.deepEqual(ids, ["9007199254740991", "9007199254740993", "9007199254740995"]);
    const nightly = [...sandbox.workspace.jobs.all.values()].find(
      ({ settings }) => settings["name"] === "nightly-orders",
    )!;
    const called = (nightly.settings["tasks"] as { run_job_task: { job_id: number | bigint } }[]).map(
      (task) => String(task.run_job_task.job_id),
    );
    assert.deepEqual(
      called.sort(),
      ids.filter((id) => id !== nightly.id),
    );
    assert.ok(sandbox.requests.some(({ userAgent }) => userAgent.includes("auth/github-oidc")));

    sandbox.github.setEvent({ event: "pull_request" });
    const planner = githubOidc(PLANNER.applicationId);
    assert.deepEqual(new Set(await actions(bundle(planner, "plan", "-o", "json"))), new Set(["skip"]));
    const refused = await bundle(planner, "deploy");
    assert.equal(refused.code, 1);
    const deployer = await bundle(githubOidc(), "plan");
    assert.deepEqual([deployer.code, /TOKEN_SUBJECT_INVALID/.test(deployer.stderr)], [1, true]);
  });

  it("finds the lock of another deployment", async () => {
    sandbox = await startSandbox();
    const folder = await freshFolder("example");
    await cp(EXAMPLE, folder, { recursive: true });
    const state = `/Workspace/Users/${DEPLOYER.applicationId}/.bundle/lakehouse-jobs/prod/state`;
    sandbox.workspace.files.mkdirs(state);
    const lock = {
      ID: "2f67a7c2-5f0e-4f4d-8a93-0d4bb5a0c1de",
      AcquisitionTime: "2026-11-22T01:30:49Z",
      IsForced: false,
      User: "someone",
    };
    sandbox.workspace.files.importFile(`${state}/deploy.lock`, Buffer.from(JSON.stringify(lock)), false);
    const { code, stderr } = await runCli(folder, githubOidc(), "bundle", "deploy", "-t", "prod");
    assert.deepEqual([code, /deploy lock acquired by someone/.test(stderr)], [1, true]);
    assert.equal(sandbox.workspace.jobs.all.size, 0);
    await ok(runCli(folder, githubOidc(), "bundle", "deploy", "-t", "prod", "--force-lock"));
    assert.equal(sandbox.workspace.jobs.all.size, 3);
  });

  it("writes, changes, lists and deletes a federation policy", async () => {
    sandbox = await startSandbox();
    metadata = await metadataService(await accessToken(sandbox, "account admin"));
    const env = {
      DATABRICKS_HOST: sandbox.account.host,
      DATABRICKS_ACCOUNT_ID: ACCOUNT_ID,
      DATABRICKS_AUTH_TYPE: "metadata-service",
      DATABRICKS_METADATA_SERVICE_URL: `${metadata.url}/token`,
    };
    const folder = await freshFolder("account");
    const command = "service-principal-federation-policy";
    const account = (...args: string[]) => runCli(folder, env, "account", ...args, "-o", "json");
    const owner = sandbox.account.principals.withApplicationId(JOB_RUNNER.applicationId)!.id;
    const policy = {
      oidc_policy: {
        issuer: sandbox.github.issuer,
        audiences: [ACCOUNT_ID],
        subject: "repo:example-org/lake:environment:dev",
      },
    };
    const made = await json(
      account(command, "create", owner, "--policy-id", "lake-dev", "--json", JSON.stringify(policy)),
    );
    assert.equal(made["policy_id"], "lake-dev");
    assert.equal(sandbox.account.policies.list(owner).length, 1);
    const subject = { oidc_policy: { subject: "repo:example-org/lake:environment:test" } };
    const changed = await json(
      account(
        command,
        "update",
        owner,
        "lake-dev",
        "--update-mask",
        "oidc_policy.subject",
        "--json",
        JSON.stringify(subject),
      ),
    );
    assert.deepEqual(changed["oidc_policy"], { ...policy.oidc_policy, ...subject.oidc_policy });
    assert.match((await ok(account(command, "list", owner))).stdout, /lake-dev/);
    await ok(account(command, "delete", owner, "lake-dev"));
    assert.equal(sandbox.account.policies.list(owner).length, 0);
  });
});
