import assert from "node:assert/strict";
import { ALL, ENTRIES, everything, gets, prepareAll } from "./all-kinds.ts";
import { KindRig } from "./rig.ts";

export interface KilledAt {
  /** Number of the request that writes. */
  readonly at: number;
  readonly effect: "before" | "after";
  readonly work: "granting" | "withdrawing";
}

/**
 * Kills a run that grants, or withdraws, everything at one write, and lets the next one come to its end.
 * @returns false if the run had no such write
 */
export async function converges({ at, effect, work }: KilledAt): Promise<boolean> {
  const rig = await KindRig.start();
  try {
    prepareAll(rig);
    const before = everything(rig);
    const withdraws = work === "withdrawing";
    if (withdraws) await rig.apply(...ALL);
    const run = () => (withdraws ? rig.withdraw() : rig.apply(...ALL));
    if ((await rig.killed(at, effect, run)) !== "killed") return false;
    const where = `killed ${effect} write ${at}, ${work}`;
    assert.deepEqual((await gets(rig))[1], [], `another job gets something: ${where}`);
    await run();
    assert.deepEqual((await gets(rig))[0], withdraws ? [] : Object.keys(ENTRIES), where);
    if (!withdraws) await rig.withdraw();
    assert.deepEqual(everything(rig), before, where);
    return true;
  } finally {
    await rig.sandbox.stop();
  }
}
