import assert from "node:assert/strict";
import { scopeWords, type CheckName } from "../../../../core/access/scope/proof.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import { check, examine, P1, type Setup } from "./scope-setup.ts";
import { principalOf } from "../setup.ts";

describe("proof of scope", () => {
  it("is proven, and so called job-scoped, when every link holds", async () => {
    const plan = await examine();
    const proof = plan.proofs.get("load_a");
    assert.ok(proof);
    assert.deepEqual(
      proof.checks.map(({ grade }) => grade),
      Array(7).fill("proven"),
    );
    assert.equal(scopeWords(proof), "job-scoped: proven");
    assert.match(plan.notes.join(), /"hr" is not isolated/);
    assert.match(plan.warnings.join(), /deployer itself registers/);
  });

  const breaks: readonly (readonly [CheckName, string, (fake: FakeDatabricks) => void, RegExp])[] = [
    [
      "exclusive",
      "another job",
      (fake) =>
        fake.jobs.push({ job_id: "99", settings: { name: "thief", run_as: { service_principal_name: P1 } } }),
      /also runs as it: job "thief" \(99\)/,
    ],
    [
      "exclusive",
      "a job whose owner it is",
      (fake) =>
        fake.jobs.push({ job_id: "98", settings: { name: "implicit" }, run_as_user_name: P1.toUpperCase() }),
      /job "implicit"/,
    ],
    [
      "exclusive",
      "a pipeline",
      (fake) => fake.pipelines.push({ pipeline_id: "p", name: "dlt", run_as_user_name: P1 }),
      /pipeline "dlt"/,
    ],
    [
      "exclusive",
      "an app",
      (fake) => fake.apps.push({ id: "a", name: "app", service_principal_client_id: P1 }),
      /app "app"/,
    ],
    [
      "exclusive",
      "an endpoint",
      (fake) => fake.endpoints.push({ id: "e", name: "model", creator: P1 }),
      /endpoint "model"/,
    ],
    [
      "exclusive",
      "a deployed job that runs as somebody else",
      (fake) =>
        (fake.jobs = [{ job_id: "11", settings: { run_as: { service_principal_name: principalOf(5) } } }]),
      /not as declared/,
    ],
    [
      "principal-users",
      "a stranger with the role",
      (fake) => fake.principals.get(P1)?.users.push("users/eve@example.com"),
      /users\/eve/,
    ],
    ["oauth-secrets", "a secret", (fake) => fake.principals.get(P1)?.secrets.push("s1"), /1 OAuth secret:/],
    [
      "federation-policies",
      "a policy",
      (fake) =>
        fake.principals
          .get(P1)
          ?.policies.push({ policy_id: "x", oidc_policy: { issuer: "https://i", subject: "s" } }),
      /x \(https:\/\/i, s\)/,
    ],
    [
      "editors",
      "everybody on the job",
      (fake) =>
        fake.permissions.set("jobs/11", [
          { group_name: "users", all_permissions: [{ permission_level: "CAN_MANAGE" }] },
        ]),
      /every user may change/,
    ],
    [
      "editors",
      "everybody on the code",
      (fake) =>
        fake.permissions.set("directories/900", [
          { group_name: "account users", all_permissions: [{ permission_level: "CAN_EDIT" }] },
        ]),
      /code in \/files/,
    ],
    ["credential", "another user", (fake) => fake.grant("hr", "eve"), /eve \(ACCESS\)/],
    [
      "credential",
      "all privileges",
      (fake) => fake.grant("hr", "admins", "ALL_PRIVILEGES"),
      /admins \(ALL_PRIVILEGES\)/,
    ],
    [
      "credential",
      "an inherited user",
      (fake) =>
        fake.inherited.push({
          principal: "eve",
          privileges: [
            { privilege: "ACCESS", inherited_from_type: "METASTORE", inherited_from_name: "main" },
          ],
        }),
      /from METASTORE main/,
    ],
  ];
  for (const [name, what, change, pattern] of breaks) {
    it(`${name} is broken by ${what}, with a remedy, and nothing is granted`, async () => {
      assert.match(await check(name, { change }), pattern);
      const plan = await examine({ change });
      const broken = plan.proofs.get("load_a")?.checks.filter(({ grade }) => grade === "broken") ?? [];
      assert.deepEqual(
        broken.map((one) => one.name),
        [name],
      );
      assert.ok(broken[0]?.remedy);
      assert.deepEqual(plan.changes, []);
      assert.equal(plan.findings[0]?.code, "SCOPE_BROKEN");
      assert.equal(plan.findings[0].mistake.place?.line, 4);
    });
  }

  const unreadable: readonly (readonly [CheckName, string, Omit<Setup, "jobs">, RegExp])[] = [
    [
      "exclusive",
      "a caller who is no admin",
      {
        change: (fake) => {
          fake.admins.clear();
        },
      },
      /workspace admin/,
    ],
    [
      "exclusive",
      "a listing that fails",
      { change: (fake) => fake.refusals.set("GET /api/2.0/pipelines", { status: 500, code: "X" }) },
      /answered 500/,
    ],
    [
      "exclusive",
      "too many jobs without run_as",
      {
        change: (fake) => {
          fake.jobs = Array.from({ length: 501 }, (_, index) => ({ job_id: String(index + 1000) }));
        },
      },
      /fewer than 500/,
    ],
    ["principal-users", "no account-id", { over: { accountId: undefined } }, /the input account-id/],
    [
      "principal-users",
      "refused rule sets",
      {
        change: (fake) => {
          for (const prefix of ["GET /api/2.0/preview/accounts"])
            fake.refusals.set(prefix, { status: 403, code: "PERMISSION_DENIED" });
        },
      },
      /servicePrincipal.manager/,
    ],
    [
      "federation-policies",
      "refused policies",
      {
        change: (fake) =>
          fake.refusals.set("GET /api/2.0/accounts/acc/servicePrincipals", {
            status: 403,
            code: "PERMISSION_DENIED",
          }),
      },
      /account admin/,
    ],
    [
      "editors",
      "refused permissions",
      {
        change: (fake) =>
          fake.refusals.set("GET /api/2.0/permissions/jobs", { status: 403, code: "PERMISSION_DENIED" }),
      },
      /CAN_VIEW on job 11/,
    ],
    [
      "credential",
      "a caller who may not see every grant",
      {
        change: (fake) => {
          fake.metastoreOwner = "others";
        },
      },
      /MANAGE on credential "hr"/,
    ],
  ];
  for (const [name, what, setup, pattern] of unreadable) {
    it(`${name} is unproven with ${what}, and the missing right is named`, async () => {
      assert.match(await check(name, setup), new RegExp(`^unproven: .*${pattern.source}`));
      const strict = await examine({
        ...setup,
        policy: "version: 1\nrules: [{ name: all, effect: allow }]\n",
      });
      assert.equal(strict.findings[0]?.code, "ACCESS_DENIED");
      assert.match(strict.findings[0].mistake.remedy ?? "", pattern);
      const lax = await examine({
        ...setup,
        policy: "version: 1\nrules: [{ name: all, effect: allow, when: { scope: unproven } }]\n",
      });
      assert.deepEqual(
        lax.changes.map(({ action }) => action),
        ["grant"],
      );
      const proof = lax.proofs.get("load_a");
      assert.equal(proof && scopeWords(proof), "unproven");
      assert.match((await examine(setup)).warnings.join(), /unproven for load_a/);
    });
  }
});
