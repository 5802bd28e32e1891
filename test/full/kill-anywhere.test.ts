import assert from "node:assert/strict";
import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { assertRecovered, killedAt, requestsOfDeployment } from "../shells/support/killed.ts";
import { ProcessWatch } from "../shells/support/processes.ts";
import { printTable } from "./table.ts";

/** Moments that are tried at the same time. */
const LANES = 2;

describe("a deployment of which everything is killed, at any request (skipped without the real CLI on PATH)", function () {
  this.timeout(1_800_000);
  let cli: SandboxCli;
  before(async function () {
    cli = await sandboxCli();
    if (cli.kind !== "real" || !ProcessWatch.possible) this.skip();
  });

  it("leaves nothing that the next run does not mend", async () => {
    const count = await requestsOfDeployment(cli);
    const moments = Array.from({ length: count }, (_, at) => at + 1);
    const rows: (readonly unknown[])[] = [];
    const lane = async (): Promise<void> => {
      for (let nth = moments.shift(); nth !== undefined; nth = moments.shift()) {
        const after = await killedAt(nth, cli);
        assertRecovered(after, nth);
        const adopted = after.next.log.match(/it is adopted/g)?.length ?? 0;
        rows.push([nth, after.what, after.duplicates, after.lost, after.staleLocks, adopted]);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    rows.sort(([one], [other]) => Number(one) - Number(other));
    printTable(
      `killed at each of ${String(count)} requests of a first deployment`,
      ["request", "what it was", "duplicates", "lost", "stale locks", "adopted"],
      rows,
    );
    assert.equal(rows.length, count);
  });
});
