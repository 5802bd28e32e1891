import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { INPUTS, lookAt, passTime, startKilledJob, strike } from "../shells/support/killed.ts";
import { ProcessWatch } from "../shells/support/processes.ts";

describe("two runs at once, the first of which is killed (skipped without the real CLI on PATH)", function () {
  this.timeout(300_000);
  let cli: SandboxCli;
  before(async function () {
    cli = await sandboxCli();
    if (cli.kind !== "real" || !ProcessWatch.possible) this.skip();
  });

  for (const end of ["everything killed", "our process killed"] as const)
    it(`${end}, while the second waits: the second goes on, and mends what there is to mend`, async () => {
      const job = await startKilledJob(cli);
      try {
        const { sandbox } = job;
        const [killed, waits] = [new AbortController(), new AbortController()];
        sandbox.fault({ path: /\/jobs\/create$/, delay: 8_000 });
        let main = 0;
        const first = job
          .step(INPUTS, { onStart: (pid) => (main = pid), post: end !== "everything killed" })
          .finally(() => killed.abort());
        while (!sandbox.requests.some(({ path }) => path.endsWith("/jobs/create"))) await sleep(5);
        const second = job.step(INPUTS, {
          env: { GITHUB_RUN_ID: "2" },
          onLine: (line) => {
            if (line.includes("Another run deploys this bundle and target")) waits.abort();
          },
        });
        await sleep(60_000, undefined, { signal: waits.signal }).catch(() => undefined);
        await strike(end, main, killed.signal);
        const hit = await first;
        // What the machine had sent takes effect. A deployment of a dead process goes on, and is waited for by its post step.
        await sleep(8_000);
        if (end === "everything killed") passTime(sandbox);
        const next = await second;
        assert.equal(next.exitCode, 0, `${hit.log}\n--- the second run\n${next.log}`);
        assert.match(next.log, /has died while it deployed/);
        assert.equal(/it is adopted/.test(next.log), end === "everything killed", next.log);
        const nothing = { duplicates: [], orphans: [], lost: [], staleLocks: [] };
        assert.deepEqual(lookAt(sandbox, "first"), nothing, next.log);
      } finally {
        await job.stop();
      }
    });
});
