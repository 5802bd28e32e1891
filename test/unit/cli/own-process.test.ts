import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { endStrays, markedProcess, markOf, processPort, STARTED } from "../../../core/cli/own-process.ts";

const LINUX = { os: "linux", arch: "x64" } as const;
const FOLDER = "/temp/databricks-secretless-abcdef";

describe("processes of a run", () => {
  const children: ChildProcess[] = [];
  /** A program in a session of its own, as a daemon that the bundle has started. */
  async function daemon(env: Record<string, string>): Promise<ChildProcess & { readonly pid: number }> {
    const script = "console.log('ready'); setInterval(() => {}, 1000)";
    const child = spawn(process.execPath, ["-e", script], {
      env,
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(child);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    return child as ChildProcess & { readonly pid: number };
  }
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  it("are known by their start and their environment, not by their id", async () => {
    const port = processPort(LINUX);
    const ours = await daemon({ DATABRICKS_BUNDLE_TMP: `${FOLDER}/state` });
    const foreign = await daemon({ OTHER: FOLDER });
    const mark = await markOf(ours.pid, port);
    assert.match(mark, /^\d+ \d+$/);
    assert.equal(await markedProcess(mark, FOLDER, port), ours.pid);
    assert.equal(await markedProcess(mark, "/temp/databricks-secretless-ghijkl", port), undefined);
    assert.equal(await markedProcess(`${String(ours.pid)} 1`, FOLDER, port), undefined);
    assert.equal(await markedProcess(await markOf(foreign.pid, port), FOLDER, port), undefined);
    const ended = new Promise((resolve) => ours.once("exit", resolve));
    ours.kill("SIGKILL");
    await ended;
    assert.equal(await markedProcess(mark, FOLDER, port), undefined);
    assert.equal(await markOf(ours.pid, port), "");
  });

  it("are ended in whatever group and session they are, and nobody else is", async () => {
    const stray = await daemon({ A: "1", DATABRICKS_BUNDLE_TMP: `${FOLDER}/state` });
    const foreign = await daemon({ OTHER: `DATABRICKS_BUNDLE_TMP=${FOLDER}` });
    const gone = new Promise((resolve) => stray.once("exit", (_, signal) => resolve(signal)));
    assert.deepEqual(endStrays(FOLDER, processPort(LINUX)).ended, [stray.pid]);
    assert.equal(await gone, "SIGKILL");
    assert.equal(foreign.exitCode ?? foreign.signalCode, null);
    assert.deepEqual(endStrays(FOLDER, processPort(LINUX)).ended, []);
  });

  it("are asked for by absolute paths where there is no /proc", () => {
    assert.deepEqual(STARTED.darwin(7), ["/bin/ps", ["-o", "lstart=", "-p", "7"]]);
    assert.match(STARTED.win32(7)[0], /^C:\\Windows\\System32\\/);
    assert.match(STARTED.win32(7)[1].join(" "), /Get-Process -Id 7\)\.StartTime/);
  });
});
