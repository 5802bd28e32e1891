import assert from "node:assert/strict";
import { readAccessFiles, examineAccess, planAccess } from "../../../core/access/plan/plan.ts";
import type { AccessRequest } from "../../../core/access/plan/request.ts";
import type { Apis } from "../../../core/access/kinds/kind.ts";
import { applyAccess, withdrawAccess } from "../../../core/access/apply/apply.ts";
import { bundleFacts, runAsOf } from "../../../core/access/bundle-facts.ts";
import type { DatabricksApi } from "../../../core/api/client.ts";
import { textAt } from "../../../core/api/json.ts";
import { scopeWords } from "../../../core/access/scope/proof.ts";
import { systemClock } from "../../../core/base/clock-and-platform.ts";
import { ACCOUNT_ID, DEPLOYER, JOB_RUNNER, WORKSPACE_ID } from "../../../sandbox/defaults.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";
import { connectAt, sandboxApis } from "./sandbox-apis.ts";
import { failure, options } from "./setup.ts";

const REGISTRAR = {
  applicationId: "9d1c7a52-0b34-4e8f-a6d5-2c7e8f901b63",
  displayName: "registrar",
  accountAdmin: true,
  workspaceAdmin: true,
};
const OTHER = { applicationId: "3f2b9c10-77aa-4d5e-8b21-0a9c8d7e6f54", displayName: "other-job" };

describe("access in the sandbox", () => {
  let sandbox: Sandbox;
  let jobId = "";
  const file = {
    path: "access.yml",
    text: "version: 1\njobs:\n  nightly:\n    - { purpose: read-hr, unity_catalog_credential: hr }\n",
  };
  const policy = {
    path: "policy.yml",
    text: `version: 1\nproviders: { databricks: { registrar_client_id: ${REGISTRAR.applicationId} } }\nrules: [{ name: all, effect: allow }]\n`,
    insideCheckout: false,
  };

  const connection = (applicationId: string): Promise<Apis> => sandboxApis(sandbox, applicationId);
  const request = async (deployed: boolean): Promise<AccessRequest> => ({
    files: readAccessFiles(file, policy),
    bundle: bundleFacts(
      {
        bundle: { name: "lake", target: "prod" },
        workspace: { state_path: "/Workspace/Shared/lake/state", file_path: "/Workspace/Shared/lake/files" },
        resources: {
          jobs: { nightly: { id: jobId, run_as: { service_principal_name: JOB_RUNNER.applicationId } } },
        },
      },
      WORKSPACE_ID,
    ),
    deployed,
    deployerId: DEPLOYER.applicationId,
    accountId: ACCOUNT_ID,
    evidence: { claims: {}, selfReported: { now: systemClock.now(), addresses: [] } },
    deployer: await connection(DEPLOYER.applicationId),
    registrar: deployed ? await connection(REGISTRAR.applicationId) : undefined,
    owner: { issuer: "https://issuer.example", repositoryId: "1", context: "environment:prod" },
    readers: [DEPLOYER.applicationId],
    clock: systemClock,
  });

  beforeEach(async () => {
    sandbox = await startSandbox();
    sandbox.account.addServicePrincipal(REGISTRAR);
    sandbox.account.addServicePrincipal(OTHER);
    sandbox.workspace.files.mkdirs("/Workspace/Shared/lake/files");
    sandbox.workspace.serviceCredentials.metastoreOwner = REGISTRAR.applicationId;
    sandbox.workspace.tokenManagement.restricted = true;
    sandbox.workspace.serviceCredentials.add({ name: "hr", isolated: true });
    sandbox.workspace.serviceCredentials.grant("hr", REGISTRAR.applicationId, "MANAGE");
    const deployer = sandbox.account.principals.withApplicationId(DEPLOYER.applicationId);
    assert.ok(deployer);
    const settings = {
      name: "nightly",
      run_as: { service_principal_name: JOB_RUNNER.applicationId },
      deployment: { kind: "BUNDLE", metadata_file_path: "/Workspace/Shared/lake/state/metadata.json" },
    };
    jobId = sandbox.workspace.jobs.create(settings, deployer).id;
  });
  afterEach(() => sandbox.stop());

  const played = (): string[] =>
    [JOB_RUNNER, OTHER].map(({ applicationId }) =>
      sandbox.workspace.serviceCredentials.played("hr", applicationId),
    );

  it("lets the granted job in, another job not, and after the withdrawal nobody", async () => {
    const plan = await planAccess(await request(false));
    assert.deepEqual(
      plan.changes.map(({ action }) => action),
      ["grant"],
    );
    assert.deepEqual(played(), ["refused", "refused"]);
    const result = await applyAccess(await request(true), options({ approved: plan }));
    assert.equal(result.granted, 1);
    const proof = result.plan.proofs.get("nightly");
    assert.equal(proof && scopeWords(proof), "job-scoped: proven", JSON.stringify(proof, null, 1));
    assert.deepEqual(played(), ["vended", "refused"]);
    const again = await applyAccess(await request(true), options());
    assert.equal(again.unchanged, 1);
    await withdrawAccess(await request(true), options());
    assert.deepEqual(played(), ["refused", "refused"]);
  });

  it("breaks when a second job borrows the principal", async () => {
    const deployer = sandbox.account.principals.withApplicationId(DEPLOYER.applicationId);
    assert.ok(deployer);
    sandbox.workspace.jobs.create(
      { name: "borrower", run_as: { service_principal_name: JOB_RUNNER.applicationId } },
      deployer,
    );
    const error = await failure(applyAccess(await request(true), options()));
    assert.equal(error.code, "SCOPE_BROKEN");
    assert.match(error.details.actual ?? "", /borrower/);
    assert.deepEqual(played(), ["refused", "refused"]);
  });

  it("breaks with an OAuth secret, and with a stranger who may act as the principal", async () => {
    sandbox.account.principalAccess.addSecret(JOB_RUNNER.applicationId);
    sandbox.account.principalAccess.grantRole(JOB_RUNNER.applicationId, "users/eve@example.com");
    const error = await failure(applyAccess(await request(true), options()));
    assert.match(error.details.actual ?? "", /users\/eve@example.com; it has 1 OAuth secret/);
  });

  it("waits for a grant that shows late", async () => {
    sandbox.workspace.serviceCredentials.propagation = 1200;
    assert.equal((await applyAccess(await request(true), options())).granted, 1);
  });

  /** The proof after the deployment, with what the run came to. */
  const outcome = async (): Promise<{
    readonly words: string;
    readonly granted: boolean;
    readonly says: string;
  }> => {
    const plan = await examineAccess(await request(true));
    const proof = plan.proofs.get("nightly");
    assert.ok(proof);
    const weak = proof.checks.filter(({ grade }) => grade !== "proven").map(({ says }) => says);
    return { words: scopeWords(proof), granted: plan.changes.length > 0, says: weak.join("; ") };
  };
  const asAdmin = async (): Promise<DatabricksApi> => (await connection(REGISTRAR.applicationId)).workspace;

  it("breaks where a stranger comes to the same identity by a twin, and the stranger does", async () => {
    const { serviceCredentials } = sandbox.workspace;
    assert.equal((await outcome()).words, "job-scoped: proven");
    const connector = textAt(
      await (await asAdmin()).call({ method: "GET", path: "/api/2.1/unity-catalog/credentials/hr" }),
      "azure_managed_identity",
      "access_connector_id",
    );
    serviceCredentials.add({ name: "side-door", connector: connector.toUpperCase() });
    assert.equal((await outcome()).words, "job-scoped: proven", "a twin that nobody uses");
    serviceCredentials.grant("side-door", OTHER.applicationId);
    assert.equal(serviceCredentials.presented("hr", OTHER.applicationId), "vended");
    const { words, granted, says } = await outcome();
    assert.deepEqual([words, granted], ["broken", false]);
    assert.match(says, /"side-door" has the identity of "hr"/);
  });

  it("breaks where a job of another workspace runs as the principal", async () => {
    const { workspaces, principals } = sandbox.account;
    const other = await sandbox.addWorkspace("finance");
    const team = workspaces.addGroup("jobs", [workspaces.addGroup("runners", [JOB_RUNNER.applicationId])]);
    workspaces.assign(other.workspaceId, team);
    assert.equal((await outcome()).words, 'job-scoped: proven, except workspace "finance"');
    workspaces.assign(other.workspaceId, REGISTRAR.applicationId);
    assert.equal((await outcome()).words, "job-scoped: proven");
    const runner = principals.withApplicationId(JOB_RUNNER.applicationId);
    assert.ok(runner);
    // Without run_as a job runs as its owner, which no listing says.
    other.jobs.create({ name: "copied" }, runner);
    const { words, granted, says } = await outcome();
    assert.deepEqual([words, granted], ["broken", false]);
    assert.match(says, /job "copied" \(\d+\) in workspace "finance"/);
  });

  it("breaks where somebody holds a token of the principal, and whoever holds it is let in", async () => {
    sandbox.workspace.tokenManagement.restricted = false;
    assert.equal((await outcome()).words, "job-scoped: proven, except workspace admins");
    assert.equal((await applyAccess(await request(true), options())).granted, 1);
    const admin = await asAdmin();
    const made = await admin.call({
      method: "POST",
      path: "/api/2.0/token-management/on-behalf-of/tokens",
      body: { application_id: JOB_RUNNER.applicationId },
    });
    const stolen = connectAt(sandbox.workspace.host, textAt(made, "token_value"));
    const vended = await stolen.call({
      method: "POST",
      path: "/api/2.1/unity-catalog/temporary-service-credentials",
      body: { credential_name: "hr" },
    });
    assert.match(textAt(vended, "azure_aad", "aad_token"), /^sandbox-cloud-token/);
    const { words, says } = await outcome();
    assert.equal(words, "broken");
    assert.match(says, /1 personal access token/);
    sandbox.workspace.tokenManagement.restricted = true;
    await assert.rejects(
      admin.call({
        method: "POST",
        path: "/api/2.0/token-management/on-behalf-of/tokens",
        body: { application_id: JOB_RUNNER.applicationId },
      }),
      /restricted/,
    );
  });

  it("is unproven for a credential that is open to every workspace, where a run elsewhere gets it", async () => {
    const { serviceCredentials } = sandbox.workspace;
    serviceCredentials.add({ name: "hr" });
    serviceCredentials.grant("hr", JOB_RUNNER.applicationId);
    assert.equal(serviceCredentials.played("hr", JOB_RUNNER.applicationId, "99"), "vended");
    assert.match((await outcome()).says, /open to every workspace/);
    serviceCredentials.add({ name: "hr", isolated: true });
    serviceCredentials.grant("hr", JOB_RUNNER.applicationId);
    assert.equal(serviceCredentials.played("hr", JOB_RUNNER.applicationId, "99"), "refused");
  });

  it("breaks where every user may change what the job runs", async () => {
    const { permissions } = sandbox.workspace;
    const mayChange = (): boolean => permissions.mayChange("jobs", jobId, OTHER.applicationId);
    assert.deepEqual([mayChange(), (await outcome()).words], [false, "job-scoped: proven"]);
    const body = { access_control_list: [{ group_name: "users", permission_level: "CAN_MANAGE" }] };
    await (await asAdmin()).call({ method: "PATCH", path: `/api/2.0/permissions/jobs/${jobId}`, body });
    const { words, granted, says } = await outcome();
    assert.deepEqual([mayChange(), words, granted], [true, "broken", false]);
    assert.match(says, /every user may change/);
  });

  it("is cluster-scoped on a cluster where a stranger's code reaches the job's session", async () => {
    const { clusters, jobs } = sandbox.workspace;
    const run = (mode: string): void => {
      clusters.all.set("0101-shared", { mode });
      const { settings } = jobs.find(jobId);
      const tasks = [{ task_key: "a", existing_cluster_id: "0101-shared", python_wheel_task: {} }];
      jobs.reset(jobId, { ...settings, tasks });
    };
    run("USER_ISOLATION");
    assert.equal(clusters.reaches("0101-shared", OTHER.applicationId, JOB_RUNNER.applicationId), false);
    assert.equal((await outcome()).words, "job-scoped: proven");
    run("NONE");
    assert.equal(clusters.reaches("0101-shared", OTHER.applicationId, JOB_RUNNER.applicationId), true);
    const { words, granted } = await outcome();
    assert.match(words, /^cluster-scoped \(.*admins.*\): proven$/);
    assert.equal(granted, false, "a rule that asks for proof does not accept it");
  });

  it("grants nothing to a group, a person or a stranger whom the bundle's word names as the run-as", async () => {
    for (const name of ["account users", "eve@example.com", OTHER.applicationId]) {
      const forged = await request(true);
      const job = forged.bundle.jobs[0];
      assert.ok(job);
      const jobs = [{ ...job, runAs: runAsOf({ run_as: { service_principal_name: name } }) }];
      const error = await failure(applyAccess({ ...forged, bundle: { ...forged.bundle, jobs } }, options()));
      assert.equal(error.code, "SCOPE_BROKEN", name);
      assert.deepEqual(sandbox.workspace.serviceCredentials.accessOf("hr"), []);
    }
    assert.equal((await applyAccess(await request(true), options())).granted, 1);
    assert.deepEqual(sandbox.workspace.serviceCredentials.accessOf("hr"), [JOB_RUNNER.applicationId]);
  });

  it("grants nothing for a job of another bundle, whose id the bundle's word gives as its own", async () => {
    const deployer = sandbox.account.principals.withApplicationId(DEPLOYER.applicationId);
    assert.ok(deployer);
    jobId = sandbox.workspace.jobs.create(
      {
        name: "victim",
        run_as: { service_principal_name: JOB_RUNNER.applicationId },
        deployment: { kind: "BUNDLE", metadata_file_path: "/Workspace/Shared/victim/state/metadata.json" },
      },
      deployer,
    ).id;
    const error = await failure(applyAccess(await request(true), options()));
    assert.equal(error.code, "SCOPE_BROKEN");
    assert.match(error.details.actual ?? "", /belongs to the bundle whose metadata is .*victim/);
    assert.deepEqual(played(), ["refused", "refused"]);
  });
});
