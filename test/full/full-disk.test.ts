import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { getuid } from "node:process";
import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { codeOf } from "../shells/support/results.ts";

/** Fills the disk when the CLI runs this command. */
const fills = (command: string, file: string): string => `const fs = require("node:fs");
const parent = (pid) => Number(fs.readFileSync("/proc/" + pid + "/stat", "latin1").replace(/^.*\\) /s, "").split(" ")[1]);
const named = (pid) => { const [, bundle, name] = fs.readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0"); return bundle === "bundle" ? name : undefined; };
let pid = process.ppid;
while (pid > 1 && named(pid) === undefined) pid = parent(pid);
if (named(pid) === ${JSON.stringify(command)}) {
  const fd = fs.openSync(${JSON.stringify(file)}, "w");
  for (const size of [65536, 1]) try { for (;;) fs.writeSync(fd, Buffer.alloc(size)); } catch {}
}
`;

describe("code of the bundle that fills the disk of the CI's temporary folder (skipped but for root on Linux, and without the real CLI)", function () {
  this.timeout(120_000);
  let job: GitHubJob;
  let temp = "";
  before(async function () {
    if (getuid?.() !== 0 || process.platform !== "linux" || (await sandboxCli()).kind !== "real") this.skip();
  });
  beforeEach(async function () {
    job = await startGitHubJob();
    temp = await job.freshFolder("small-disk");
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", temp]).status !== 0) this.skip();
  });
  afterEach(async () => {
    spawnSync("umount", [temp]);
    await job.stop();
  });

  for (const [hook, command, codes, jobs] of [
    ["preinit", "plan", /^AUDIT_LOG_UNWRITABLE$/, 0],
    ["preinit", "deploy", /^DEPLOY_FAILED$/, 0],
    ["postdeploy", "deploy", /^AUDIT_LOG_UNWRITABLE$/, 3],
  ] as const)
    it(`ends a run that says so, and the next one converges: in ${hook} of ${command}`, async () => {
      const yml = path.join(job.checkout, "databricks.yml");
      const before = await readFile(yml, "utf8");
      const program = path.join(job.checkout, "fill.cjs");
      await writeFile(program, fills(command, path.join(temp, "full")));
      await appendFile(yml, `\nexperimental: { scripts: { ${hook}: "${process.execPath} ${program}" } }\n`);
      const full = await job.step({}, { temp });
      assert.match(codeOf(full) ?? "", codes, full.log);
      assert.match(full.log, /ENOSPC|no space left on device/);
      assert.equal(full.postExitCode, 0, full.log);
      const { workspace } = job.sandbox;
      assert.equal(workspace.jobs.all.size, jobs);
      assert.ok(![...workspace.files.objects.keys()].some((file) => file.endsWith("/deploy.lock")));
      await writeFile(yml, before);
      const next = await job.step();
      assert.equal(next.exitCode, 0, next.log);
      assert.equal(workspace.jobs.all.size, 3);
    });
});
