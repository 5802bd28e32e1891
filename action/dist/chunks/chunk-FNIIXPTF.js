
// core/cli/process.ts
import { spawn as nodeSpawn } from "node:child_process";
import { kill as nodeKill } from "node:process";
import { win32 } from "node:path";

// core/cli/lasting-output.ts
import { closeSync, mkdtempSync, openSync, readSync, rmdirSync, unlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
var INTERVAL = 50;
var CHUNK = 64 * 1024;
function lastingOutput(sinks) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "databricks-secretless-output-"));
  const files = sinks.map((sink, index) => {
    const name = path.join(folder, String(index));
    const descriptor = openSync(name, "ax+", 384);
    unlinkSync(name);
    return { sink, descriptor, position: 0 };
  });
  rmdirSync(folder);
  const look = () => {
    for (const file of files) {
      for (; ; ) {
        const buffer = Buffer.allocUnsafe(CHUNK);
        const size = readSync(file.descriptor, buffer, 0, CHUNK, file.position);
        if (size === 0) break;
        file.position += size;
        file.sink(buffer.subarray(0, size));
      }
    }
  };
  const timer = setInterval(look, INTERVAL);
  timer.unref();
  let ended = false;
  return {
    descriptors: files.map(({ descriptor }) => descriptor),
    end() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      look();
      for (const { descriptor } of files) closeSync(descriptor);
    }
  };
}

// core/cli/process.ts
var NODE = {
  spawn: nodeSpawn,
  kill: (pid, signal) => {
    nodeKill(pid, signal);
  }
};
var DRAIN = 1e3;
var GRACE = 2e3;
function createRunProcess(platform, port = NODE) {
  const windows = platform.os === "win32";
  return (request) => new Promise((resolve, reject) => {
    const lasting = request.outlives === true && !windows ? lastingOutput([request.onStdout, request.onStderr]) : void 0;
    const child = port.spawn(request.file, request.args, {
      cwd: request.cwd,
      env: { ...request.env },
      detached: !windows,
      windowsHide: true,
      shell: false,
      stdio: ["ignore", ...lasting?.descriptors ?? ["pipe", "pipe"]]
    });
    child.stdout?.on("data", request.onStdout);
    child.stderr?.on("data", request.onStderr);
    child.once("error", (error) => {
      lasting?.end();
      reject(error);
    });
    child.once("spawn", () => {
      if (child.pid !== void 0) request.onStart?.(child.pid);
    });
    let drain;
    child.once("exit", () => {
      if (!windows && child.pid !== void 0) signalGroup(child.pid, "SIGKILL", port);
      drain = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, DRAIN);
    });
    child.once("close", (code, signal) => {
      clearTimeout(drain);
      lasting?.end();
      resolve({ code, signal });
    });
  });
}
function isRunning(pid) {
  try {
    return nodeKill(pid, 0);
  } catch {
    return false;
  }
}
function signalGroup(pid, signal, port) {
  try {
    port.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
function createTerminate({ platform, clock, environment, port = NODE }) {
  if (platform.os === "win32") return (pid) => taskkill(pid, environment, port);
  return async (pid) => {
    if (!signalGroup(pid, "SIGTERM", port)) return;
    await clock.sleep(GRACE);
    signalGroup(pid, "SIGKILL", port);
  };
}
function taskkill(pid, environment, port) {
  const root = Object.entries(environment).find(([name]) => name.toLowerCase() === "systemroot")?.[1] ?? "C:\\Windows";
  const folder = win32.join(root, "System32");
  return new Promise((resolve) => {
    const child = port.spawn(win32.join(folder, "taskkill.exe"), ["/PID", String(pid), "/T", "/F"], {
      cwd: folder,
      env: { SystemRoot: root },
      windowsHide: true,
      shell: false,
      stdio: "ignore"
    });
    for (const event of ["error", "close"]) {
      child.once(event, () => {
        resolve();
      });
    }
  });
}
async function runUntil({ runProcess, terminate }, request, signal) {
  signal?.throwIfAborted();
  let pid;
  let ending;
  const end = () => {
    if (pid !== void 0) ending ??= terminate(pid);
  };
  signal?.addEventListener("abort", end);
  try {
    return await runProcess({
      ...request,
      onStart: (started) => {
        pid = started;
        request.onStart?.(started);
        if (signal?.aborted) end();
      }
    });
  } finally {
    signal?.removeEventListener("abort", end);
    await ending;
    if (ending) signal?.throwIfAborted();
  }
}

export {
  createRunProcess,
  isRunning,
  createTerminate,
  runUntil
};
