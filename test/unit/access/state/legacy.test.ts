import assert from "node:assert/strict";
import { applyAccess } from "../../../../core/access/apply/apply.ts";
import { accessName } from "../../../../core/access/bundle-facts.ts";
import { planAccess } from "../../../../core/access/plan/plan.ts";
import {
  accessFileOf,
  bundleOf,
  failure,
  options,
  principalOf,
  recordsOf,
  requestOf,
  workspaceWith,
  type JobSetup,
} from "../setup.ts";

const JOBS: readonly JobSetup[] = [
  { key: "load_a", principal: principalOf(1), id: "11" },
  { key: "load_b", principal: principalOf(2), id: "12" },
];
const bundle = bundleOf(JOBS);
const ONE = accessFileOf([["load_a", "read-hr", "hr"]]);
const FILE = "/state/access.json";
const former = (job: string, purpose: string, credential: string, principal: string): object => ({
  name: accessName(bundle, job, purpose),
  ...{ job, purpose, kind: "unity_catalog_credential", phase: "granted" },
  object: { credential, principal },
});

describe("the access state of an earlier version", () => {
  let fake = workspaceWith(JOBS, ["hr", "orders"]);
  const put = (...records: readonly object[]): void => {
    fake.files.set(FILE, JSON.stringify({ version: 1, serial: 3, records }));
  };
  beforeEach(() => {
    fake = workspaceWith(JOBS, ["hr", "orders"]);
    fake.grant("hr", principalOf(1));
  });

  it("is taken over where the workspace bears it out, and removed: nothing is granted or withdrawn", async () => {
    put(former("load_a", "read-hr", "hr", principalOf(1)));
    const { plan } = await applyAccess(requestOf({ fake, bundle, access: ONE }), options());
    assert.deepEqual(
      plan.changes.map(({ action }) => action),
      ["record"],
    );
    assert.match(plan.warnings.join("\n"), /earlier version.*taken over/);
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
    assert.ok(!fake.files.has(FILE));
    assert.deepEqual(
      recordsOf(fake).map(({ job, phase, jobId }) => [job, phase, jobId]),
      [["load_a", "granted", "11"]],
    );
    fake.requests.length = 0;
    assert.equal((await applyAccess(requestOf({ fake, bundle, access: ONE }), options())).unchanged, 1);
    assert.deepEqual(fake.writes, []);
  });

  it("is withdrawn from where its entry is gone", async () => {
    put(former("load_a", "read-hr", "hr", principalOf(1)));
    assert.equal((await applyAccess(requestOf({ fake, bundle }), options())).revoked, 1);
    assert.deepEqual(fake.accessList(), []);
    assert.ok(!fake.files.has(FILE));
  });

  it("grants again what it says and the workspace does not show", async () => {
    fake.grants.get("hr")?.clear();
    put(former("load_a", "read-hr", "hr", principalOf(1)));
    assert.equal((await applyAccess(requestOf({ fake, bundle, access: ONE }), options())).granted, 1);
  });

  it("is not believed about principals that no job of this bundle runs as", async () => {
    fake.grant("orders", principalOf(9));
    put(
      former("load_a", "read-hr", "hr", principalOf(1)),
      former("load_b", "steal", "orders", principalOf(9)),
    );
    const { plan } = await applyAccess(requestOf({ fake, bundle, access: ONE }), options());
    assert.match(plan.warnings.join("\n"), /Not taken over from it.*dbxt-/);
    assert.ok(fake.accessList().includes(`orders ${principalOf(9)}`));
  });

  for (const content of ["{", "[]", "null", '{"records":[{}]}', '{"records":[{"object":{"a":1}}]}']) {
    it(`is no reason to believe anything where it reads ${content}`, async () => {
      fake.files.set(FILE, content);
      assert.equal(
        (await failure(planAccess(requestOf({ fake, bundle, access: ONE })))).code,
        "ACCESS_CLASH",
      );
      assert.deepEqual(fake.writes, []);
    });
  }

  it("stays where this identity may not remove it, and changes nothing the next time", async () => {
    put(former("load_a", "read-hr", "hr", principalOf(1)));
    fake.refusals.set("POST /api/2.0/workspace/delete", { status: 403, code: "PERMISSION_DENIED" });
    await applyAccess(requestOf({ fake, bundle, access: ONE }), options()).catch(() => undefined);
    fake.refusals.clear();
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
    await applyAccess(requestOf({ fake, bundle, access: ONE }), options({ lockTimeout: 3_600_000 }));
    assert.ok(!fake.files.has(FILE));
  });
});
