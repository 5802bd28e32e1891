import assert from "node:assert/strict";
import { convergesWhereKilled } from "../unit/access/kinds/killed.ts";

describe("a run with every kind of access that is killed at each write", function () {
  this.timeout(900_000);
  it("converges in the next run: nothing is left, nothing is missing, nothing of others is touched", async () => {
    const kills = await convergesWhereKilled(() => true);
    process.stdout.write(`\n${kills} runs were killed; each next one converged\n`);
    assert.ok(kills > 20);
  });
});
