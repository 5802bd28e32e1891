import assert from "node:assert/strict";
import { planAccess } from "../../../core/access/plan/plan.ts";
import type { AccessRequest } from "../../../core/access/plan/request.ts";
import { applyAccess } from "../../../core/access/apply/apply.ts";
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

  it("reports what this bundle's jobs have and nobody declared or recorded", async () => {
    fake.grant("hr", principalOf(2));
    const { plan } = await applyAccess(
      request(accessFileOf([["load_a", "read-hr", "hr"]]), {}),
      options(),
    ).catch(() => ({ plan: undefined }));
    const shown: string[] = [...(plan?.warnings ?? [])];
    await planAccess(request(ONE), (one) => {
      shown.push(...one.warnings);
      return Promise.resolve();
    }).catch(() => undefined);
    assert.match(shown.join("\n"), /neither declared nor recorded.*databricks grants update credential hr/);
    assert.ok(fake.accessList().includes(`hr ${principalOf(2)}`));
  });

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
    assert.equal(recordsOf(fake).length, 2);
    const patches = fake.writes.filter((write) => write.startsWith("PATCH")).length;
    await applyAccess(request(accessFileOf([["load_a", "second", "hr"]])), options());
    assert.deepEqual(
      recordsOf(fake).map(({ purpose }) => purpose),
      ["second"],
    );
    assert.equal(fake.writes.filter((write) => write.startsWith("PATCH")).length, patches);
    assert.deepEqual(fake.accessList(), [`hr ${principalOf(1)}`]);
  });

  it("binds a record to the job's id, and takes a job that was created anew", async () => {
    await applyAccess(request(ONE), options());
    assert.deepEqual(
      recordsOf(fake).map(({ jobId }) => jobId),
      ["11"],
    );
    const anew: readonly JobSetup[] = [{ ...(JOBS[0] as JobSetup), id: "77" }, JOBS[1] as JobSetup];
    const { records, plan } = await (async () => {
      fake.jobs = fake.jobs.map((job) => (job["job_id"] === "11" ? { ...job, job_id: "77" } : job));
      const result = await applyAccess(requestOf({ fake, bundle: bundleOf(anew), access: ONE }), options());
      return { records: recordsOf(fake), plan: result.plan };
    })();
    assert.deepEqual(
      plan.changes.map(({ action, note }) => [action, note]),
      [["record", "the job was created anew, as 77"]],
    );
    assert.deepEqual(
      records.map(({ jobId }) => jobId),
      ["77"],
    );
  });
});
