import assert from "node:assert/strict";
import { ATTACKS } from "./attack-list.ts";
import { HIDDEN } from "./attack-hidden.ts";
import { LOOK_ALIKES } from "./attack-look-alikes.ts";
import { ONE, VICTIM, world } from "./attack-world.ts";

describe("attacks on the state of access", () => {
  const rows: string[] = [];
  for (const { attack, answer, after, work } of [...ATTACKS, ...LOOK_ALIKES, ...HIDDEN]) {
    it(`${attack}: ${answer}`, async () => {
      const one = world();
      assert.equal(await one.run(ONE), "done");
      assert.equal(await work(one), answer);
      assert.deepEqual(one.fake.accessList(), [...after, VICTIM].sort());
      rows.push(`| ${attack} | ${answer} | ${after.length === 0 ? "withdrawn" : "as before"} |`);
    });
  }
  after(() => {
    console.log(["", "| attack | answer | our grant |", "|---|---|---|", ...rows, ""].join("\n"));
  });
});
