import assert from "node:assert/strict";
import { scopeWords, type CheckName, type PointName } from "../../../../core/access/scope/proof.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import { check, examine, P1, proofOf, weakPoints, type Setup } from "./scope-setup.ts";
import { principalOf, settingsOf } from "../setup.ts";

const CONNECTOR = "/subscriptions/1/accessConnectors/hr";
const twin = (row: Record<string, string> = {}) => ({
  azure_managed_identity: { access_connector_id: CONNECTOR.toUpperCase() },
  ...row,
});
const A = { key: "load_a", principal: P1, id: "11" };

describe("proof of scope", () => {
  it("is proven, and so called job-scoped, when every link holds", async () => {
    const plan = await examine();
    const proof = plan.proofs.get("load_a");
    assert.ok(proof);
    assert.deepEqual(weakPoints(proof), []);
    assert.deepEqual(
      proof.checks.map(({ name }) => name),
      ["principal", "actors", "credential", "twins", "compute", "code"],
    );
    assert.equal(scopeWords(proof), "job-scoped: proven");
    assert.match(plan.warnings.join(), /deployer itself registers/);
  });

  const breaks: readonly (readonly [CheckName, PointName, string, (fake: FakeDatabricks) => void, RegExp])[] =
    [
      [
        "principal",
        "exclusive",
        "another job",
        (fake) =>
          fake.jobs.push({
            job_id: "99",
            settings: { name: "thief", run_as: { service_principal_name: P1 } },
          }),
        /also runs as it: job "thief" \(99\)/,
      ],
      [
        "principal",
        "exclusive",
        "a job whose owner it is",
        (fake) =>
          fake.jobs.push({
            job_id: "98",
            settings: { name: "implicit" },
            run_as_user_name: P1.toUpperCase(),
          }),
        /job "implicit"/,
      ],
      [
        "principal",
        "exclusive",
        "a pipeline",
        (fake) => fake.pipelines.push({ pipeline_id: "p", name: "dlt", run_as_user_name: P1 }),
        /pipeline "dlt"/,
      ],
      [
        "principal",
        "exclusive",
        "an app",
        (fake) => fake.apps.push({ id: "a", name: "app", service_principal_client_id: P1 }),
        /app "app"/,
      ],
      [
        "principal",
        "exclusive",
        "an endpoint",
        (fake) => fake.endpoints.push({ id: "e", name: "model", creator: P1 }),
        /endpoint "model"/,
      ],
      [
        "principal",
        "run-as",
        "a principal that does not exist",
        (fake) => fake.principals.delete(P1),
        /there is no service principal/,
      ],
      [
        "principal",
        "deployed",
        "a job that runs as another principal than declared",
        (fake) => {
          const other = principalOf(2);
          fake.jobs = [
            { job_id: "11", run_as_user_name: other, settings: settingsOf({ ...A, principal: other }) },
          ];
        },
        /runs as service principal .*, not as service principal .*, as declared/,
      ],
      [
        "principal",
        "deployed",
        "the id of a job that is not there",
        (fake) => (fake.jobs = fake.jobs.filter((job) => job["job_id"] !== "11")),
        /job 11 is not in this workspace/,
      ],
      [
        "principal",
        "deployed",
        "the id of another bundle's job",
        (fake) => {
          const deployment = { metadata_file_path: "/victim/state/metadata.json" };
          fake.jobs = [{ job_id: "11", settings: settingsOf({ ...A, settings: { deployment } }) }];
        },
        /belongs to the bundle whose metadata is \/victim/,
      ],
      [
        "principal",
        "deployed",
        "a job that nobody here may read",
        (fake) => fake.refusals.set("GET /api/2.2/jobs/get", { status: 403, code: "PERMISSION_DENIED" }),
        /job 11 cannot be read by the identity that registers/,
      ],
      [
        "actors",
        "principal-users",
        "a stranger with the role",
        (fake) => fake.principals.get(P1)?.users.push("users/eve@example.com"),
        /users\/eve/,
      ],
      [
        "actors",
        "oauth-secrets",
        "a secret",
        (fake) => fake.principals.get(P1)?.secrets.push("s1"),
        /1 OAuth secret:/,
      ],
      [
        "actors",
        "tokens",
        "a personal access token",
        (fake) => {
          const owner = fake.principals.get(P1)?.id ?? "";
          fake.tokens = [
            { token_id: "t1", owner_id: Number(owner), created_by_username: "admin@example.com" },
          ];
        },
        /1 personal access token: .*t1, made by admin@example.com/,
      ],
      [
        "actors",
        "federation-policies",
        "a policy",
        (fake) =>
          fake.principals
            .get(P1)
            ?.policies.push({ policy_id: "x", oidc_policy: { issuer: "https://i", subject: "s" } }),
        /x \(https:\/\/i, s\)/,
      ],
      ["credential", "credential-users", "another user", (fake) => fake.grant("hr", "eve"), /eve \(ACCESS\)/],
      [
        "credential",
        "credential-users",
        "somebody who may make connections with it",
        (fake) => fake.grant("hr", "eve", "CREATE_CONNECTION"),
        /eve \(CREATE_CONNECTION\)/,
      ],
      [
        "credential",
        "credential-users",
        "all privileges",
        (fake) => fake.grant("hr", "admins", "ALL_PRIVILEGES"),
        /admins \(ALL_PRIVILEGES\)/,
      ],
      [
        "credential",
        "credential-users",
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
      [
        "twins",
        "twins",
        "a twin that a stranger may use, whatever the letter case of its connector",
        (fake) => {
          fake.addCredential("back-door", twin());
          fake.grant("back-door", "eve");
        },
        /"back-door" has the identity of "hr", and can be used by eve \(ACCESS\)/,
      ],
      [
        "twins",
        "twins",
        "a storage twin that a stranger may use",
        (fake) => {
          fake.addCredential("lake", twin({ purpose: "STORAGE" }));
          fake.grant("lake", "eve", "READ_FILES");
        },
        /storage credential "lake" .*eve \(READ_FILES\)/,
      ],
      [
        "code",
        "editors",
        "everybody on the job",
        (fake) =>
          fake.permissions.set("jobs/11", [
            { group_name: "users", all_permissions: [{ permission_level: "CAN_MANAGE" }] },
          ]),
        /every user may change/,
      ],
      [
        "code",
        "editors",
        "everybody on the code",
        (fake) =>
          fake.permissions.set("directories/900", [
            { group_name: "account users", all_permissions: [{ permission_level: "CAN_EDIT" }] },
          ]),
        /code in \/files/,
      ],
    ];
  for (const [name, point, what, change, pattern] of breaks) {
    it(`${name} is broken by ${what}, with a remedy, and nothing is granted`, async () => {
      assert.match(await check(name, { change }), pattern);
      const plan = await examine({ change });
      const broken = plan.proofs.get("load_a")?.checks.filter(({ grade }) => grade === "broken") ?? [];
      assert.ok(broken.some((one) => one.name === name && one.points.some((part) => part.point === point)));
      assert.ok(broken[0]?.remedy);
      assert.deepEqual(plan.changes, []);
      assert.equal(plan.findings[0]?.code, "SCOPE_BROKEN");
      assert.equal(plan.findings[0].mistake.place?.line, 4);
    });
  }

  const refuse =
    (prefix: string) =>
    (fake: FakeDatabricks): void => {
      fake.refusals.set(prefix, { status: 403, code: "PERMISSION_DENIED" });
    };
  const unreadable: readonly (readonly [CheckName, string, Omit<Setup, "jobs">, RegExp])[] = [
    ["principal", "a caller who is no admin", { change: (fake) => fake.admins.clear() }, /workspace admin/],
    [
      "principal",
      "a listing that fails",
      { change: (fake) => fake.refusals.set("GET /api/2.0/pipelines", { status: 500, code: "X" }) },
      /answered 500/,
    ],
    [
      "principal",
      "too many jobs without run_as",
      {
        change: (fake) => {
          for (let index = 0; index < 501; index += 1) fake.jobs.push({ job_id: String(index + 1000) });
        },
      },
      /fewer than 500/,
    ],
    ["actors", "no account-id", { over: { accountId: undefined } }, /the input account-id/],
    [
      "actors",
      "refused rule sets",
      { change: refuse("GET /api/2.0/preview/accounts") },
      /servicePrincipal.manager/,
    ],
    [
      "actors",
      "refused policies",
      { change: refuse("GET /api/2.0/accounts/acc/servicePrincipals") },
      /account admin/,
    ],
    [
      "actors",
      "an unreadable list of tokens",
      { change: refuse("GET /api/2.0/token-management") },
      /workspace admin \(the list of personal access tokens\)/,
    ],
    [
      "actors",
      "an unreadable setting for admins",
      { change: refuse("GET /api/2.0/settings/types") },
      /workspace admin \(the setting restrict_workspace_admins\)/,
    ],
    [
      "code",
      "refused permissions",
      { change: refuse("GET /api/2.0/permissions/jobs") },
      /CAN_VIEW on job 11/,
    ],
    [
      "credential",
      "a caller who may not see every grant",
      { change: (fake) => (fake.metastoreOwner = "others") },
      /MANAGE on credential "hr"/,
    ],
    [
      "twins",
      "a caller who is shown only some credentials",
      {
        change: (fake) => {
          fake.metastoreOwner = "others";
          fake.addCredential("hr", { owner: "admins" });
        },
      },
      /metastore admin \(anybody else is shown only some credentials\)/,
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
      assert.equal(proof && scopeWords(proof), "job-scoped: unproven");
      assert.match((await examine(setup)).warnings.join(), /unproven for load_a/);
    });
  }

  const weak: readonly (readonly [PointName, string, (fake: FakeDatabricks) => void, RegExp])[] = [
    [
      "isolation",
      "open to every workspace",
      (fake) => fake.addCredential("hr", { isolation_mode: "ISOLATION_MODE_OPEN" }),
      /open to every workspace of the metastore/,
    ],
    [
      "isolation",
      "bound to another workspace, too",
      (fake) => fake.bindings.set("hr", ["111", "222"]),
      /can also be used in workspace 222/,
    ],
    [
      "twins",
      "of an identity of no known form",
      (fake) => fake.addCredential("hr", { azure_managed_identity: {} }),
      /of no known form/,
    ],
    [
      "twins",
      "with a storage twin that external locations may use",
      (fake) => fake.addCredential("lake", twin({ purpose: "STORAGE" })),
      /external locations may use it/,
    ],
  ];
  for (const [point, what, change, pattern] of weak) {
    it(`a credential ${what} is unproven, with what mends it`, async () => {
      const proof = await proofOf({ change });
      assert.deepEqual(weakPoints(proof), [point]);
      const found = proof.checks.flatMap(({ points }) => points).find((one) => one.grade === "unproven");
      assert.match(found?.says ?? "", pattern);
      assert.ok(found?.remedy);
      assert.equal(scopeWords(proof), "job-scoped: unproven");
    });
  }

  it("leaves workspace admins out of the claim while they may make tokens, and breaks where the policy wants them restricted", async () => {
    const change = (fake: FakeDatabricks): void => {
      fake.adminStatus = undefined;
    };
    const proof = await proofOf({ change });
    assert.equal(scopeWords(proof), "job-scoped: proven, except workspace admins");
    const policy = "version: 1\nworkspace_admins: restricted\nrules: [{ name: all, effect: allow }]\n";
    assert.match(
      await check("actors", { change, policy }),
      /^broken: workspace admins \(.*\) can make a token/,
    );
    assert.match(await check("actors", { policy }), /^proven/);
  });
});
