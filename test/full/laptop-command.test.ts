import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { PRODUCT } from "../../core/base/product.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { bundleLocal, root } from "../../scripts/bundle.ts";
import { onPath, runTool, type Run } from "../shells/support/linters.ts";
import { PAT } from "../unit/support/memory-tree.ts";

const git = await onPath("git");
const npm = await onPath("npm");
const preCommit = await onPath("pre-commit");
const absent = (name: string, file: string | undefined): string =>
  file === undefined ? ` (skipped: there is no ${name} on PATH)` : "";

/** The laptop command as users install it: from a repository, with their own npm and pre-commit. */
describe("the laptop command, installed from git", function () {
  this.timeout(600_000);
  let home: string;
  let source: string;
  let env: NodeJS.ProcessEnv;

  const inGit = (folder: string, ...args: string[]): Promise<Run> =>
    runTool(git ?? "", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], folder, env);

  async function commitAll(folder: string): Promise<string> {
    for (const args of [
      ["init", "-q", "-b", "main"],
      ["add", "-A"],
      ["commit", "-q", "--no-verify", "-m", "all"],
    ])
      assert.equal((await inGit(folder, ...args)).code, 0);
    return (await inGit(folder, "rev-parse", "HEAD")).output.trim();
  }

  before(async function () {
    if (git === undefined) this.skip();
    home = await freshUntilExit("home");
    env = {
      ...process.env,
      HOME: home,
      USERPROFILE: home,
      npm_config_cache: path.join(home, "cache"),
      npm_config_update_notifier: "false",
      PRE_COMMIT_HOME: path.join(home, "pre-commit"),
    };
    // The repository as it is here, committed or not, with the command as these sources build it.
    source = path.join(home, "databricks-secretless");
    const listed = await promisify(execFile)(
      git,
      ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
      { cwd: root, maxBuffer: 1e8 },
    );
    for (const name of listed.stdout.split("\0").filter((one) => one !== "")) {
      // One that was removed and not committed yet is listed too.
      await cp(path.join(root, name), path.join(source, name)).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      });
    }
    await bundleLocal(path.join(source, "local/dist"));
    await commitAll(source);
  });

  async function project(leaks: boolean): Promise<string> {
    const folder = path.join(home, leaks ? "leaky" : "clean");
    await mkdir(path.join(folder, "jobs/src"), { recursive: true });
    await writeFile(path.join(folder, "jobs/databricks.yml"), "bundle: { name: jobs }\n");
    await writeFile(path.join(folder, "jobs/src/load.py"), leaks ? `token = "${PAT}"\n` : "x = 1\n");
    return folder;
  }

  it(`npm install --global brings one package without scripts, and it runs once the clone is gone${absent("npm", npm)}`, async function () {
    if (npm === undefined) this.skip();
    const prefix = path.join(home, "prefix");
    // No registry answers there: nothing but the repository is needed.
    const offline = ["--registry", "http://127.0.0.1:9/", "--fetch-retries", "0"];
    const address = `git+file://${source}`;
    const installed = await runTool(
      npm,
      ["install", "--global", "--prefix", prefix, ...offline, address],
      home,
      env,
    );
    assert.equal(installed.code, 0, installed.output);
    assert.match(installed.output, /added 1 package\b/);
    await rm(path.join(home, "cache"), { recursive: true, force: true });
    const command = path.join(prefix, process.platform === "win32" ? "" : "bin", "databricks-secretless");
    const version = await runTool(command, ["--version"], home, env);
    assert.deepEqual([version.code, version.output.trim()], [0, PRODUCT.version]);
    const leaky = await runTool(command, ["scan"], await project(true), env);
    assert.equal(leaky.code, 1, leaky.output);
    assert.match(leaky.output, /^error jobs\/src\/load\.py:1:10: /m);
    assert.equal((await runTool(command, ["scan"], await project(false), env)).code, 0);
    assert.equal((await runTool(command, ["no-such"], home, env)).code, 3);
  });

  it(`pre-commit refuses a commit with a token, and lets one without pass${absent("pre-commit", preCommit)}`, async function () {
    if (preCommit === undefined) this.skip();
    const rev = (await inGit(source, "rev-parse", "HEAD")).output.trim();
    const hooks = [
      "repos:",
      `  - repo: ${JSON.stringify(source)}`,
      `    rev: ${rev}`,
      "    hooks: [{ id: databricks-secretless-scan }]",
    ];
    for (const leaks of [true, false]) {
      const folder = await project(leaks);
      assert.equal((await inGit(folder, "init", "-q", "-b", "main")).code, 0);
      await writeFile(path.join(folder, ".pre-commit-config.yaml"), `${hooks.join("\n")}\n`);
      const installed = await runTool(preCommit, ["install"], folder, env);
      assert.equal(installed.code, 0, installed.output);
      assert.equal((await inGit(folder, "add", "-A")).code, 0);
      const { code, output } = await inGit(folder, "commit", "-m", "first");
      assert.equal(code, leaks ? 1 : 0, output);
      assert.match(output, leaks ? /Failed[^]*exit code: 1[^]*jobs\/src\/load\.py:1:10/ : /Passed/);
      assert.equal((await inGit(folder, "rev-parse", "--verify", "-q", "HEAD")).code, leaks ? 1 : 0);
    }
  });
});
