
// core/base/no-inspector.ts
import process2 from "node:process";
process2.on("SIGUSR1", () => void 0);

// action/post.ts
import path3 from "node:path";

// core/cli/own-process.ts
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { getuid, kill, pid as ownPid } from "node:process";

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
function createTerminate({ platform: platform3, clock, environment: environment2, port = NODE }) {
  if (platform3.os === "win32") return (pid) => taskkill(pid, environment2, port);
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

// core/cli/own-process.ts
async function markedProcess(mark, folder, port) {
  return markedWith(mark, folderVariable(folder), port);
}
async function markedWith(mark, begin, port) {
  const { pid, started } = partsOf(mark);
  if (pid < 2 || pid === ownPid || await port.startedAt(pid) !== started) return void 0;
  const environment2 = port.environmentOf(pid);
  return environment2 === void 0 || hasVariable(environment2, begin) ? pid : void 0;
}
function partsOf(mark) {
  const [, text = "", started] = /^([1-9]\d{0,9}) (\S.{0,99})$/.exec(mark) ?? [];
  return { pid: Number(text), started };
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
      else if (hasVariable(environment2, folderVariable(folder))) found.push(pid);
    }
    if (found.length === 0) break;
    for (const pid of found) {
      port.kill(pid);
      ended.add(pid);
    }
  }
  return { ended: [...ended], hidden };
}
var folderVariable = (folder) => `DATABRICKS_BUNDLE_TMP=${folder}`;
function hasVariable(environment2, begin) {
  return environment2.some((variable) => variable.startsWith(begin));
}
function processPort({ os }) {
  return os === "linux" ? LINUX : { ...NOTHING, isRunning, startedAt: (pid) => asked(STARTED[os](pid)) };
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

// core/flow/leftovers.ts
import { lstatSync, realpathSync } from "node:fs";
import path from "node:path";
import { getuid as getuid2 } from "node:process";

// core/cli/private-folder.ts
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";

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

// core/cli/private-folder.ts
function removePrivateFolder(root) {
  return rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

// core/flow/leftovers.ts
var PATIENCE = 4 * 6e4;
var INTERVAL = 500;
async function* cleanUp(left2, ports2, endService2) {
  if (yield* cleanFolder(left2, ports2)) yield* endService2();
}
async function* cleanFolder(left2, ports2) {
  const { clock, processes, terminate: terminate2 } = ports2;
  if (left2.folder === "") return true;
  const folder = ownFolder(left2.folder, left2.tempFolder);
  if (folder === "gone") return true;
  if (folder === void 0) {
    yield "What this step kept for its end names a folder that it has not made: nothing was removed or ended.";
    return true;
  }
  const running = () => markedProcess(left2.cli, folder.path, processes);
  const pid = await running();
  const until = clock.now() + PATIENCE;
  if (pid !== void 0) {
    yield "A deployment that this run began is still running; waiting for it, so that it leaves no lock.";
    while (await running() !== void 0 && clock.now() < until) await clock.sleep(INTERVAL);
    if (await running() !== void 0) {
      yield "It is still running; its temporary folder is left to it.";
      return false;
    }
    yield "It has ended.";
    await terminate2(pid);
  }
  const { ended } = endStrays(folder.path, processes);
  if (ended.length > 0) yield `Ended what the bundle had left running (process ${ended.join(", ")}).`;
  await removePrivateFolder(folder.path);
  yield "The temporary folder of a run that did not end well was removed.";
  return true;
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

// core/base/written-file.ts
import * as fs from "node:fs/promises";
import path2 from "node:path";
import { getuid as getuid3 } from "node:process";

// core/base/paths.ts
import { posix, sep, win32 as win322 } from "node:path";
function isInside(file, folder, platform3) {
  const path4 = platform3.os === "win32" ? win322 : posix;
  const fold = (text) => platform3.os === "linux" ? text : text.toLowerCase();
  const relative = path4.relative(fold(folder), fold(file));
  return relative === "" || !(relative === ".." || relative.startsWith(`..${path4.sep}`) || path4.isAbsolute(relative));
}

// core/base/checkout-file.ts
var RefusedFile = class extends Error {
  name = "RefusedFile";
};
function inGitFolder(relative) {
  return relative.split(/[\\/]/).some((part) => /^\.git[. ]*$/i.test(part));
}

// core/base/written-file.ts
async function appendOwnFile(file, text, bounds) {
  const { port = fs, user = getuid3?.() } = bounds;
  const place = await placeOf(file, bounds);
  const expected = await lookAt(place.file, port);
  if (expected !== void 0) checkKind(expected);
  const { O_WRONLY = 0, O_CREAT = 0, O_APPEND = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = port.constants;
  const flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
  const handle = await port.open(place.file, flags, 384).catch((error) => {
    throw error.code === "ELOOP" ? new RefusedFile(LINK) : error;
  });
  try {
    const found = await handle.stat({ bigint: true });
    checkKind(found);
    if (expected !== void 0 && (found.ino !== expected.ino || found.dev !== expected.dev))
      throw new RefusedFile(CHANGED);
    if (found.nlink !== 1n) throw new RefusedFile("has a second name (a hard link)");
    if (user !== void 0 && found.uid !== BigInt(user)) throw new RefusedFile("belongs to another user");
    await checkDescriptor(handle.fd, place.file, port);
    if (await port.realpath(place.folder) !== place.folder) throw new RefusedFile(CHANGED);
    await handle.appendFile(text);
  } finally {
    await handle.close();
  }
}
var LINK = "is reached through a link";
var CHANGED = "was exchanged for another one while it was written";
async function placeOf(file, { roots, platform: platform3, port = fs }) {
  for (const root of roots) {
    const real = await port.realpath(root).catch(() => void 0);
    if (real === void 0) continue;
    const under = [root, real].find((one) => isInside(file, one, platform3));
    if (under === void 0) continue;
    const parts = path2.relative(under, file).split(path2.sep);
    const name = parts.pop() ?? "";
    if (name === "") throw new RefusedFile("is a folder");
    if (inGitFolder(path2.join(...parts, name))) throw new RefusedFile("is in a folder .git");
    let folder = real;
    for (const part of parts) {
      folder = path2.join(folder, part);
      await madeFolder(folder, port);
    }
    return { folder, file: path2.join(folder, name) };
  }
  throw new RefusedFile("is neither in the checkout nor in the CI's temporary folder");
}
async function madeFolder(folder, port) {
  let found = await lookAt(folder, port);
  if (found === void 0) {
    await port.mkdir(folder).catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
    found = await lookAt(folder, port);
  }
  if (found?.isSymbolicLink() === true) throw new RefusedFile(LINK);
  if (found?.isDirectory() !== true) throw new RefusedFile("lies below something that is no folder");
}
function lookAt(file, port) {
  return port.lstat(file, { bigint: true }).catch((error) => {
    if (error.code === "ENOENT") return void 0;
    throw error;
  });
}
function checkKind(found) {
  if (found.isSymbolicLink()) throw new RefusedFile(LINK);
  if (found.isDirectory()) throw new RefusedFile("is a folder");
  if (!found.isFile()) throw new RefusedFile("is no regular file but a device or a pipe");
}
async function checkDescriptor(descriptor, file, port) {
  const place = await port.readlink(`/proc/self/fd/${descriptor}`).catch(() => file);
  if (place !== file) throw new RefusedFile(CHANGED);
}

// core/base/redact.ts
var HIDDEN = "***";
var SHORTEST_SECRET = 8;
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
var registered = /* @__PURE__ */ new Map();
var endings = new Uint8Array(65536);
var endingAt = (text, to) => (text.charCodeAt(to - 2) << 8 ^ text.charCodeAt(to - 1)) & 65535;
function redact(text) {
  let result = withoutRegistered(text);
  for (const [shape, replacement] of SHAPES) result = result.replace(shape, replacement);
  return result;
}
function withoutRegistered(text) {
  const hidden = new Uint8Array(text.length);
  for (let to = SHORTEST_SECRET; to <= text.length; to += 1) {
    if (!endings[endingAt(text, to)]) continue;
    for (const secret of registered.get(text.slice(to - SHORTEST_SECRET, to)) ?? [])
      if (text.endsWith(secret, to)) hidden.fill(1, to - secret.length, to);
  }
  if (!hidden.includes(1)) return text;
  let result = "";
  hidden.forEach((is, at) => {
    if (!is) result += text.charAt(at);
    else if (!hidden[at - 1]) result += HIDDEN;
  });
  return result;
}

// core/net/node-http.ts
import { createRequire } from "node:module";
var load = createRequire(import.meta.url);
function nodeHttp(name) {
  return load(name);
}

// core/flow/service/mark.ts
var SERVICE_MARK = "DATABRICKS_SECRETLESS_SERVICE";

// core/flow/service/end.ts
var PATIENCE2 = 1e4;
var INTERVAL2 = 50;
var LARGEST = 16 * 1024 * 1024;
async function* endService({ state: state2, roots }, { clock, platform: platform3, processes }) {
  const [, port = "", control = "", id = "", mark = ""] = /^(\d{1,5}) ([\w-]{43}) ([\da-f-]{36}) (\S+ \S.*)$/.exec(state2) ?? [];
  if (mark === "") return;
  const running = () => markedWith(mark, `${SERVICE_MARK}=${id}`, processes);
  const wasRunning = await running() !== void 0;
  const report = wasRunning && port !== "0" ? await ask(Number(port), control) : void 0;
  const until = clock.now() + PATIENCE2;
  while (report && await running() !== void 0 && clock.now() < until) await clock.sleep(INTERVAL2);
  const left2 = await running();
  if (left2 !== void 0) processes.kill(left2);
  if (report) {
    yield* linesOf(report);
    const text = report.audit.lines.join("");
    if (text !== "")
      yield* await appendOwnFile(report.audit.file, text, { roots, platform: platform3 }).then(
        () => [],
        (error) => [`Its events could not be written into the audit log: ${redact(String(error))}`]
      );
  } else if (left2 !== void 0) yield "The token service did not answer and was ended.";
  else
    yield "The token service had ended before: its time was over, or somebody ended it. What it exchanged is in the audit log.";
}
function linesOf(report) {
  const { served, refused, exchanges, failedExchanges, foreignHosts, lastError } = report;
  const refusals = Object.entries(refused).map(([reason, times]) => `${String(times)} \xD7 ${reason}`);
  const lines = [
    `The token service was stopped. It gave ${String(served)} tokens and exchanged ${String(exchanges - failedExchanges)} ID tokens` + (failedExchanges === 0 ? "." : `; ${String(failedExchanges)} exchanges failed.`)
  ];
  if (lastError !== void 0) lines.push(`The last exchange failed: ${lastError}`);
  if (refusals.length > 0) lines.push(`Requests that got no token: ${refusals.join(", ")}.`);
  if (foreignHosts.length > 0) lines.push(`Tokens were asked for other hosts: ${foreignHosts.join(", ")}.`);
  return lines.map((line) => redact(line));
}
function ask(port, control) {
  return new Promise((resolve) => {
    const { request } = nodeHttp("node:http");
    const onAnswer = (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece) => {
        text += piece;
        if (text.length > LARGEST) answer.destroy();
      });
      answer.once("close", () => resolve(answer.statusCode === 200 ? parsed(text) : void 0));
    };
    const options = { host: "127.0.0.1", port, path: `/${control}`, method: "POST", timeout: PATIENCE2 };
    const asked2 = request(options, onAnswer);
    asked2.once("timeout", () => asked2.destroy());
    asked2.once("error", () => resolve(void 0));
    asked2.end();
  });
}
function parsed(text) {
  try {
    const report = JSON.parse(text);
    const isWhole = [report.served, report.exchanges, report.failedExchanges].every(Number.isSafeInteger) && typeof report.refused === "object" && [report.foreignHosts, report.audit?.lines].every(Array.isArray) && typeof report.audit?.file === "string";
    return isWhole ? report : void 0;
  } catch {
    return void 0;
  }
}

// core/base/clock-and-platform.ts
import { arch, networkInterfaces, platform } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
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
var platform2 = systemPlatform();
var terminate = createTerminate({ platform: platform2, clock: systemClock, environment });
var ports = { clock: systemClock, platform: platform2, processes: processPort(platform2), terminate };
var tempFolder = path3.resolve(environment["RUNNER_TEMP"] || ".");
var checkout = path3.resolve(environment["GITHUB_WORKSPACE"] || ".");
var left = { folder: state("folder"), cli: state("cli"), tempFolder };
for await (const line of cleanUp(
  left,
  ports,
  () => endService({ state: state("service"), roots: [checkout, tempFolder] }, ports)
))
  console.log(line);
