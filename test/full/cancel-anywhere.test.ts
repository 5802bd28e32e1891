import assert from "node:assert/strict";
import type { LoggedRequest } from "../../sandbox/http/log.ts";
import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import { cancelAt, RUNNER_SIGNALS, type Signals } from "../shells/support/cancel.ts";
import { assertDeployed, assertSucceeded, codeOf } from "../shells/support/results.ts";
import { printTable } from "./table.ts";
import { leftIn } from "../shells/support/files.ts";

/** All but the last a little before the slow request is answered. */
const SIGNALS: Signals = [
  ["SIGINT", 250],
  ["SIGTERM", 100],
  ["SIGKILL", 0],
];
const DELAY = 600;
/** Moments that are tried at the same time. */
const LANES = 2;

/** The CLI takes the lock: the deployment has begun, and is left to end. */
const isBegin = ({ method, path: route }: LoggedRequest): boolean =>
  method === "POST" && route.endsWith("/state/deploy.lock");

describe("a job that is cancelled at any moment", function () {
  this.timeout(3_600_000);
  let cli: SandboxCli;
  before(async () => {
    cli = await sandboxCli();
  });

  /** Cancels a first deployment while its request number `nth` waits for its answer; checks what is left and the next run. */
  async function cancelledAt(nth: number): Promise<readonly unknown[]> {
    const job = await startGitHubJob({ cli });
    try {
      const { sandbox } = job;
      sandbox.fault({ nth, delay: DELAY });
      const { result, left } = await cancelAt(
        job,
        (request) => sandbox.requests.indexOf(request) === nth - 1,
        SIGNALS,
      );
      const moment = sandbox.requests[nth - 1];
      const where = `at request ${String(nth)}, ${moment?.method ?? ""} ${moment?.path ?? ""}:\n${result.log}`;
      const isBegun = sandbox.requests.some(isBegin);
      assert.equal(result.postExitCode, 0, where);
      assert.deepEqual(left, [], where);
      assert.deepEqual(leftIn(result.temp), [], where);
      if (isBegun) assertDeployed(sandbox);
      else if (result.exitCode !== null) assert.equal(codeOf(result), "CANCELLED", where);
      const next = await job.step();
      assertSucceeded(next);
      assertDeployed(sandbox);
      const locks = [...sandbox.workspace.files.objects.keys()].filter((name) =>
        /\.l(?:ock|ease)\b/.test(name),
      );
      assert.deepEqual(locks, [], where);
      const { changes } = JSON.parse(next.outputs["plan"] ?? "") as { changes: unknown[] };
      assert.equal(changes.length, isBegun ? 0 : 4, where);
      const ended = result.exitCode === null ? "killed" : `exit code ${String(result.exitCode)}`;
      const what = `${moment?.method ?? ""} ${(moment?.path ?? "").split("/").slice(-3).join("/")}`;
      return [nth, what, ended, isBegun ? "deployed to the end" : "not begun", changes.length];
    } finally {
      await job.stop();
    }
  }

  it("leaves no lock, no half deployment, no process and no file; the next run finds its way", async () => {
    const whole = await startGitHubJob({ cli });
    assertSucceeded(await whole.step());
    const count = whole.sandbox.requests.length;
    await whole.stop();
    const moments = Array.from({ length: count }, (_, at) => at + 1);
    const rows: (readonly unknown[])[] = [];
    const lane = async (): Promise<void> => {
      for (let nth = moments.shift(); nth !== undefined; nth = moments.shift())
        rows.push(await cancelledAt(nth));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    rows.sort(([one], [other]) => Number(one) - Number(other));
    printTable(
      `cancelled at each of ${String(count)} requests`,
      ["request", "what it was", "main", "deployment", "changes left for the next run"],
      rows,
    );
    assert.equal(rows.length, count);
  });

  it("with the runner's own times: ten seconds, then the kill", async () => {
    const job = await startGitHubJob({ cli });
    try {
      const slow = /import-file\/.*\/files\//;
      job.sandbox.fault({ path: slow, delay: 15_000 });
      const { result, left } = await cancelAt(job, ({ path: route }) => slow.test(route), RUNNER_SIGNALS);
      assert.equal(result.exitCode, null);
      assert.match(result.log, /It has ended/);
      assertDeployed(job.sandbox);
      assert.deepEqual(left, []);
    } finally {
      await job.stop();
    }
  });
});
