import assert from "node:assert/strict";
import { planAccess, type AccessRequest } from "../../../core/access/plan/plan.ts";
import { applyAccess } from "../../../core/access/apply/apply.ts";
import {
  accessFileOf,
  bundleOf,
  failure,
  options,
  principalOf,
  requestOf,
  workspaceWith,
  type JobSetup,
} from "./setup.ts";

const JOBS: readonly JobSetup[] = [
  { key: "load_a", principal: principalOf(1), id: "11" },
  { key: "load_b", principal: principalOf(2), id: "12" },
];
const ONE = accessFileOf([["load_a", "read-hr", "hr"]]);
describe("ownership of grants", () => {
  let fake = workspaceWith(JOBS, ["hr", "orders"]);
  const bundle = bundleOf(JOBS);
  const request = (access: string | undefined, over: Partial<AccessRequest> = {}): AccessRequest =>
    requestOf({ fake, bundle, over, ...(access === undefined ? {} : { access }) });
  const state = (): { serial: number; records: { phase: string; object: unknown }[] } =>
    JSON.parse(fake.files.get("/state/access.json") ?? '{"serial":0,"records":[]}') as never;
  beforeEach(() => {
    fake = workspaceWith(JOBS, ["hr", "orders"]);
  });

  it("never adopts a grant that others made: it stops with a choice, and later never withdraws it", async () => {
    fake.grant("hr", principalOf(1));
    const error = await failure(applyAccess(request(ONE), options()));
    assert.equal(error.code, "ACCESS_CLASH");
    assert.match(error.details.remedy ?? "", /databricks grants update credential hr/);
    await applyAccess(request(undefined), options());
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
    assert.deepEqual(fake.writes, []);
  });

  it("stops with a choice when the state is lost", async () => {
    await applyAccess(request(ONE), options());
    fake.files.clear();
    assert.equal((await failure(planAccess(request(ONE)))).code, "ACCESS_CLASH");
  });

  it("acts on no record whose name cannot be computed again, and keeps it", async () => {
    await applyAccess(request(ONE), options());
    fake.grant("orders", principalOf(2));
    const edited = JSON.parse(fake.files.get("/state/access.json") ?? "") as { records: { name: string }[] };
    const forged = {
      ...edited.records[0],
      job: "load_b",
      object: { credential: "orders", principal: principalOf(2) },
    };
    fake.files.set("/state/access.json", JSON.stringify({ ...edited, records: [...edited.records, forged] }));
    const result = await applyAccess(request(undefined), options());
    assert.match(result.plan.warnings.join(), /1 records/);
    assert.deepEqual(fake.accessList(), [`orders ${principalOf(2)}`]);
    assert.equal(state().records.length, 1);
  });

  for (const content of [
    "{",
    '{"version":2}',
    '{"version":1,"serial":"x","records":[]}',
    '{"version":1,"serial":1}',
    "[]",
  ]) {
    it(`refuses the unreadable state ${content}`, async () => {
      fake.files.set("/state/access.json", content);
      assert.equal((await failure(planAccess(request(ONE)))).code, "ACCESS_STATE_UNREADABLE");
    });
  }

  it("grants again what somebody revoked, and says so", async () => {
    await applyAccess(request(ONE), options());
    fake.grants.get("hr")?.clear();
    const plan = await planAccess(request(ONE));
    assert.deepEqual(
      plan.changes.map(({ action, note }) => [action, note]),
      [["grant", "it was removed by somebody else"]],
    );
  });

  it("keeps a grant that another purpose still needs", async () => {
    const two = accessFileOf([
      ["load_a", "first", "hr"],
      ["load_a", "second", "hr"],
    ]);
    await applyAccess(request(two), options());
    assert.equal(state().records.length, 2);
    const patches = fake.writes.filter((write) => write.startsWith("PATCH")).length;
    await applyAccess(request(accessFileOf([["load_a", "second", "hr"]])), options());
    assert.equal(state().records.length, 1);
    assert.equal(fake.writes.filter((write) => write.startsWith("PATCH")).length, patches);
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
  });
});
