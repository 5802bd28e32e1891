import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { installStandIn } from "../../../sandbox/cli/install.ts";
import { sample } from "../support/sample.ts";
import { findRealCli, HELD_TO } from "./real-cli.ts";
import { readRecording, recordingName, RECORDINGS } from "./recordings.ts";
import { play, SCENARIOS } from "./scenarios.ts";

describe(`the stand-in CLI and the Databricks CLI ${HELD_TO}`, function () {
  this.timeout(60_000);
  let folder = "";
  let standIn = "";
  let real: Awaited<ReturnType<typeof findRealCli>>;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "stand-in-"));
    [standIn, real] = await Promise.all([installStandIn(folder), findRealCli()]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

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
