import assert from "node:assert/strict";
import fc from "fast-check";
import { EVERY_CASE } from "../support/sample.ts";
import { accessFileOf, LOCK, principalOf } from "./setup.ts";
import { check, FOREIGN, GRANTED, JOBS, requestsOf, run, TWELVE, workspace } from "./crash-runs.ts";
import type { FakeDatabricks } from "./fake-databricks.ts";

/** A sample of all requests; test/full/access-crash.test.ts takes every one. */
const STEP = 17;

describe("a run that is killed", () => {
  const granted = async (): Promise<FakeDatabricks> => {
    const fake = workspace();
    await run(fake, TWELVE);
    return fake;
  };
  const fresh = (): Promise<FakeDatabricks> => Promise.resolve(workspace());

  for (const effect of ["before", "after"] as const) {
    it(`converges after a crash ${effect} the effect of requests of applying 12 entries`, async () => {
      const total = await requestsOf(fresh, TWELVE);
      for (let at = 1; at <= total; at += STEP) {
        const fake = workspace();
        assert.equal(await run(fake, TWELVE, { at, effect }), "killed", `request ${at}`);
        for (const line of fake.accessList()) assert.ok([...GRANTED, ...FOREIGN].includes(line), line);
        const mended = await run(fake, TWELVE);
        check(fake, GRANTED, mended !== "killed" && mended.applied.length === 0);
        const writes = fake.writes.length;
        await run(fake, TWELVE);
        assert.equal(fake.writes.length, writes, "the run after that writes nothing");
      }
    });

    it(`converges after a crash ${effect} the effect of requests of withdrawing 12 entries`, async () => {
      const total = await requestsOf(granted, undefined);
      for (let at = 1; at <= total; at += STEP) {
        const fake = await granted();
        assert.equal(await run(fake, undefined, { at, effect }), "killed", `request ${at}`);
        const mended = await run(fake, undefined);
        check(fake, [], mended !== "killed" && mended.applied.length === 0);
      }
    });
  }

  it("converges to what is declared now, whatever was declared when it was killed", async () => {
    const subset = fc.subarray(JOBS.map((_, index) => index));
    const fileOf = (indices: readonly number[]): string =>
      indices.length === 0
        ? "version: 1\njobs: {}\n"
        : accessFileOf(indices.map((index) => [`job_${index}`, "reach", `cred-${index}`]));
    const kills = fc.record({
      at: fc.integer({ min: 1, max: 120 }),
      effect: fc.constantFrom("before" as const, "after" as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(subset, kills), { maxLength: 4 }), subset, async (crashes, last) => {
        const fake = workspace();
        for (const [declared, kill] of crashes) await run(fake, fileOf(declared), kill);
        const result = await run(fake, fileOf(last));
        const grants = last.map((index) => `cred-${index} ${principalOf(index)}`).sort();
        check(fake, grants, result !== "killed" && result.applied.length === 0);
        await run(fake, accessFileOf([["job_0", "other", "cred-1"]]));
        check(fake, [`cred-1 ${principalOf(0)}`]);
      }),
      { numRuns: EVERY_CASE ? 200 : 20 },
    );
  });
});

describe("two runs at once", () => {
  it("end in the same state as one after the other", async () => {
    const alone = workspace();
    await run(alone, TWELVE);
    const fake = workspace();
    const results = await Promise.all([run(fake, TWELVE), run(fake, TWELVE)]);
    check(fake, GRANTED);
    assert.equal(
      fake.writes.filter((write) => write.startsWith("PATCH")).length,
      12,
      "each grant is made once",
    );
    assert.deepEqual(results.map((result) => (result === "killed" ? 0 : result.granted)).sort(), [0, 12]);
  });

  it("both take over one left-over lock, one after the other", async () => {
    const whole = workspace();
    await run(whole, TWELVE);
    const fake = workspace();
    const firstGrant = whole.requests.findIndex((request) => request.startsWith("PATCH")) + 1;
    await run(fake, TWELVE, { at: firstGrant, effect: "after" });
    assert.equal(fake.writes.at(-1)?.startsWith("PATCH"), true);
    assert.ok(fake.files.has(LOCK));
    await Promise.all([run(fake, TWELVE), run(fake, TWELVE), run(fake, TWELVE)]);
    check(fake, GRANTED);
  });
});
