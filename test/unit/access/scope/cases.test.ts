import assert from "node:assert/strict";
import { examineAccess, planAccess } from "../../../../core/access/plan/plan.ts";
import { planRow, policyLine, proofLines } from "../../../../core/access/plan/describe.ts";
import { scopeWords } from "../../../../core/access/scope/proof.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import { A, ACCESS, B, check, examine, P1, weakPoints } from "./scope-setup.ts";
import {
  apisOf,
  accessFileOf,
  bundleOf,
  DEPLOYER,
  failure,
  principalOf,
  REGISTRAR,
  requestOf,
  workspaceWith,
  type JobSetup,
} from "../setup.ts";

describe("proof of scope, special cases", () => {
  it("accepts what a workspace has no API for, editors that it lists, and users that the policy names", async () => {
    const change = (fake: FakeDatabricks): void => {
      fake.refusals.set("GET /api/2.0/apps", { status: 404, code: "ENDPOINT_NOT_FOUND" });
      fake.principals.get(P1)?.users.push("groups/data-platform-admins", `servicePrincipals/${DEPLOYER}`);
      fake.permissions.set("jobs/11", [
        { user_name: "ann@example.com", all_permissions: [{ permission_level: "CAN_MANAGE" }] },
      ]);
      fake.grant("hr", "platform", "MANAGE");
    };
    const policy =
      "version: 1\nprincipal_users: ['group:data-platform-admins']\nrules: [{ name: all, effect: allow }]\n";
    const plan = await examine({ change, policy });
    const proof = plan.proofs.get("load_a");
    assert.equal(proof?.grade, "proven");
    const lines = proofLines(proof).join("\n");
    assert.match(lines, /remains: ann@example.com has CAN_MANAGE \(job\)/);
    assert.match(lines, /remains: platform could grant itself "hr"/);
    assert.match(lines, /remains: groups\/data-platform-admins may act as it/);
  });

  it("names who manages a principal, and who signs in on its behalf: both the roles are needed for that", async () => {
    const policy =
      "version: 1\nprincipal_users: ['user:ann@example.com']\nrules: [{ name: all, effect: allow }]\n";
    const change = (fake: FakeDatabricks): void => {
      fake.principals.get(P1)?.users.push("users/ann@example.com");
      fake.principals.get(P1)?.managers.push("users/ann@example.com", "users/ben@example.com");
    };
    const proof = (await examine({ change, policy })).proofs.get("load_a");
    assert.equal(proof?.grade, "proven");
    const lines = proofLines(proof).join("\n");
    assert.match(lines, /remains: users\/ann@example.com may act as it, and sign in on its behalf/);
    assert.match(lines, /remains: users\/ben@example.com manages it and could let itself act as it/);
    assert.match(await check("actors", { change }), /^broken: .*may act as it: users\/ann@example.com/);
  });

  it("names the sign-in that Databricks does not show: of a principal that Entra ID manages", async () => {
    const remains =
      /remains: if Entra ID manages a0000000-\S+, whoever holds a secret or federated credential/;
    const of = async (change: (fake: FakeDatabricks) => void): Promise<string> =>
      proofLines((await examine({ change })).proofs.get("load_a") ?? assert.fail()).join("\n");
    assert.match(await of(() => undefined), remains);
    const role = {
      aws_iam_role: { role_arn: "arn:aws:iam::111122223333:role/hr" },
      azure_managed_identity: null,
    };
    assert.doesNotMatch(await of((fake) => fake.addCredential("hr", role)), remains);
  });

  it("calls jobs that share by policy group-scoped, and breaks for the same without policy", async () => {
    const shared: readonly JobSetup[] = [A, { ...B, principal: P1 }];
    const policy =
      "version: 1\nshared_principals: [[load_a, load_b]]\nrules: [{ name: all, effect: allow }]\n";
    const proof = (await examine({ jobs: shared, policy })).proofs.get("load_a");
    assert.equal(proof && scopeWords(proof), "group-scoped (load_a, load_b): proven");
    assert.match(await check("principal", { jobs: shared }), /^broken: .*load_b/);
  });

  it("sees before the deployment what it will be like after it", async () => {
    const undeployed: readonly JobSetup[] = [
      { key: "load_a", principal: P1 },
      { key: "load_b", principal: P1 },
    ];
    assert.match(
      await check("principal", { jobs: undeployed, deployed: false }),
      /^broken: .*"load_b" \(not deployed yet\)/,
    );
    const alone: readonly JobSetup[] = [{ key: "load_a", principal: P1 }];
    assert.match(await check("code", { jobs: alone, deployed: false }), /^later: .*does not exist yet/);
    const moving = {
      jobs: [A, B],
      deployed: false,
      change: (fake: FakeDatabricks) => {
        fake.jobs = [
          { job_id: "11", settings: { run_as: { service_principal_name: principalOf(7) } } },
          { job_id: "12", settings: { run_as: { service_principal_name: P1 } } },
        ];
      },
    };
    assert.match(await check("principal", moving), /^later: .*once it is deployed/);
  });

  it("has no later after the deployment: a job without an id there is broken, and gets nothing", async () => {
    const jobs = [{ key: "load_a", principal: P1 }];
    assert.match(await check("principal", { jobs }), /^broken: .*records no job for it/);
    const plan = await examine({ jobs });
    assert.deepEqual([plan.findings[0]?.code, plan.changes], ["SCOPE_BROKEN", []]);
    const checks = plan.proofs.get("load_a")?.checks ?? [];
    assert.ok(checks.length > 0 && checks.every(({ later }) => later === undefined));
  });

  it("sees in the plan that two jobs would share one credential", async () => {
    const access = accessFileOf([
      ["load_a", "read", "hr"],
      ["load_b", "read", "hr"],
    ]);
    assert.match(await check("credential", { access }), /^broken: .*a0000000-0000-4000-8000-000000000002/);
  });

  it("leaves to the registrar what only the registrar can read", async () => {
    const policy = `version: 1\nproviders: { databricks: { registrar_client_id: ${REGISTRAR} } }\nrules: [{ name: all, effect: allow }]\n`;
    const change = (fake: FakeDatabricks): void => {
      fake.metastoreOwner = "others";
      fake.grant("hr", REGISTRAR, "MANAGE");
    };
    assert.match(
      await check("credential", { policy, change, deployed: false }),
      /^later: .*the registrar reads it/,
    );
    const fake = workspaceWith([A, B], ["hr"]);
    change(fake);
    const registrar = apisOf(fake, fake.as(REGISTRAR));
    const plan = await examineAccess(
      requestOf({ fake, bundle: bundleOf([A, B]), access: ACCESS, policy, over: { registrar } }),
    );
    const proof = plan.proofs.get("load_a");
    // MANAGE on a credential shows its users, and none of its twins.
    assert.deepEqual(proof && weakPoints(proof), ["twins"]);
    assert.ok(proof?.checks.every(({ later }) => later === undefined));
  });

  for (const [what, job, pattern] of [
    [
      "a user",
      { key: "load_a", settings: { run_as: { user_name: "ann@example.com" } } },
      /runs as the user ann/,
    ],
    ["the deployer by default", { key: "load_a" }, /runs as the identity that deploys it/],
    ["the deployer by name", { key: "load_a", principal: DEPLOYER }, /scope is broken/],
  ] as const) {
    it(`refuses a job that runs as ${what}`, async () => {
      const fake = workspaceWith([job], ["hr"]);
      const error = await failure(
        planAccess(requestOf({ fake, bundle: bundleOf([job]), access: ACCESS, deployed: false })),
      );
      assert.equal(error.code, "SCOPE_BROKEN");
      assert.match(error.message, pattern);
      assert.ok(error.details.remedy);
    });
  }

  it("refuses a credential that is isolated from this workspace, with the command that binds it", async () => {
    const change = (fake: FakeDatabricks): void => {
      fake.bindings.set("hr", []);
    };
    const plan = await examine({ change });
    assert.match(plan.findings[0]?.mistake.remedy ?? "", /workspace-bindings/);
    const bound = await examine({
      change: (fake) => {
        change(fake);
        fake.bindings.set("hr", ["111"]);
      },
    });
    assert.deepEqual(
      bound.changes.map(({ action }) => action),
      ["grant"],
    );
    assert.match(bound.notes.join(), /isolated, bound to workspace 111/);
  });

  it("describes a plan in rows", async () => {
    const plan = await examine();
    const row = plan.changes[0] && planRow(plan.changes[0]);
    assert.equal(row?.what, `ACCESS on credential "hr" for service principal ${P1}`);
    assert.match(row.revocationLag, /24 hours/);
    assert.match(row.decidedBy, /no policy file/);
    assert.equal(policyLine(plan), "no policy file");
  });
});
