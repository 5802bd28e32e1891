import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import path from "node:path";
import { systemClock } from "../../core/base/clock-and-platform.ts";
import type { Clock } from "../../core/base/ports.ts";
import { DEPLOYER } from "../../sandbox/defaults.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../sandbox/runner/github.ts";
import { assertDeployed, codeOf } from "./support/results.ts";

describe("the lock of another deployment", () => {
  const state = `/Workspace/Users/${DEPLOYER.applicationId}/.bundle/lakehouse-jobs/prod/state`;
  const lock = `${state}/deploy.lock`;
  let job: GitHubJob;
  beforeEach(async () => {
    job = await startGitHubJob();
    const held = {
      ID: "2f6700aa-1111-4222-8333-444444444444",
      AcquisitionTime: "2026-11-22T01:30:49.901292054Z",
      IsForced: false,
      User: "somebody@example.com",
    };
    job.sandbox.workspace.files.mkdirs(state);
    job.sandbox.workspace.files.importFile(lock, Buffer.from(JSON.stringify(held)), true);
  });
  afterEach(() => job.stop());

  const plans = (log: string): number => log.match(/^Plan: /gm)?.length ?? 0;

  it("is waited for; then the bundle is planned again and deployed", async () => {
    const result = await job.step(
      {},
      {
        onLine: (line) => {
          if (line.includes("waiting for it")) job.sandbox.workspace.files.delete(lock, false);
        },
      },
    );
    assert.equal(result.exitCode, 0, result.log);
    assert.match(result.log, /held by somebody@example\.com since 2026-11-22 01:30/);
    assert.equal(plans(result.log), 2);
    assert.equal(job.sandbox.workspace.jobs.all.size, 3);
  });

  it("is never forced: at lock-timeout the step fails, and says who and since when", async () => {
    const result = await job.step({ "lock-timeout": "1s" });
    assert.equal(codeOf(result), "DEPLOYMENT_LOCKED", result.log);
    const errors = result.annotations.filter(({ level }) => level === "error");
    assert.match(errors[0]?.message ?? "", /somebody@example\.com since 2026-11-22/);
    assert.equal(job.sandbox.workspace.jobs.all.size, 0);
    assert.ok(job.sandbox.workspace.files.get(lock));
  });

  it("is not forced for a bundle that says so either (skipped without the real CLI on PATH)", async function () {
    if (job.cli.kind !== "real") this.skip();
    const file = path.join(job.checkout, "resources/orders.yml");
    await appendFile(file, "\nbundle:\n  deployment:\n    lock:\n      force: true\n");
    const result = await job.step({ "lock-timeout": "1s" });
    assert.equal(codeOf(result), "DEPLOYMENT_LOCKED", result.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 0);
    const destroyed = await job.step({ command: "destroy", "auto-approve": "true", "lock-timeout": "1s" });
    assert.equal(codeOf(destroyed), "DEPLOYMENT_LOCKED", destroyed.log);
    assert.ok(job.sandbox.workspace.files.get(lock));
  });
});

/** Milliseconds that stand for a wait whose end the test decides. */
const HELD = 12_345;

describe("two runs at once for one bundle and target", function () {
  this.timeout(120_000);

  it("wait for each other: the second says for whom, plans again, and both end well", async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    // The first creates no job before the second has met it.
    const sleep: Clock["sleep"] = (ms, signal) => (ms === HELD ? released : systemClock.sleep(ms, signal));
    const job = await startGitHubJob({ clock: { now: () => Date.now(), sleep } });
    try {
      const { sandbox } = job;
      sandbox.fault({ path: /\/jobs\/create$/, delay: HELD });
      let second: Promise<StepResult> | undefined;
      const startSecond = (): Promise<StepResult> =>
        job
          .step(
            {},
            {
              env: { GITHUB_RUN_ID: "2" },
              onLine: (line) => {
                if (line.includes("Another run deploys")) release();
              },
            },
          )
          .finally(release);
      const first = await job.step(
        {},
        {
          onLine: (line) => {
            if (line.includes("Uploading bundle files")) second ??= startSecond();
          },
        },
      );
      assert.equal(first.exitCode, 0, first.log);
      const other = await second;
      assert.equal(other?.exitCode, 0, other?.log);
      const waited =
        /Another run deploys this bundle and target: (\S+\/runs\/19873465012\/attempts\/1), since "?\d{4}-\d\d-\d\dT/;
      assert.match(other.log, waited);
      assert.match(other.log, /The plan has changed\./);
      assert.deepEqual((JSON.parse(other.outputs["plan"] ?? "") as { changes: unknown[] }).changes, []);
      assert.doesNotMatch(first.log, /Another run deploys/);
      assertDeployed(sandbox);
      assert.deepEqual(
        [...sandbox.workspace.files.objects.keys()].filter((name) => /\.l(?:ock|ease)\b/.test(name)),
        [],
      );
    } finally {
      await job.stop();
    }
  });
});
