import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FaultRule } from "../../sandbox/http/faults.ts";
import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { sample } from "../unit/support/sample.ts";
import { cancelAt } from "./support/cancel.ts";
import { tryAttack } from "./support/attack.ts";
import { STATE_ATTACKS } from "./support/code-attacks.ts";
import { ProcessWatch } from "./support/processes.ts";
import { codeOf } from "./support/results.ts";

const LONG = "setTimeout(() => {}, 60000)";

/** A Databricks CLI that runs `code` (CommonJS) before a command of the bundle, as a build command of a bundle would. */
async function cliWithCode(code: string, command: "deploy" | "plan"): Promise<SandboxCli> {
  const cli = await sandboxCli();
  const file = path.join(await freshUntilExit("cli-with-code"), "databricks");
  await writeFile(
    file,
    `#!${process.execPath}
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const args = process.argv.slice(2);
if (args[1] === "${command}") { ${code} }
process.exitCode = spawnSync(${JSON.stringify(cli.file)}, args, { stdio: ["ignore", "inherit", "inherit"] }).status;
`,
  );
  await chmod(file, 0o755);
  return { file, kind: cli.kind };
}

const isAlive = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${String(pid)}/stat`, "latin1"));
  } catch {
    return false;
  }
};

describe("code of the bundle beside the built action (skipped where there is no /proc)", () => {
  let job: GitHubJob | undefined;
  let victim: ChildProcess | undefined;
  before(function () {
    if (!ProcessWatch.possible) this.skip();
  });
  afterEach(async () => {
    victim?.kill("SIGKILL");
    await job?.stop();
    [job, victim] = [undefined, undefined];
  });

  it("is ended when the CLI has ended, whatever session and parent it has moved to", async () => {
    const pids = await freshUntilExit("pids");
    // The child of a child that has ended, in a session of its own.
    const grandchild = `require("node:fs").writeFileSync(${JSON.stringify(`${pids}/`)} + process.pid, ""); ${LONG}`;
    const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { detached: true, stdio: "ignore" }).unref()`;
    const code = `spawnSync(process.execPath, ["-e", ${JSON.stringify(child)}]);
      while (fs.readdirSync(${JSON.stringify(pids)}).length === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);`;
    job = await startGitHubJob({ cli: await cliWithCode(code, "deploy") });
    const { exitCode, log } = await job.step();
    assert.equal(exitCode, 0, log);
    const [pid = ""] = await readdir(pids);
    assert.match(log, new RegExp(`had left programs running[^\\n]*process ${pid}\\b`));
    assert.ok(!isAlive(Number(pid)));
  });

  describe("that forges what main keeps for the post step, and ends main", () => {
    const forgeries: Readonly<Record<string, (precious: string, pid: number) => string>> = {
      "another folder": (precious) => `"folder=" + ${JSON.stringify(precious)}`,
      "another folder, named from the temporary one": (precious) =>
        `"folder=" + temp + "/../" + ${JSON.stringify(path.basename(precious))}`,
      "a link with the right name": (precious) =>
        `(fs.symlinkSync(${JSON.stringify(precious)}, temp + "/databricks-secretless-abcdef"), "folder=" + temp + "/databricks-secretless-abcdef")`,
      "a process of somebody else, with its true start": (_, pid) =>
        `"folder=" + private + "\\ncli=${String(pid)} " + fs.readFileSync("/proc/${String(pid)}/stat", "latin1").replace(/^.*\\) /s, "").split(" ")[19]`,
      "the group of everybody": () => `"folder=" + private + "\\ncli=-1 1"`,
    };
    for (const [what, forged] of sample(Object.entries(forgeries), 2)) {
      it(`has nothing removed or ended: ${what}`, async () => {
        // Side by side in one folder that goes as a whole.
        const both = await freshUntilExit("both");
        const precious = path.join(both, "precious");
        const temp = path.join(both, "temp");
        await Promise.all([precious, temp].map((folder) => mkdir(folder)));
        await writeFile(path.join(precious, "kept"), "kept");
        victim = spawn(process.execPath, ["-e", LONG], { stdio: "ignore" });
        const code = `const main = Object.fromEntries(fs.readFileSync("/proc/" + process.ppid + "/environ", "utf8").split("\\0").map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]));
          const temp = main.RUNNER_TEMP;
          const private = temp + "/" + fs.readdirSync(temp).find((name) => name.startsWith("databricks-secretless-"));
          fs.appendFileSync(main.GITHUB_STATE, "\\n" + ${forged(precious, victim.pid ?? 0)} + "\\n");
          process.kill(process.ppid, "SIGKILL");
          process.exit(1);`;
        job = await startGitHubJob({ cli: await cliWithCode(code, "plan") });
        const { exitCode, postExitCode, log } = await job.step({}, { temp });
        assert.notEqual(exitCode, 0, "the forgery was not tried");
        assert.equal(postExitCode, 0, log);
        if (forged(precious, 0).includes("precious"))
          assert.match(log, /names a folder that it has not made: nothing was removed or ended/);
        assert.deepEqual(await readdir(precious), ["kept"]);
        assert.ok(isAlive(victim.pid ?? 0));
      });
    }
  });

  it("finds no inspector in the step: SIGUSR1 opens none", async () => {
    job = await startGitHubJob();
    const { result } = await cancelAt(job, () => true, [
      ["SIGUSR1", 0],
      ["SIGTERM", 0],
    ]);
    assert.doesNotMatch(result.rawLog, /Debugger|inspector/i);
  });
});

describe("code of the bundle that forges what the CLI leaves (skipped without the real CLI on PATH, and but on Linux)", () => {
  before(async function () {
    if ((await sandboxCli()).kind !== "real" || process.platform !== "linux") this.skip();
  });
  // All of them, and others, in both shells: npm run test:full.
  for (const attack of sample(STATE_ATTACKS, 3))
    it(`is held when it ${attack.what}`, async () => {
      await tryAttack("action", attack);
    });
});

describe("a step that waits in its own start", () => {
  const WORKSPACE = { system: "workspace", then: "hang" } as const;
  const waits: Readonly<Record<string, FaultRule>> = {
    "for the workspace's discovery": { ...WORKSPACE, path: "/.well-known/databricks-config" },
    "for the ID token": { system: "github", then: "hang", method: "GET" },
    "for the access token": { ...WORKSPACE, path: "/oidc/v1/token" },
    "for the principal": { ...WORKSPACE, path: "/api/2.0/preview/scim/v2/Me" },
  };
  for (const [what, rule] of Object.entries(waits)) {
    it(`ends on SIGTERM: ${what}`, async () => {
      const job = await startGitHubJob();
      try {
        const fault = job.sandbox.fault(rule);
        const { result } = await cancelAt(job, () => fault.hits > 0, [["SIGTERM", 0]]);
        assert.equal(result.exitCode, 1, result.log);
        assert.equal(codeOf(result), "CANCELLED", result.log);
      } finally {
        await job.stop();
      }
    });
  }

  it("ends on SIGTERM: for a CLI that never says its version", async () => {
    const folder = await freshUntilExit("endless-cli");
    const [file, mark] = [path.join(folder, "databricks"), path.join(folder, "begun")];
    await writeFile(
      file,
      `#!${process.execPath}\nrequire("node:fs").writeFileSync(${JSON.stringify(mark)}, ""); ${LONG}\n`,
    );
    await chmod(file, 0o755);
    const job = await startGitHubJob({ cli: { file, kind: "stand-in" } });
    try {
      const begun = (): boolean => {
        try {
          return readFileSync(mark, "utf8") === "";
        } catch {
          return false;
        }
      };
      const { result, left } = await cancelAt(job, begun, [["SIGTERM", 0]]);
      assert.equal(codeOf(result), "CANCELLED", result.log);
      assert.deepEqual(left, []);
    } finally {
      await job.stop();
    }
  });
});
