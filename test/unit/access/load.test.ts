import assert from "node:assert/strict";
import { applyAccess } from "../../../core/access/apply/apply.ts";
import { EVERY_CASE } from "../support/sample.ts";
import {
  accessFileOf,
  bundleOf,
  options,
  principalOf,
  requestOf,
  workspaceWith,
  type JobSetup,
} from "./setup.ts";

/** Pages are of 1,000: that nothing but what is counted below grows with the jobs shows with fewer, too. */
const JOBS = EVERY_CASE ? 1000 : 150;

describe(`${JOBS} jobs in declared groups on ten credentials`, () => {
  const jobs: readonly JobSetup[] = Array.from({ length: JOBS }, (_, index) => ({
    key: `job_${index}`,
    principal: principalOf(index),
    id: String(index + 1),
  }));
  const access = accessFileOf(jobs.map(({ key }, index) => [key, "read", `cred-${index % 10}`]));
  const groups = Array.from({ length: 10 }, (_, group) =>
    jobs.filter((_job, index) => index % 10 === group).map(({ key }) => key),
  );
  const policy = `version: 1\nshared_principals: ${JSON.stringify(groups)}\nrules: [{ name: all, effect: allow }]\n`;

  it("takes at most 40 requests to read grants when nothing changed, and writes nothing", async function () {
    this.timeout(60_000);
    const fake = workspaceWith(
      jobs,
      Array.from({ length: 10 }, (_, index) => `cred-${index}`),
    );
    fake.pageSize = 1000;
    const request = requestOf({ fake, bundle: bundleOf(jobs), access, policy });
    assert.equal((await applyAccess(request, options())).granted, JOBS);
    fake.requests.length = 0;
    assert.equal((await applyAccess(request, options())).unchanged, JOBS);
    assert.deepEqual(fake.writes, []);
    const unityCatalog = fake.requests.filter((one) => one.includes("/unity-catalog/"));
    // Seven for each credential, the metastore, and one page of the listing of credentials.
    assert.ok(unityCatalog.length <= 72, `${unityCatalog.length} requests to Unity Catalog, proof included`);
    const grants = unityCatalog.filter((one) => one.includes("/permissions/credential/"));
    assert.ok(grants.length <= 40, `${grants.length}`);
    // Pages for what has a listing; for the rest, what docs/access.md says: one a job, three a principal.
    const each = /\/permissions\/jobs\/|\/(?:rule-sets|secrets|federationPolicies)$/;
    const [one, more] = [
      fake.requests.filter((path) => each.test(path)),
      fake.requests.filter((path) => !each.test(path)),
    ];
    assert.equal(one.length, 4 * jobs.length);
    assert.ok(more.length <= 120, `${more.length} requests beside those that have no listing`);
  });
});
