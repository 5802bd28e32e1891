import assert from "node:assert/strict";
import { scopeWords, type CheckName, type PointName } from "../../../../core/access/scope/proof.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import { check, examine, P1, twin, weakPoints } from "./scope-setup.ts";
import { principalOf, settingsOf } from "../setup.ts";

const JOB = { key: "load_a", principal: P1, id: "11" };

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
            { job_id: "11", run_as_user_name: other, settings: settingsOf({ ...JOB, principal: other }) },
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
          fake.jobs = [{ job_id: "11", settings: settingsOf({ ...JOB, settings: { deployment } }) }];
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
});
