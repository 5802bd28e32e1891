import assert from "node:assert/strict";
import { ALL, ENTRIES, everything, gets, prepareAll } from "./all-kinds.ts";
import { KindRig } from "./rig.ts";

/**
 * Kills runs that grant and that withdraw everything at their writes, before and after each takes effect, and lets the next
 * run come to its end. @returns how many runs were killed
 */
export async function convergesWhereKilled(takes: (at: number) => boolean): Promise<number> {
  let kills = 0;
  for (const effect of ["before", "after"] as const)
    for (const withdraws of [false, true])
      for (let at = 1; ; at += 1) {
        if (!takes(at) && at < 200) {
          if (at > (await writesOf(withdraws))) break;
          continue;
        }
        const rig = await KindRig.start();
        try {
          prepareAll(rig);
          const before = everything(rig);
          if (withdraws) await rig.apply(...ALL);
          const work = () => (withdraws ? rig.withdraw() : rig.apply(...ALL));
          if ((await rig.killed(at, effect, work)) !== "killed") break;
          kills += 1;
          const [, stranger] = gets(rig);
          assert.deepEqual(stranger, [], `another job gets something, killed at ${at}`);
          await work();
          const where = `killed ${effect} write ${at}, ${withdraws ? "withdrawing" : "granting"}`;
          assert.deepEqual(gets(rig)[0], withdraws ? [] : Object.keys(ENTRIES), where);
          if (!withdraws) await rig.withdraw();
          assert.deepEqual(everything(rig), before, where);
        } finally {
          await rig.sandbox.stop();
        }
      }
  return kills;
}

const known = new Map<boolean, Promise<number>>();

/** How many writes a whole run has. */
function writesOf(withdraws: boolean): Promise<number> {
  const count = async (): Promise<number> => {
    const rig = await KindRig.start();
    try {
      prepareAll(rig);
      if (withdraws) await rig.apply(...ALL);
      const writes = await rig.killed(0, "before", () => (withdraws ? rig.withdraw() : rig.apply(...ALL)));
      return writes === "killed" ? 0 : writes;
    } finally {
      await rig.sandbox.stop();
    }
  };
  const pending = known.get(withdraws) ?? count();
  known.set(withdraws, pending);
  return pending;
}
