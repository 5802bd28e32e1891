import assert from "node:assert/strict";
import { planAccess, examineAccess, type AccessPlan } from "../../../core/access/access.ts";
import { proofLines, planRow, policyLine } from "../../../core/access/describe.ts";
import { scopeWords, type CheckName } from "../../../core/access/scope/proof.ts";
import { standardsTable } from "../../../core/access/standards.ts";
import type { Json } from "../../../core/access/rest.ts";
import type { FakeDatabricks } from "./fake-databricks.ts";
import {
  accessFileOf,
  bundleOf,
  DEPLOYER,
  failure,
  principalOf,
  REGISTRAR,
  requestOf,
  workspaceWith,
  type JobSetup,
  type RequestSetup,
} from "./setup.ts";

const P1 = principalOf(1);
const A: JobSetup = { key: "load_a", principal: P1, id: "11" };
const B: JobSetup = { key: "load_b", principal: principalOf(2), id: "12" };
const ACCESS = accessFileOf([["load_a", "read-hr", "hr"]]);

interface Setup extends Omit<RequestSetup, "fake" | "bundle"> {
  readonly jobs?: readonly JobSetup[];
  readonly change?: (fake: FakeDatabricks) => void;
}

async function examine({ jobs = [A, B], change, ...rest }: Setup = {}): Promise<AccessPlan> {
  const fake = workspaceWith(jobs, ["hr"]);
  change?.(fake);
  return examineAccess(requestOf({ fake, bundle: bundleOf(jobs), access: ACCESS, ...rest }));
}

async function check(name: CheckName, setup: Setup): Promise<string> {
  const plan = await examine(setup);
  const found = plan.proofs.get("load_a")?.checks.find((one) => one.name === name);
  return `${found?.later === true ? "later" : found?.grade}: ${found?.says}`;
}

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
      assert.equal(plan.findings[0]?.mistake.place?.line, 4);
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

  it("names git, volumes and clusters that the code or the run depends on", async () => {
    const settings: Record<string, Json> = {
      git_source: { git_url: "https://git.example.com/x", git_branch: "main" },
      tasks: [
        {
          existing_cluster_id: "c-1",
          libraries: [{ whl: "/Volumes/a/b.whl" }],
          notebook_task: { notebook_path: "/Shared/n" },
        },
      ],
    };
    const change = (fake: FakeDatabricks): void => {
      fake.permissions.set("clusters/c-1", [
        { group_name: "analysts", all_permissions: [{ permission_level: "CAN_RESTART" }] },
      ]);
    };
    const plan = await examine({ jobs: [{ ...A, settings }, B], change });
    const proof = plan.proofs.get("load_a");
    assert.ok(proof);
    const lines = proofLines(proof).join("\n");
    assert.match(lines, /whoever may push to main/);
    assert.match(lines, /\/Volumes\/a\/b.whl: whoever may write/);
    assert.match(lines, /analysts has CAN_RESTART \(cluster c-1\)/);
  });

  it("calls jobs that share by policy group-scoped, and breaks for the same without policy", async () => {
    const shared: readonly JobSetup[] = [A, { ...B, principal: P1 }];
    const policy =
      "version: 1\nshared_principals: [[load_a, load_b]]\nrules: [{ name: all, effect: allow }]\n";
    const proof = (await examine({ jobs: shared, policy })).proofs.get("load_a");
    assert.equal(proof && scopeWords(proof), "group-scoped (load_a, load_b): proven");
    assert.match(await check("exclusive", { jobs: shared }), /^broken: .*load_b/);
  });

  it("sees before the deployment what it will be like after it", async () => {
    const undeployed: readonly JobSetup[] = [
      { key: "load_a", principal: P1 },
      { key: "load_b", principal: P1 },
    ];
    assert.match(
      await check("exclusive", { jobs: undeployed, deployed: false }),
      /^broken: .*"load_b" \(not deployed yet\)/,
    );
    const alone: readonly JobSetup[] = [{ key: "load_a", principal: P1 }];
    assert.match(await check("editors", { jobs: alone, deployed: false }), /^later: .*does not exist yet/);
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
    assert.match(await check("exclusive", moving), /^proven/);
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
    const registrar = { workspace: fake.as(REGISTRAR), account: fake.as(REGISTRAR) };
    const plan = await planAccess(
      requestOf({ fake, bundle: bundleOf([A, B]), access: ACCESS, policy, over: { registrar } }),
    );
    assert.equal(plan.proofs.get("load_a")?.grade, "proven");
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
    const change = (fake: FakeDatabricks): void =>
      fake.addCredential("hr", { isolation_mode: "ISOLATION_MODE_ISOLATED" });
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

  it("maps the checks to OWASP NHI and NIST CSF items", async () => {
    const found = { credentials: 2, exactSubject: true, pinnedCli: undefined };
    const table = new Map(standardsTable(await examine(), found).map((row) => [row.item, row.status]));
    assert.deepEqual(
      [table.get("NHI2"), table.get("NHI3"), table.get("NHI6"), table.get("NHI9")],
      ["violated", "not checked", "enforced", "enforced"],
    );
    const broken = standardsTable(await examine({ change: (fake) => fake.grant("hr", "eve") }), found);
    assert.equal(broken.find(({ item }) => item === "NHI9")?.status, "violated");
    const none = standardsTable(await examine({ access: "version: 1\njobs: {}\n" }), {
      ...found,
      credentials: 0,
    });
    assert.equal(none.find(({ item }) => item === "NHI5")?.status, "not checked");
  });
});
