import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { assertRecovered, killedAt } from "./support/killed.ts";
import { ProcessWatch } from "./support/processes.ts";

/** The lock is taken, files go up, a job is made, the state is written. */
const SAMPLE = [20, 36, 42];

describe("a deployment of which everything is killed (skipped without the real CLI on PATH)", function () {
  this.timeout(120_000);
  let cli: SandboxCli;
  before(async function () {
    cli = await sandboxCli();
    if (cli.kind !== "real" || !ProcessWatch.possible) this.skip();
  });

  for (const nth of SAMPLE)
    it(`at request ${String(nth)}: the next run removes its lock, and makes no job twice`, async () => {
      assertRecovered(await killedAt(nth, cli), nth);
    });
});
