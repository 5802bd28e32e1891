import assert from "node:assert/strict";
import { throttled, type FaultRule } from "../../sandbox/http/faults.ts";
import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import { HANDSHAKE, HANDSHAKE_REQUESTS, type HandshakeRequest } from "../shells/support/handshake.ts";
import { assertFreshAssertions, assertSucceeded } from "../shells/support/results.ts";
import { printTable } from "./table.ts";

const WEATHER: Record<string, FaultRule> = {
  "429, Retry-After 1": { then: throttled(1) },
  "408": { then: { status: 408 } },
  "500": { then: { status: 500 } },
  "502": { then: { status: 502 } },
  "503 twice": { then: { status: 503 }, times: 2 },
  "504": { then: { status: 504 } },
  "504, took effect": { then: { status: 504 }, tookEffect: true },
  reset: { then: "reset" },
  "reset, took effect": { then: "reset", tookEffect: true },
  hang: { then: "hang" },
};

describe("each kind of bad weather at each request of the handshake", function () {
  this.timeout(600_000);

  it("a plan succeeds, and each exchange has an ID token of its own", async () => {
    const cli = await sandboxCli();
    const cell = async (rule: FaultRule, name: HandshakeRequest): Promise<string> => {
      const job = await startGitHubJob({ cli });
      try {
        const fault = job.sandbox.fault({ ...HANDSHAKE[name], ...rule });
        const start = Date.now();
        assertSucceeded(await job.step({ command: "plan" }));
        assert.equal(fault.hits, rule.times ?? 1, name);
        const exchanges = assertFreshAssertions(job.sandbox).length;
        return `${((Date.now() - start) / 1000).toFixed(1)} s, ${String(exchanges)} sent`;
      } finally {
        await job.stop();
      }
    };
    // What hangs waits: these cells are filled side by side.
    const rows: string[][] = [];
    for (const [what, rule] of Object.entries(WEATHER)) {
      if (rule.then === "hang") {
        rows.push([what, ...(await Promise.all(HANDSHAKE_REQUESTS.map((name) => cell(rule, name))))]);
        continue;
      }
      const row = [what];
      for (const name of HANDSHAKE_REQUESTS) row.push(await cell(rule, name));
      rows.push(row);
    }
    printTable("time of a plan, and ID tokens sent", ["weather", ...HANDSHAKE_REQUESTS], rows);
  });
});
