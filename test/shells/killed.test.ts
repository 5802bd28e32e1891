import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { assertRecovered, killedAt, startKilledJob, type Case } from "./support/killed.ts";
import { ProcessWatch } from "./support/processes.ts";

/** A dashboard and a schema are being made; all is made, and the state is about to be written. */
const SAMPLE: readonly Case[] = [
  { end: "everything killed", edition: "first", nth: 38 },
  { end: "our process killed", edition: "first", nth: 46 },
];

describe("a deployment that is killed (skipped without the real CLI on PATH)", function () {
  this.timeout(120_000);
  let cli: SandboxCli;
  before(async function () {
    cli = await sandboxCli();
    if (cli.kind !== "real" || !ProcessWatch.possible) this.skip();
  });

  for (const one of SAMPLE)
    it(`${one.end} at request ${String(one.nth)}: the next run removes its lock, adopts what it made, and makes nothing twice`, async () => {
      const job = await startKilledJob(cli);
      try {
        assertRecovered(await killedAt(job, one), one);
      } finally {
        await job.stop();
      }
    });
});
