import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import path from "node:path";
import { DEPLOYER } from "../../sandbox/defaults.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { codeOf } from "./support/results.ts";

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
