import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { installStandIn } from "../../../sandbox/cli/install.ts";
import type { Observation } from "./observe.ts";
import { findRealCli, HELD_TO } from "./real-cli.ts";
import { Rig } from "./rig.ts";
import { SCENARIOS, Steps, type Scenario } from "./scenarios.ts";

async function play(cli: string, scenario: Scenario): Promise<readonly Observation[]> {
  const rig = await Rig.start(cli, scenario.options);
  try {
    const steps = new Steps(rig);
    await scenario.play(steps);
    return steps.seen;
  } finally {
    await rig.stop();
  }
}

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

  for (const scenario of SCENARIOS) {
    describe(scenario.name, () => {
      let seen: readonly Observation[] = [];

      it("the stand-in ends with the right exit codes", async () => {
        seen = await play(standIn, scenario);
        assert.deepEqual(
          seen.map(({ code }) => code),
          scenario.codes,
          JSON.stringify(seen.map(({ diagnostics }) => diagnostics)),
        );
      });

      it(`both do and say the same (needs the Databricks CLI ${HELD_TO} on PATH)`, async function () {
        if ("absent" in real) this.skip();
        assert.deepEqual(seen, await play(real.file, scenario));
      });
    });
  }
});
