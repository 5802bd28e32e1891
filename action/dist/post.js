import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import "./chunks/chunk-47VUT35M.js";

// action/post.ts
import { existsSync } from "node:fs";

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

// core/cli/private-folder.ts
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
function removePrivateFolder(root) {
  return rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

// core/flow/leftovers.ts
var PATIENCE = 4 * 6e4;
var INTERVAL = 500;
async function* cleanUp({ folder, cli }, ports2) {
  const { clock, isRunning: isRunning2, exists, terminate: terminate2 } = ports2;
  if (folder === "" || !exists(folder)) return;
  const pid = Number(cli);
  const until = clock.now() + PATIENCE;
  if (pid > 0 && isRunning2(pid)) {
    yield "A deployment that this run began is still running; waiting for it, so that it leaves no lock.";
    while (isRunning2(pid) && clock.now() < until) await clock.sleep(INTERVAL);
    if (isRunning2(pid)) {
      yield "It is still running; its temporary folder is left to it.";
      return;
    }
    yield "It has ended.";
  }
  if (pid > 0) await terminate2(pid);
  await removePrivateFolder(folder);
  yield "The temporary folder of a run that did not end well was removed.";
}

// core/net/send.ts
import { arch, networkInterfaces, platform } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

// core/base/errors.ts
var SecretlessError = class extends Error {
  name = "SecretlessError";
  code;
  details;
  mistakes;
  constructor(code, options) {
    const { mistakes = [], cause, ...details } = options;
    super(details.problem, cause === void 0 ? void 0 : { cause });
    this.code = code;
    this.details = details;
    this.mistakes = mistakes;
  }
};

// core/base/redact.ts
var HIDDEN = "***";
var SHAPES = [
  // RFC 7519 in compact form, also cut off in the middle.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, HIDDEN],
  // Databricks personal access tokens and OAuth secrets.
  [/\b(?:dapi|dose)[0-9a-zA-Z]{16,}(?:-\d+)?/g, HIDDEN],
  [/\b(Bearer|Basic)(\s+|%20|\+)[\w.~+/=%-]{16,}/gi, `$1 ${HIDDEN}`],
  // Members of JSON and form bodies (RFC 6749, 7521, 8693) that hold a credential whatever its shape.
  [
    /\b((?:access|refresh|id|subject|actor)_token|client_assertion|client_secret|oidcToken)(\\*"?\s*[:=]\s*\\*"?)[^\s"&,}\\]+/g,
    `$1$2${HIDDEN}`
  ],
  // RFC 3986 3.2.1: user information in a URL.
  [/(\/\/)[^\s/@"']+@/g, `$1${HIDDEN}@`]
];

// core/net/node-http.ts
import { createRequire } from "node:module";
var load = createRequire(import.meta.url);

// core/net/send.ts
var BODY_LIMIT = 16 * 1024 * 1024;
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
var ports = { clock: systemClock, isRunning, exists: existsSync, terminate };
for await (const line of cleanUp({ folder: state("folder"), cli: state("cli") }, ports)) console.log(line);
