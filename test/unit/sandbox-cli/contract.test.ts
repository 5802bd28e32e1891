import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { installStandIn } from "../../../sandbox/cli/install.ts";
import { sample } from "../support/sample.ts";
import { scratchFolders } from "../support/scratch.ts";
import { findRealCli, HELD_TO, readRecording, recordingName, RECORDINGS } from "./recordings.ts";
import { play, SCENARIOS } from "./scenarios.ts";

describe(`the stand-in CLI and the Databricks CLI ${HELD_TO}`, function () {
  this.timeout(60_000);
  const freshFolder = scratchFolders();
  let standIn = "";
  let real: Awaited<ReturnType<typeof findRealCli>>;

  before(async () => {
    [standIn, real] = [await installStandIn(await freshFolder("stand-in")), await findRealCli()];
  });

  it("have a recording for each scenario, and no other", async () => {
    const recorded = await readdir(RECORDINGS);
    assert.deepEqual(recorded.toSorted(), SCENARIOS.map(recordingName).toSorted());
  });

  const compared = sample(SCENARIOS, 4);
  for (const scenario of SCENARIOS) {
    describe(scenario.name, () => {
      it("the stand-in does and says what was recorded", async () => {
        assert.deepEqual(await play(standIn, scenario), await readRecording(scenario));
      });

      const stale = `the recording is what the CLI does, else: npm run record (needs ${HELD_TO} on PATH)`;
      if (!compared.includes(scenario)) return;
      it(stale, async function () {
        if ("absent" in real) this.skip();
        assert.deepEqual(await readRecording(scenario), await play(real.file, scenario));
      });
    });
  }
});
