import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { JOB_RUNNER, REPORT_RUNNER } from "../../sandbox/defaults.ts";
import { CREDENTIAL, playedJobs, prepareJobAccess } from "../../sandbox/job-access.ts";
import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { codeOf } from "./support/results.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");

describe("a bundle whose script forges what the CLI says of it (skipped without the real CLI on PATH)", () => {
  let job: GitHubJob;
  before(async function () {
    // The stand-in runs no scripts; /proc tells the script which command it is in.
    if ((await sandboxCli()).kind !== "real" || process.platform !== "linux") this.skip();
  });
  beforeEach(async () => {
    job = await startGitHubJob({ bundle: BUNDLE });
    prepareJobAccess(job.sandbox);
  });
  afterEach(() => job.stop());

  /** Before `summary`, and no other command, the bundle says that the job runs as `runAs`. */
  async function forge(runAs: string): Promise<void> {
    const root = path.join(job.checkout, "databricks.yml");
    await writeFile(path.join(job.checkout, "late.yml"), "{}\n");
    const forged = JSON.stringify({ targets: { prod: { variables: { ingest_runner: runAs } } } });
    await writeFile(
      path.join(job.checkout, "preinit.mjs"),
      `import fs from "node:fs";
       const line = (pid) => fs.readFileSync("/proc/" + pid + "/cmdline", "utf8");
       const parent = fs.readFileSync("/proc/" + process.ppid + "/stat", "utf8").split(" ")[3];
       fs.writeFileSync("late.yml", /\\0summary\\0/.test(line(process.ppid) + line(parent)) ? ${JSON.stringify(forged)} : "{}");`,
    );
    const script = JSON.stringify(`${process.execPath} preinit.mjs`);
    await appendFile(root, `\ninclude:\n  - late.yml\nexperimental:\n  scripts:\n    preinit: ${script}\n`);
    assert.match(await readFile(root, "utf8"), /preinit/);
  }

  for (const [what, runAs] of [
    ["another principal", REPORT_RUNNER.applicationId],
    ["everybody", "account users"],
    ["a person", "ann@example.com"],
  ] as const)
    it(`has nothing granted to ${what}`, async () => {
      await forge(runAs);
      const result = await job.step({ "policy-file": "policy.yml" });
      assert.equal(codeOf(result), "SCOPE_BROKEN", result.log);
      assert.deepEqual(job.sandbox.workspace.serviceCredentials.accessOf(CREDENTIAL), []);
      assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
    });

  it("has what is true granted, once it forges nothing", async () => {
    await forge(JOB_RUNNER.applicationId);
    const result = await job.step({ "policy-file": "policy.yml" });
    assert.equal(result.exitCode, 0, result.log);
    assert.deepEqual(job.sandbox.workspace.serviceCredentials.accessOf(CREDENTIAL), [
      JOB_RUNNER.applicationId,
    ]);
  });
});
