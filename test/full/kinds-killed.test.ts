import assert from "node:assert/strict";
import { converges } from "../unit/access/kinds/killed.ts";

describe("a run with every kind of access that is killed at each write", function () {
  this.timeout(1_800_000);
  for (const work of ["granting", "withdrawing"] as const)
    for (const effect of ["before", "after"] as const)
      it(`converges in the next run: ${work}, ${effect} it takes effect`, async () => {
        let at = 1;
        while (await converges({ at, effect, work })) at += 1;
        process.stdout.write(
          `\n${at - 1} runs were killed ${effect} a write, ${work}: each next one converged\n`,
        );
        assert.ok(at > 10);
      });
});
