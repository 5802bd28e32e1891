import assert from "node:assert/strict";
import { EVERY_CASE } from "../../support/sample.ts";
import { counts } from "../setup.ts";
import { ALL, ENTRIES, everything, gets, prepareAll, type Gets } from "./all-kinds.ts";
import { converges } from "./killed.ts";
import { KindRig } from "./rig.ts";

describe("one deployment with every kind of access", () => {
  let rig: KindRig;
  beforeEach(async () => {
    rig = await KindRig.start();
    prepareAll(rig);
  });
  afterEach(() => rig.sandbox.stop());

  it("gives all to the one job, none to the other; changes nothing twice; withdraws one alone; leaves nothing", async () => {
    const before = everything(rig);
    assert.deepEqual(await gets(rig), [[], []]);
    assert.deepEqual(counts(await rig.apply(...ALL)), [ALL.length, 0, 0, 0]);
    assert.deepEqual(await gets(rig), [Object.keys(ENTRIES), []]);
    const mark = rig.sandbox.requests.length;
    assert.deepEqual(counts(await rig.apply(...ALL)), [0, 0, 0, ALL.length]);
    assert.deepEqual(rig.writes(mark), []);
    const names = Object.keys(ENTRIES) as Gets[];
    for (const dropped of EVERY_CASE ? names : names.slice(-1)) {
      const rest = ALL.filter((entry) => entry !== ENTRIES[dropped]);
      assert.deepEqual(counts(await rig.apply(...rest)), [0, 0, 1, ALL.length - 1], dropped);
      assert.deepEqual(await gets(rig), [Object.keys(ENTRIES).filter((name) => name !== dropped), []]);
      assert.equal((await rig.apply(...ALL)).granted, 1);
    }
    assert.deepEqual(counts(await rig.withdraw()), [0, 0, ALL.length, 0]);
    assert.deepEqual(await gets(rig), [[], []]);
    assert.deepEqual(everything(rig), before);
  });
});

describe("a run with every kind of access that is killed at a write", () => {
  for (const kill of [
    { at: 12, effect: "after", work: "granting" },
    { at: 9, effect: "before", work: "withdrawing" },
  ] as const)
    it(`converges: ${kill.work}, ${kill.effect} write ${kill.at} of a sample (test/full has every one)`, async function () {
      this.timeout(60_000);
      assert.ok(await converges(kill));
    });
});
