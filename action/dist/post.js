import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

// core/base/no-inspector.ts
import process2 from "node:process";
process2.on("SIGUSR1", () => void 0);

// action/post.ts
import path2 from "node:path";

// core/cli/own-process.ts
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { getuid, kill, pid as ownPid } from "node:process";
async function markedProcess(mark, folder, port) {
  const [, text = "", started] = /^([1-9]\d{0,9}) (\S.{0,99})$/.exec(mark) ?? [];
  const pid = Number(text);
  if (pid < 2 || pid === ownPid || await port.startedAt(pid) !== started) return void 0;
  const environment2 = port.environmentOf(pid);
  return environment2 === void 0 || isOf(environment2, folder) ? pid : void 0;
}
var ROUNDS = 5;
function endStrays(folder, port) {
  const ended = /* @__PURE__ */ new Set();
  let hidden = [];
  for (let round = 0; round < ROUNDS; round++) {
    const found = [];
    hidden = [];
    for (const pid of port.ours()) {
      if (pid === ownPid) continue;
      const environment2 = port.environmentOf(pid);
      if (environment2 === void 0) hidden.push(pid);
      else if (isOf(environment2, folder)) found.push(pid);
    }
    if (found.length === 0) break;
    for (const pid of found) {
      port.kill(pid);
      ended.add(pid);
    }
  }
  return { ended: [...ended], hidden };
}
function isOf(environment2, folder) {
  return environment2.some((variable) => variable.startsWith(`DATABRICKS_BUNDLE_TMP=${folder}`));
}
function processPort({ os }) {
  return os === "linux" ? LINUX : { ...NOTHING, startedAt: (pid) => asked(STARTED[os](pid)) };
}
var NOTHING = {
  environmentOf: () => void 0,
  ours: () => [],
  kill: (pid) => {
    try {
      kill(pid, "SIGKILL");
    } catch {
    }
  }
};
var LINUX = {
  ...NOTHING,
  startedAt(pid) {
    const fields = read(`/proc/${String(pid)}/stat`)?.replace(/^.*\) /s, "").split(" ");
    return Promise.resolve(fields?.[0] === "Z" || fields?.[0] === "X" ? void 0 : fields?.[19]);
  },
  environmentOf(pid) {
    try {
      return readFileSync(`/proc/${String(pid)}/environ`, "latin1").split("\0");
    } catch (error) {
      const { code } = error;
      return code === "EACCES" || code === "EPERM" ? void 0 : [];
    }
  },
  ours() {
    const user = getuid?.();
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((name) => {
      try {
        return statSync(`/proc/${name}`).uid === user;
      } catch {
        return false;
      }
    }).map(Number);
  }
};
function read(file) {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return void 0;
  }
}
var POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
var STARTED = {
  darwin: (pid) => ["/bin/ps", ["-o", "lstart=", "-p", String(pid)]],
  win32: (pid) => [
    POWERSHELL,
    [
      "-NoProfile",
      "-NonInteractive",
      "-Command",
      `(Get-Process -Id ${String(pid)}).StartTime.ToFileTimeUtc()`
    ]
  ]
};
function asked([file, args]) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env: {}, windowsHide: true, stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece) => text += piece);
    child.once("error", () => resolve(void 0));
    child.once("close", (code) => resolve(code === 0 && text.trim() !== "" ? text.trim() : void 0));
  });
}

// core/cli/process.ts
import { spawn as nodeSpawn } from "node:child_process";
import { kill as nodeKill } from "node:process";
import { win32 } from "node:path";

// core/cli/lasting-output.ts
var CHUNK = 64 * 1024;

// core/cli/process.ts
var NODE = {
  spawn: nodeSpawn,
  kill: (pid, signal) => {
    nodeKill(pid, signal);
  }
};
var GRACE = 2e3;
function signalGroup(pid, signal, port) {
  try {
    port.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
function createTerminate({ platform: platform2, clock, environment: environment2, port = NODE }) {
  if (platform2.os === "win32") return (pid) => taskkill(pid, environment2, port);
  return async (pid) => {
    if (!signalGroup(pid, "SIGTERM", port)) return;
    await clock.sleep(GRACE);
    signalGroup(pid, "SIGKILL", port);
  };
}
function taskkill(pid, environment2, port) {
  const root = Object.entries(environment2).find(([name]) => name.toLowerCase() === "systemroot")?.[1] ?? "C:\\Windows";
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

// core/flow/leftovers.ts
import { lstatSync, realpathSync } from "node:fs";
import path from "node:path";
import { getuid as getuid2 } from "node:process";

// core/cli/private-folder.ts
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
function removePrivateFolder(root) {
  return rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

// core/flow/leftovers.ts
var PATIENCE = 4 * 6e4;
var INTERVAL = 500;
async function* cleanUp(left, ports2) {
  const { clock, processes, terminate: terminate2 } = ports2;
  if (left.folder === "") return;
  const folder = ownFolder(left.folder, left.tempFolder);
  if (folder === "gone") return;
  if (folder === void 0) {
    yield "What this step kept for its end names a folder that it has not made: nothing was removed or ended.";
    return;
  }
  const running = () => markedProcess(left.cli, folder.path, processes);
  const pid = await running();
  const until = clock.now() + PATIENCE;
  if (pid !== void 0) {
    yield "A deployment that this run began is still running; waiting for it, so that it leaves no lock.";
    while (await running() !== void 0 && clock.now() < until) await clock.sleep(INTERVAL);
    if (await running() !== void 0) {
      yield "It is still running; its temporary folder is left to it.";
      return;
    }
    yield "It has ended.";
    await terminate2(pid);
  }
  const { ended } = endStrays(folder.path, processes);
  if (ended.length > 0) yield `Ended what the bundle had left running (process ${ended.join(", ")}).`;
  await removePrivateFolder(folder.path);
  yield "The temporary folder of a run that did not end well was removed.";
}
var OURS = /^databricks-secretless-[A-Za-z0-9]{6}$/;
function ownFolder(folder, tempFolder2) {
  try {
    const real = path.join(realpathSync(tempFolder2), path.basename(folder));
    if (folder !== real || !OURS.test(path.basename(folder))) return void 0;
    const found = lstatSync(folder);
    const user = getuid2?.();
    return found.isDirectory() && (user === void 0 || found.uid === user) ? { path: folder } : void 0;
  } catch (error) {
    return error.code === "ENOENT" ? "gone" : void 0;
  }
}

// core/base/clock-and-platform.ts
import { arch, networkInterfaces, platform } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

// core/base/errors.ts
var SecretlessError = class extends Error {
  name = "SecretlessError";
  code;
  details;
  mistakes;
  others;
  constructor(code, options) {
    const { mistakes = [], others = [], cause, ...details } = options;
    super(details.problem, cause === void 0 ? void 0 : { cause });
    this.code = code;
    this.details = details;
    this.mistakes = mistakes;
    this.others = others;
  }
};

// core/base/clock-and-platform.ts
var systemClock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, void 0, { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  }
};
function systemPlatform(os = platform(), cpu = arch()) {
  if ((os === "linux" || os === "darwin" || os === "win32") && (cpu === "x64" || cpu === "arm64")) {
    return { os, arch: cpu };
  }
  throw new SecretlessError("INPUT_INVALID", {
    problem: "This kind of runner is not supported.",
    expected: "Linux, macOS or Windows on x64 or arm64",
    actual: `${os} on ${cpu}`,
    remedy: "Let the job run on one of these."
  });
}

// action/post.ts
var state = (name) => process.env[`STATE_${name}`] ?? "";
var environment = process.env;
var terminate = createTerminate({ platform: systemPlatform(), clock: systemClock, environment });
var ports = { clock: systemClock, processes: processPort(systemPlatform()), terminate };
var tempFolder = path2.resolve(environment["RUNNER_TEMP"] || ".");
for await (const line of cleanUp({ folder: state("folder"), cli: state("cli"), tempFolder }, ports))
  console.log(line);
