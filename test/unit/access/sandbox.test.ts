import assert from "node:assert/strict";
import { readAccessFiles, planAccess, type AccessRequest } from "../../../core/access/plan/plan.ts";
import type { Apis } from "../../../core/access/kinds/kind.ts";
import { applyAccess, withdrawAccess } from "../../../core/access/apply/apply.ts";
import { bundleFacts } from "../../../core/access/bundle-facts.ts";
import { connectDatabricks } from "../../../core/api/client.ts";
import { scopeWords } from "../../../core/access/scope/proof.ts";
import type { Send } from "../../../core/base/ports.ts";
import { systemClock } from "../../../core/net/send.ts";
import { ACCOUNT_ID, DEPLOYER, JOB_RUNNER, WORKSPACE_ID } from "../../../sandbox/defaults.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";
import { failure, options } from "./setup.ts";

const REGISTRAR = {
  applicationId: "9d1c7a52-0b34-4e8f-a6d5-2c7e8f901b63",
  displayName: "registrar",
  accountAdmin: true,
  workspaceAdmin: true,
};
const OTHER = { applicationId: "3f2b9c10-77aa-4d5e-8b21-0a9c8d7e6f54", displayName: "other-job" };

const send: Send = async ({ method, url, headers, body }) => {
  const response = await fetch(url, {
    method,
    headers: { ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
};

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

  const connection = async (applicationId: string): Promise<Apis> => {
    const principal = sandbox.account.principals.withApplicationId(applicationId);
    assert.ok(principal);
    const { host } = sandbox.workspace;
    const claims = { iss: `${host}/oidc`, aud: WORKSPACE_ID };
    const token = await sandbox.tokens.issue(principal, "account", claims);
    const api = connectDatabricks({ host, token: () => Promise.resolve(token), send, clock: systemClock });
    return { workspace: api, account: api };
  };
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
    clock: systemClock,
  });

  beforeEach(async () => {
    sandbox = await startSandbox();
    sandbox.account.addServicePrincipal(REGISTRAR);
    sandbox.account.addServicePrincipal(OTHER);
    sandbox.workspace.files.mkdirs("/Workspace/Shared/lake/files");
    sandbox.workspace.serviceCredentials.add({ name: "hr" });
    sandbox.workspace.serviceCredentials.grant("hr", REGISTRAR.applicationId, "MANAGE");
    const deployer = sandbox.account.principals.withApplicationId(DEPLOYER.applicationId);
    assert.ok(deployer);
    const settings = { name: "nightly", run_as: { service_principal_name: JOB_RUNNER.applicationId } };
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
});
