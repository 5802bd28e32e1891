import assert from "node:assert/strict";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { EventEmitter } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { execPath, kill, platform } from "node:process";
import { PassThrough } from "node:stream";
import sinon from "sinon";
import { createRunProcess, createTerminate, type ProcessPort } from "../../../core/cli/process.ts";
import type { ProcessRequest } from "../../../core/base/ports.ts";
import { systemClock } from "../../../core/base/clock-and-platform.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { until } from "../support/until.ts";

const LINUX = { os: "linux", arch: "x64" } as const;
const WINDOWS = { os: "win32", arch: "x64" } as const;
const run = createRunProcess(LINUX);

/** Runs JavaScript in a Node process of its own. */
function script(code: string, more: Partial<ProcessRequest> = {}) {
  const output = { stdout: "", stderr: "" };
  const request: ProcessRequest = {
    file: execPath,
    args: ["-e", code],
    cwd: import.meta.dirname,
    env: {},
    onStdout: (chunk) => (output.stdout += chunk.toString()),
    onStderr: (chunk) => (output.stderr += chunk.toString()),
    ...more,
  };
  return { request, output };
}

/** A process that has ended but was not waited for by its parent (a zombie) does not run. */
function isRunning(pid: number): boolean {
  try {
    kill(pid, 0);
    return !(existsSync("/proc/self/stat") && / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
  } catch {
    return false;
  }
}

describe("running a process", function () {
  before(function () {
    if (platform === "win32") this.skip();
  });

  it("gives exit code and both streams, and no stdin", async () => {
    const { request, output } = script(
      "process.stdin.on('data', () => {}).on('end', () => { console.log('out'); console.error('err'); process.exit(3) })",
    );
    assert.deepEqual(await run(request), { code: 3, signal: null });
    assert.deepEqual(output, { stdout: "out\n", stderr: "err\n" });
  });

  it("hands on the environment that is given and nothing else", async () => {
    const { request, output } = script("console.log(JSON.stringify(process.env))", { env: { ONLY: "this" } });
    await run(request);
    const found = JSON.parse(output.stdout) as Record<string, string>;
    // Node itself hands this one on while coverage is measured.
    delete found["NODE_V8_COVERAGE"];
    assert.deepEqual(found, { ONLY: "this" });
  });

  it("hands arguments on as they are: there is no shell", async () => {
    const { request, output } = script("console.log(JSON.stringify(process.argv.slice(1)))");
    const args = ["$HOME", "a b", "*", "`id`", "'\"", ";", ""];
    await run({ ...request, args: [...request.args, ...args] });
    assert.deepEqual(JSON.parse(output.stdout), args);
  });

  it("gives the signal that ended it", async () => {
    const { request } = script("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)");
    assert.deepEqual(await run(request), { code: null, signal: "SIGTERM" });
  });

  it("rejects where there is no such program, and starts nothing", async () => {
    const onStart = sinon.fake();
    await assert.rejects(run({ ...script("").request, file: "/does/not/exist", onStart }), {
      code: "ENOENT",
    });
    sinon.assert.notCalled(onStart);
  });

  it("lets it lead a process group of its own, so that signals to ours do not reach it", async () => {
    let pid = 0;
    const { request } = script("setInterval(() => {}, 1000)", { onStart: (started) => (pid = started) });
    const ended = run(request);
    await until(() => pid > 0);
    kill(-pid, "SIGKILL");
    assert.deepEqual(await ended, { code: null, signal: "SIGKILL" });
  });

  it("ends what it has left running in its group", async () => {
    const { request, output } = script(
      "const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });" +
        "c.on('spawn', () => { console.log(c.pid); process.exit(0) })",
    );
    assert.deepEqual(await run(request), { code: 0, signal: null });
    const left = Number(output.stdout);
    assert.ok(left > 0);
    await until(() => !isRunning(left));
  });

  it("does not wait for one that has left the group and keeps the pipes", async () => {
    const { request, output } = script(
      "const c = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)'], { stdio: 'inherit', detached: true });" +
        "c.on('spawn', () => { console.log(c.pid); process.exit(0) })",
    );
    assert.deepEqual(await run(request), { code: 0, signal: null });
    const left = Number(output.stdout);
    assert.ok(isRunning(left), "the pipes were still open");
    kill(left, "SIGKILL");
  });
});

describe("terminating a process", () => {
  it("ends a group that minds SIGTERM at once", async () => {
    let pid = 0;
    const { request } = script("setInterval(() => {}, 1000)", { onStart: (started) => (pid = started) });
    const ended = run(request);
    await until(() => pid > 0);
    await createTerminate({ platform: LINUX, environment: {}, clock: systemClock })(pid);
    assert.equal((await ended).signal, "SIGTERM");
  }).slow(5_000);

  it("ends a group that ignores SIGTERM, with what it has started", async () => {
    let pid = 0;
    const { request, output } = script(
      "process.on('SIGTERM', () => {});" +
        "const c = require('node:child_process').spawn(process.execPath, ['-e', 'process.on(`SIGTERM`, () => {}); console.log(`up`); setInterval(() => {}, 1000)'], { stdio: 'inherit' });" +
        "c.on('spawn', () => console.log(c.pid)); setInterval(() => {}, 1000)",
      { onStart: (started) => (pid = started) },
    );
    const ended = run(request);
    await until(() => output.stdout.includes("up"));
    const child = Number(/\d+/.exec(output.stdout)?.[0]);
    await createTerminate({ platform: LINUX, environment: {}, clock: systemClock })(pid);
    assert.equal((await ended).signal, "SIGKILL");
    await until(() => !isRunning(child));
  }).slow(10_000);

  it("does nothing where all has ended already", async () => {
    const clock = new FakeClock();
    const port = {
      spawn: sinon.fake(),
      kill: sinon.fake.throws(new Error("ESRCH")),
    } as unknown as ProcessPort;
    await createTerminate({ platform: LINUX, environment: {}, clock, port })(12345);
    assert.deepEqual(clock.sleeps, []);
  });
});

/** What is started and ended on Windows, without a Windows. */
function windows() {
  const spawned: { file: string; args: readonly string[]; options: SpawnOptions; child: FakeChild }[] = [];
  const killed: [number, string][] = [];
  const port: ProcessPort = {
    spawn: (file, args, options) => {
      const child = new FakeChild();
      spawned.push({ file, args, options, child });
      return child as unknown as ChildProcess;
    },
    kill: (pid, signal) => void killed.push([pid, signal]),
  };
  return { spawned, killed, port };
}

class FakeChild extends EventEmitter {
  readonly pid = 4711;
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
}

describe("processes on Windows", () => {
  it("are started without a console, a shell or a new group, and never signalled", async () => {
    const { spawned, killed, port } = windows();
    const started: number[] = [];
    const { request, output } = script("", {
      file: "C:\\tools\\databricks.exe",
      onStart: (pid) => started.push(pid),
    });
    const ended = createRunProcess(WINDOWS, port)(request);
    const [{ options, child, file } = assert.fail()] = spawned;
    assert.equal(file, "C:\\tools\\databricks.exe");
    assert.deepEqual(
      [options.detached, options.windowsHide, options.shell, options.stdio],
      [false, true, false, ["ignore", "pipe", "pipe"]],
    );
    child.emit("spawn");
    child.stdout.write("x");
    child.emit("exit", 0, null);
    child.emit("close", 0, null);
    assert.deepEqual(await ended, { code: 0, signal: null });
    assert.deepEqual([started, killed, output.stdout], [[4711], [], "x"]);
  });

  for (const [environment, root] of [
    [{ SystemRoot: "D:\\Win" }, "D:\\Win"],
    [{ SYSTEMROOT: "D:\\Win" }, "D:\\Win"],
    [{}, "C:\\Windows"],
  ] as const) {
    for (const event of ["close", "error"]) {
      it(`are ended by taskkill of ${root}, whatever comes of it (${event}, ${Object.keys(environment).join("")})`, async () => {
        const { spawned, killed, port } = windows();
        const clock = new FakeClock();
        const ended = createTerminate({ platform: WINDOWS, environment, clock, port })(99);
        const [{ file, args, options, child } = assert.fail()] = spawned;
        assert.equal(file, `${root}\\System32\\taskkill.exe`);
        assert.deepEqual(args, ["/PID", "99", "/T", "/F"]);
        assert.deepEqual(options.env, { SystemRoot: root });
        assert.equal(options.windowsHide, true);
        child.emit(event, new Error("no"));
        await ended;
        assert.deepEqual(killed, []);
      });
    }
  }
});
