import assert from "node:assert/strict";
import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import { assertDeployed, assertSucceeded, codeOf } from "./support/results.ts";

const CREATE = /\/jobs\/create$/;

describe("the creation of a job whose answer is lost (skipped without the real CLI on PATH)", () => {
  let cli: SandboxCli;
  before(async function () {
    cli = await sandboxCli();
    if (cli.kind !== "real") this.skip();
  });

  it("is repeated by the CLI after a reset or a 503: the second job is deleted, and that is told", async () => {
    const job = await startGitHubJob({ cli });
    try {
      const { sandbox } = job;
      sandbox.fault({ path: CREATE, tookEffect: true, then: "reset" });
      sandbox.fault({ path: CREATE, nth: 3, tookEffect: true, then: { status: 503 } });
      const result = await job.step();
      assertSucceeded(result);
      const of = (name: string): typeof sandbox.requests =>
        sandbox.requests.filter(({ path }) => path.endsWith(`/jobs/${name}`));
      assert.equal(of("create").length, 5, result.log);
      assert.equal(of("delete").length, 2, result.log);
      assertDeployed(sandbox);
      const jobs = JSON.parse(result.outputs["jobs"] ?? "") as Record<string, { id: string }>;
      assert.deepEqual(
        Object.values(jobs)
          .map(({ id }) => id)
          .sort(),
        [...sandbox.workspace.jobs.all.keys()].sort(),
      );
      assert.match(result.log, /had created the job .* twice/);
      assert.match(result.summary, /had created the job .* twice/);
      const next = await job.step({ command: "plan" });
      assert.deepEqual((JSON.parse(next.outputs["plan"] ?? "") as { changes: unknown[] }).changes, []);
    } finally {
      await job.stop();
    }
  });

  it("is not repeated after a 504: the job is told, and the next run adopts it", async () => {
    const job = await startGitHubJob({ cli });
    try {
      job.sandbox.fault({ path: CREATE, tookEffect: true, then: { status: 504 } });
      const failed = await job.step();
      assert.equal(codeOf(failed), "DEPLOY_FAILED", failed.log);
      assert.match(failed.log, /was created, but not recorded/);
      const next = await job.step();
      assertSucceeded(next);
      assert.match(next.log, /it is adopted/);
      assertDeployed(job.sandbox);
    } finally {
      await job.stop();
    }
  });
});
