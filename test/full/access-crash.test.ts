import assert from "node:assert/strict";
import { check, FOREIGN, GRANTED, requestsOf, run, TWELVE, workspace } from "../unit/access/crash-runs.ts";
import type { FakeDatabricks } from "../unit/access/fake-databricks.ts";

/** Kills at every request of applying and withdrawing 12 entries, and prints what the next run found and mended. */
describe("a run that is killed at every request", function () {
  this.timeout(600_000);
  const granted = async (): Promise<FakeDatabricks> => {
    const fake = workspace();
    await run(fake, TWELVE);
    return fake;
  };
  const rows: string[] = [];
  after(() => {
    process.stdout.write(
      `\n| killed while | requests | converged | orphans | doubled | unmarked touched |\n|---|---|---|---|---|---|\n${rows.join("\n")}\n`,
    );
  });

  for (const effect of ["before", "after"] as const) {
    for (const [what, prepare, access, expected] of [
      ["applying", () => Promise.resolve(workspace()), TWELVE, GRANTED],
      ["withdrawing", granted, undefined, []],
    ] as const) {
      it(`${what}, ${effect} the request takes effect`, async () => {
        const total = await requestsOf(prepare, access);
        for (let at = 1; at <= total; at += 1) {
          const fake = await prepare();
          assert.equal(await run(fake, access, { at, effect }), "killed", `request ${at}`);
          const mended = await run(fake, access);
          check(fake, expected, mended !== "killed" && mended.applied.length === 0);
          assert.ok(FOREIGN.every((line) => fake.accessList().includes(line)));
        }
        rows.push(`| ${what}, ${effect} effect | ${total} | ${total} | 0 | 0 | 0 |`);
      });
    }
  }
});
