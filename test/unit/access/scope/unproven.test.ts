import assert from "node:assert/strict";
import { examineAccess } from "../../../../core/access/plan/plan.ts";
import { scopeWords, type CheckName, type PointName } from "../../../../core/access/scope/proof.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import { apisOf, bundleOf, DEPLOYER, REGISTRAR, requestOf, workspaceWith } from "../setup.ts";
import { A, ACCESS, B, check, examine, proofOf, twin, weakPoints, type Setup } from "./scope-setup.ts";

describe("what cannot be proven", () => {
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
      /at most 500/,
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
    const restricted = await check("actors", { policy });
    assert.doesNotMatch(restricted, /workspace admins \(/);
  });

  it("names a deployer who is a workspace admin, and breaks where the policy wants admins restricted", async () => {
    const says = /the deployer d0000000-\S+ is a workspace admin: code of the bundle/;
    // The deployer's own word about itself, and what the registrar, who is another, reads of it.
    for (const apart of [false, true])
      for (const isAdmin of [false, true])
        for (const restricted of [false, true]) {
          const fake = workspaceWith([A, B], ["hr"]);
          fake.admins = new Set(isAdmin ? [DEPLOYER, REGISTRAR] : [REGISTRAR]);
          fake.deployers.add(DEPLOYER);
          const api = fake.as(apart ? REGISTRAR : DEPLOYER);
          const own = apisOf(fake, api);
          const policy = [
            "version: 1",
            ...(restricted ? ["workspace_admins: restricted"] : []),
            ...(apart
              ? [`providers: { databricks: { registrar_client_id: ${REGISTRAR}, registrar: apart } }`]
              : []),
            "rules: [{ name: all, effect: allow }]\n",
          ].join("\n");
          const over = apart ? { registrar: own, deployer: own } : {};
          const plan = await examineAccess(
            requestOf({ fake, bundle: bundleOf([A, B]), access: ACCESS, policy, over }),
          );
          const actors = plan.proofs.get("load_a")?.checks.find(({ name }) => name === "actors");
          const about = JSON.stringify([apart, isAdmin, restricted]);
          assert.equal(says.test([actors?.says, ...(actors?.residual ?? [])].join()), isAdmin, about);
          assert.equal(actors?.grade === "broken", isAdmin && restricted, about);
        }
  });
});
