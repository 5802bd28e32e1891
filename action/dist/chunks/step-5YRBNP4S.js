import {
  GITHUB,
  ServerTime,
  discoverWorkspace,
  harmlessLines,
  parseInputs,
  readNamedFile,
  redactingCi,
  usualAudience
} from "./chunk-RGNVOTET.js";
import {
  SecretlessError,
  answering,
  createSend,
  isRetryableStatus,
  proxySecrets,
  redact,
  registerSecret,
  statusError,
  toSecretlessError
} from "./chunk-SGOABIKZ.js";
import "./chunk-U4GNHYLL.js";

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
function systemAddresses() {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).filter(({ internal }) => !internal).map(({ address }) => address.replace(/%.*$/, ""));
}

// core/cli/system-ports.ts
function systemPorts(environment, send) {
  const platform2 = systemPlatform();
  const runProcess = async (request) => {
    const { createRunProcess } = await import("./process-QHLUFZZ4.js");
    return createRunProcess(platform2)(request);
  };
  return { clock: systemClock, platform: platform2, environment, send, runProcess };
}
function detachedBy(self, service) {
  return {
    start: async (env) => {
      const { startDetached } = await import("./detached-TCZHDXQN.js");
      return startDetached(self.execPath, service, env);
    },
    runner: self.ppid > 1 ? self.ppid : void 0
  };
}

// core/start.ts
var REACHABLE = 6e4;
async function runStep(shell, ports, seams = {}) {
  const ci = redactingCi(shell);
  for (const secret of proxySecrets(ports.environment)) ci.mask(secret);
  const stop = new AbortController();
  const finished = new AbortController();
  let begun;
  try {
    const inputs = parseInputs(ci, seams.inputs, ports.environment);
    begun = { ci, ports, inputs };
    refuseUntrustedEvent(ci, inputs);
    const { openEvent } = ci.context;
    if (openEvent) {
      const { refuseForeignCheckout } = await import("./run-I2T5B53R.js");
      await refuseForeignCheckout({ ci, inputs }, openEvent);
    }
    const { clock, send } = ports;
    const { signal } = stop;
    whenAborted(ci.cancelled, () => {
      stop.abort(new SecretlessError("CANCELLED", { problem: "The job was cancelled." }));
    });
    clock.sleep(inputs.timeout, finished.signal).then(
      () => {
        stop.abort(timedOut(inputs));
      },
      () => void 0
    );
    const serverTime = new ServerTime(clock);
    const workspace = discoverWorkspace({
      host: inputs.host,
      send: serverTime.measuring(send),
      clock,
      deadline: clock.now() + Math.min(REACHABLE, inputs.timeout),
      signal
    });
    workspace.catch(() => void 0);
    const early = earlyIdToken(ci, inputs, clock.now(), AbortSignal.any([signal, finished.signal]));
    const { run } = await import("./run-I2T5B53R.js");
    return await run({ ci, ports, inputs, workspace, serverTime, early, signal }, seams);
  } catch (error) {
    const { reportFailure, refuseStep } = await import("./run-I2T5B53R.js");
    const failure = toSecretlessError(error);
    if (!begun) await reportFailure(ci, failure);
    else
      await refuseStep(begun, failure, seams).catch(
        (unwritable) => reportFailure(ci, toSecretlessError(unwritable))
      );
    return 1;
  } finally {
    finished.abort();
  }
}
function earlyIdToken(ci, inputs, askedAt, signal) {
  const usual = inputs.exchange.asksWorkspace ? usualAudience(inputs.host) : void 0;
  const audience = ci.fixedAudience ?? inputs.audience ?? usual;
  if (audience === void 0) return void 0;
  const idToken = ci.idToken(audience, signal);
  idToken.catch(() => void 0);
  return { idToken, audience, askedAt };
}
function whenAborted(signal, act) {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}
function refuseUntrustedEvent(ci, { command: command2 }) {
  const { untrustedEvent } = ci.context;
  if (untrustedEvent === void 0 || !command2.changes) return;
  throw new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${command2.name}\` is refused under the event ${untrustedEvent.event}.`,
    expected: "an event that only people with write access can cause",
    actual: untrustedEvent.event,
    remedy: untrustedEvent.remedy
  });
}
function timedOut({ timeout }) {
  return new SecretlessError("TIMED_OUT", {
    problem: `The step was not done after ${String(Math.round(timeout / 1e3))} s.`,
    remedy: "Raise the input `timeout`, or find out in the log what took so long."
  });
}

// action/ci.ts
import path from "node:path";

// core/ci/github/id-token.ts
function githubIssuer(serverUrl) {
  const { origin, hostname } = new URL(serverUrl);
  if (hostname === "github.com") return "https://token.actions.githubusercontent.com";
  if (hostname.endsWith(".ghe.com")) return `https://token.actions.${hostname}`;
  return `${origin}/_services/token`;
}
var COMPACT_JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
async function requestGitHubIdToken({
  requestUrl,
  requestToken,
  fromFork,
  audience,
  send,
  signal
}) {
  if (!requestUrl || !requestToken) throw fromFork ? forkHasNone() : permissionMissing();
  registerSecret(requestToken);
  const url = requestUrlFor(requestUrl, audience);
  const headers = { authorization: `Bearer ${requestToken}`, accept: "application/json" };
  const request = { method: "GET", url, headers, ...signal && { signal } };
  const response = await send(request);
  if (isRetryableStatus(response.status)) throw statusError(request, response);
  const token = response.status === 200 ? tokenOf(response.body) : void 0;
  if (token === void 0) throw refused(response.status, response.body);
  registerSecret(token);
  return token;
}
function requestUrlFor(requestUrl, audience) {
  if (!URL.canParse(requestUrl)) {
    throw new SecretlessError("ID_TOKEN_REFUSED", {
      problem: "The address at which GitHub gives ID tokens is not a URL.",
      actual: redact(requestUrl),
      remedy: "The runner sets ACTIONS_ID_TOKEN_REQUEST_URL; remove whatever in the workflow overwrites it."
    });
  }
  const url = new URL(requestUrl);
  url.searchParams.set("audience", audience);
  return url.href;
}
function tokenOf(body) {
  try {
    const { value } = JSON.parse(body);
    return typeof value === "string" && COMPACT_JWT.test(value) ? value : void 0;
  } catch {
    return void 0;
  }
}
function permissionMissing() {
  return new SecretlessError("ID_TOKEN_PERMISSION_MISSING", {
    problem: "GitHub gives this job no ID token: it has not asked for the permission.",
    expected: "the permission `id-token: write`",
    actual: "neither ACTIONS_ID_TOKEN_REQUEST_URL nor ACTIONS_ID_TOKEN_REQUEST_TOKEN is set",
    remedy: [
      "Add these lines to the job (in a reusable workflow: to the job that calls it):",
      "permissions:",
      "  id-token: write",
      "  contents: read"
    ].join("\n")
  });
}
function forkHasNone() {
  return new SecretlessError("ID_TOKEN_FORK", {
    problem: "GitHub gives no ID token to a pull request from a fork, whatever its `permissions` say.",
    remedy: "Skip this step for forks (`if: github.event.pull_request.head.repo.full_name == github.repository`), or run it on push after the merge."
  });
}
function refused(status, body) {
  const denied = status === 401 || status === 403;
  return new SecretlessError("ID_TOKEN_REFUSED", {
    problem: denied ? "GitHub refused to give an ID token." : "GitHub's answer is not an ID token.",
    expected: 'status 200 and {"value": "<ID token>"}',
    actual: `status ${status}: ${redact(body).slice(0, 500)}`,
    remedy: denied ? "The credential for this ends with the job: start the job again. If it fails at once, look for a policy of the organisation that limits ID tokens." : "Look for a proxy that answers in GitHub's place, and at githubstatus.com; then run the job again."
  });
}

// action/commands.ts
var escapeData = (text) => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
var escapeProperty = (text) => escapeData(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
function command(name, data = "", properties = {}) {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name}${list.length > 0 ? ` ${list.join(",")}` : ""}::${escapeData(data)}
`;
}
function annotation(level, text, title, place) {
  return command(level, harmlessLines(text).join("\n"), {
    title,
    ...place && { file: place.file },
    ...place?.line !== void 0 && { line: String(place.line) },
    ...place?.column !== void 0 && { col: String(place.column) }
  });
}

// action/ci.ts
var GitHubCi = class {
  dialect = GITHUB;
  context;
  cancelled;
  #environment;
  #send;
  #write;
  constructor(environment, send, cancelled, write) {
    this.#environment = environment;
    this.#send = send;
    this.#write = write;
    this.cancelled = cancelled;
    this.context = runContext(environment);
  }
  input(name) {
    return (this.#environment[`INPUT_${name.toUpperCase()}`] ?? "").trim();
  }
  inputLabel(name) {
    return this.dialect.inputLabel(name);
  }
  connection() {
    return void 0;
  }
  async idToken(audience, signal) {
    const token = await requestGitHubIdToken({
      requestUrl: this.#environment["ACTIONS_ID_TOKEN_REQUEST_URL"],
      requestToken: this.#environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
      fromFork: await isForkPullRequest(this.#environment),
      audience,
      send: this.#send,
      ...signal && { signal }
    });
    this.mask(token);
    return token;
  }
  async pipelineToken(signal) {
    const audience = "databricks-secretless-policy";
    const issuers = [githubIssuer(this.#environment["GITHUB_SERVER_URL"] || "https://github.com")];
    return { token: await this.idToken(audience, signal), audience, issuers };
  }
  mask(value) {
    this.#write(command("add-mask", value));
  }
  info(text) {
    this.#write(`${harmlessLines(text).join("\n")}
`);
  }
  debug(text) {
    for (const line of harmlessLines(text)) this.#write(command("debug", line));
  }
  annotate(level, text, place) {
    this.#write(annotation(level, text, "Databricks Secretless", place));
  }
  async group(title, body) {
    this.#write(command("group", harmlessLines(title).join(" ")));
    try {
      return await body();
    } finally {
      this.#write(command("endgroup"));
    }
  }
  async output(name, value) {
    const { setOutput } = await import("./file-commands-V6OHGB7O.js");
    setOutput(name, value);
  }
  async summary(markdown) {
    if (!this.#environment["GITHUB_STEP_SUMMARY"]) return;
    const { summary } = await import("./file-commands-V6OHGB7O.js");
    await summary.addRaw(markdown, true).write();
  }
  async exportVariable(name, value) {
    const { exportVariable } = await import("./file-commands-V6OHGB7O.js");
    exportVariable(name, value);
  }
  async saveState(name, value) {
    const { saveState } = await import("./file-commands-V6OHGB7O.js");
    saveState(name, value);
  }
};
function runContext(environment) {
  const get = (name) => environment[name] ?? "";
  const run = `${get("GITHUB_SERVER_URL")}/${get("GITHUB_REPOSITORY")}/actions/runs/${get("GITHUB_RUN_ID")}`;
  const untrustedEvent = GITHUB.untrustedRun(environment);
  return {
    ciName: GITHUB.title,
    checkout: path.resolve(get("GITHUB_WORKSPACE") || "."),
    tempFolder: path.resolve(get("RUNNER_TEMP") || "."),
    toolCache: get("RUNNER_TOOL_CACHE") ? path.resolve(get("RUNNER_TOOL_CACHE")) : void 0,
    addresses: systemAddresses(),
    pages: pagesOf(get("GITHUB_SERVER_URL"), get("GITHUB_ACTION_REPOSITORY"), get("GITHUB_ACTION_REF")),
    runUrl: get("GITHUB_RUN_ID") ? `${run}/attempts/${get("GITHUB_RUN_ATTEMPT") || "1"}` : "",
    ...GITHUB.isOpenToAnybody(get("GITHUB_EVENT_NAME")) && {
      openEvent: { name: get("GITHUB_EVENT_NAME"), commit: get("GITHUB_SHA") || void 0 }
    },
    ...untrustedEvent && { untrustedEvent }
  };
}
function pagesOf(server, repository, ref) {
  if (!/^[\w-]+\/[\w.-]+$/.test(repository) || !/^[\w./-]+$/.test(ref)) return void 0;
  const url = `${server}/${repository}/blob/${ref}/docs/`;
  return URL.canParse(url) ? url : void 0;
}
var LARGEST_EVENT = 25e6;
async function isForkPullRequest(environment) {
  const file = environment["GITHUB_EVENT_PATH"];
  if (!file || !environment["GITHUB_EVENT_NAME"]?.startsWith("pull_request")) return false;
  try {
    const text = String(await readNamedFile(file, { limit: LARGEST_EVENT }) ?? "{}");
    const event = JSON.parse(text);
    const { head, base } = event.pull_request ?? {};
    return head !== void 0 && head.repo?.full_name !== base?.repo?.full_name;
  } catch {
    return false;
  }
}

// action/step.ts
function runAction({ environment, early, cancelled, service }) {
  const send = answering(createSend(environment), early);
  const { ci, ports } = shellOf(environment, send, cancelled, (text) => process.stdout.write(text));
  return runStep(ci, { ...ports, detached: detachedBy(process, service) });
}
async function runService() {
  const { serveTokenService } = await import("./run-I2T5B53R.js");
  const silent = (environment) => shellOf(environment, createSend(environment), new AbortController().signal, () => void 0);
  await serveTokenService(process, silent, systemPlatform());
  process.exit(0);
}
function shellOf(environment, send, cancelled, write) {
  const ports = systemPorts(environment, send);
  return { ci: new GitHubCi(environment, send, cancelled, write), ports };
}
export {
  runAction,
  runService
};
