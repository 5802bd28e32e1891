import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  HttpError,
  SecretlessError,
  createSend,
  databricksCloud,
  endpointUnavailable,
  harmlessLines,
  isLoopback,
  isRetryableStatus,
  parseInputs,
  redact,
  registerSecret,
  retry,
  statusError,
  systemAddresses,
  systemClock,
  systemPlatform,
  toSecretlessError
} from "./chunks/chunk-T6V2KE5R.js";
import "./chunks/chunk-U4GNHYLL.js";

// core/federation/discovery.ts
function usualAudience(host2) {
  return `${host2}/oidc/v1/token`;
}
async function discoverWorkspace(options) {
  const { host: host2 } = options;
  const usual = `${host2}/oidc`;
  const abandon = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abandon.signal]) : abandon.signal;
  const usualServer = getDocument(metadataUrl(usual), { ...options, signal });
  usualServer.catch(() => void 0);
  try {
    const config = await getDocument(`${host2}/.well-known/databricks-config`, options);
    const accountId = options.accountId ?? text(config?.["account_id"]);
    const workspaceId = text(config?.["workspace_id"]);
    const hostType = hostTypeOf(host2, config);
    const oidc = oidcEndpoint(host2, hostType, accountId, text(config?.["oidc_endpoint"]));
    const server = await (oidc === usual ? usualServer : getDocument(metadataUrl(oidc), options));
    const tokenEndpoint = trusted(text(server?.["token_endpoint"]) ?? `${oidc}/v1/token`, host2);
    return {
      tokenEndpoint,
      defaultAudience: defaultAudience(config, { hostType, workspaceId, accountId }) ?? tokenEndpoint,
      workspaceId,
      accountId,
      cloud: cloudOf(host2, config),
      hostType
    };
  } finally {
    abandon.abort();
  }
}
function metadataUrl(oidc) {
  return `${oidc}/.well-known/oauth-authorization-server`;
}
function oidcEndpoint(host2, type, accountId, named) {
  const endpoint = named ?? (type === "workspace" ? `${host2}/oidc` : `${host2}/oidc/accounts/{account_id}`);
  if (endpoint.includes("{account_id}") && accountId === void 0) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: `${host2} does not say to which account it belongs, and is not a workspace.`,
      remedy: "Set the input host to the URL of a workspace, or give the account ID as well."
    });
  }
  return trusted(endpoint.replaceAll("{account_id}", accountId ?? "").replace(/\/+$/, ""), host2);
}
function defaultAudience(config, { hostType, workspaceId, accountId }) {
  const named = config?.["token_federation_default_oidc_audiences"];
  const first = Array.isArray(named) ? text(named[0]) : void 0;
  const isWorkspace = hostType === "workspace" && (config === void 0 || workspaceId !== void 0);
  return first ?? (isWorkspace ? void 0 : accountId);
}
function trusted(endpoint, host2) {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : void 0;
  if (url !== void 0 && url.username === "" && url.password === "") {
    const approved = new URL(host2);
    if (url.origin === approved.origin) return endpoint;
    const zone = databricksCloud(host2)?.zone;
    if (zone !== void 0 && databricksCloud(url.href)?.zone === zone) return endpoint;
    if (/^https?:$/.test(url.protocol) && isLoopback(url.hostname) && isLoopback(approved.hostname))
      return endpoint;
  }
  throw new SecretlessError("ENDPOINT_NOT_TRUSTED", {
    problem: "The workspace names a token endpoint outside the approved host; the ID token is not sent there.",
    expected: `an endpoint on ${host2}`,
    actual: redact(endpoint).slice(0, 200),
    remedy: "Check that the input host is the URL of the workspace itself, and not of something in front of it."
  });
}
function hostTypeOf(host2, config) {
  const named = text(config?.["host_type"])?.toLowerCase();
  if (named === "workspace" || named === "account" || named === "unified") return named;
  return /^https:\/\/accounts(-dod)?\./.test(host2) ? "account" : "workspace";
}
function cloudOf(host2, config) {
  const named = text(config?.["cloud"])?.toUpperCase();
  return ["AWS", "Azure", "GCP"].find((cloud) => cloud.toUpperCase() === named) ?? databricksCloud(host2)?.cloud;
}
function text(value) {
  return typeof value === "string" && value !== "" ? value : void 0;
}
async function getDocument(url, options) {
  const request = { method: "GET", url, headers: { accept: "application/json" } };
  try {
    return await retry(async (signal) => {
      const response = await options.send({ ...request, signal });
      if (isRetryableStatus(response.status)) throw statusError(request, response);
      return documentOf(request, response);
    }, options);
  } catch (error) {
    throw error instanceof HttpError ? endpointUnavailable(`Asking ${options.host} where to exchange ID tokens`, error) : error;
  }
}
function documentOf(request, response) {
  const { status, body } = response;
  if (status === 200) {
    const value = parsed(body);
    if (typeof value === "object" && value !== null) return value;
    throw notDatabricks(
      `${request.url} was answered with ${/^\s*</.test(body) ? "HTML" : "something that is not JSON"}`,
      body
    );
  }
  if (status === 403) {
    throw new SecretlessError("ENDPOINT_UNAVAILABLE", {
      problem: `${request.url} refuses this runner.`,
      actual: `status 403: ${redact(body).slice(0, 500)}`,
      remedy: "Add the runner's address to the IP access list of the workspace, or use a runner inside its network."
    });
  }
  if (status >= 500) throw statusError(request, response);
  return void 0;
}
function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return void 0;
  }
}
function notDatabricks(problem, body) {
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${problem}.`,
    expected: "JSON",
    actual: redact(body).slice(0, 200),
    remedy: "Something else answers in place of the workspace (a proxy, a sign-in page): check the input host and HTTPS_PROXY."
  });
}

// core/redacting-host.ts
function redactingHost(host2) {
  const clean = (text2) => redact(harmlessLines(text2).join("\n"));
  return {
    context: host2.context,
    cancelled: host2.cancelled,
    input: (name) => host2.input(name),
    inputLabel: (name) => host2.inputLabel(name),
    connection: () => host2.connection(),
    ...host2.fixedAudience !== void 0 && { fixedAudience: host2.fixedAudience },
    idToken: (audience) => host2.idToken(audience),
    pipelineToken: () => host2.pipelineToken(),
    mask: (value) => {
      registerSecret(value);
      host2.mask(value);
    },
    info: (line) => host2.info(clean(line)),
    debug: (line) => host2.debug(clean(line)),
    annotate: (level, text2, place) => host2.annotate(level, clean(text2), place),
    group: (title, body) => host2.group(clean(title), body),
    output: (name, value) => host2.output(name, redact(value)),
    summary: (markdown) => host2.summary(redact(markdown)),
    saveState: (name, value) => host2.saveState(name, value)
  };
}

// core/start.ts
var REACHABLE = 6e4;
async function runStep(shell, ports) {
  const host2 = redactingHost(shell);
  const stop = new AbortController();
  const finished = new AbortController();
  try {
    const inputs = parseInputs(host2);
    refuseUntrustedEvent(host2, inputs);
    const { clock, send: send2 } = ports;
    const { signal } = stop;
    whenAborted(host2.cancelled, () => {
      stop.abort(new SecretlessError("CANCELLED", { problem: "The job was cancelled." }));
    });
    clock.sleep(inputs.timeout, finished.signal).then(
      () => {
        stop.abort(timedOut(inputs));
      },
      () => void 0
    );
    const workspace = discoverWorkspace({
      host: inputs.host,
      send: send2,
      clock,
      deadline: clock.now() + Math.min(REACHABLE, inputs.timeout),
      signal
    });
    workspace.catch(() => void 0);
    const early = earlyIdToken(host2, inputs, clock.now());
    const { run } = await import("./chunks/run-2EYZKOLI.js");
    return await run({ host: host2, ports, inputs, workspace, early, signal });
  } catch (error) {
    const { reportFailure } = await import("./chunks/run-2EYZKOLI.js");
    await reportFailure(host2, toSecretlessError(error));
    return 1;
  } finally {
    finished.abort();
  }
}
function earlyIdToken(host2, inputs, askedAt) {
  const usual = inputs.exchange === "databricks" ? usualAudience(inputs.host) : void 0;
  const audience = host2.fixedAudience ?? inputs.audience ?? usual;
  if (audience === void 0) return void 0;
  const idToken = host2.idToken(audience);
  idToken.catch(() => void 0);
  return { idToken, audience, askedAt };
}
function whenAborted(signal, act) {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}
function refuseUntrustedEvent(host2, { command: command2 }) {
  const { untrustedEvent } = host2.context;
  if (untrustedEvent === void 0 || command2 === "plan") return;
  throw new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${command2}\` is refused under the event ${untrustedEvent.event}.`,
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

// action/host.ts
import { readFileSync } from "node:fs";
import path from "node:path";

// core/identity/github.ts
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
  send: send2,
  signal
}) {
  if (!requestUrl || !requestToken) throw fromFork ? forkHasNone() : permissionMissing();
  registerSecret(requestToken);
  const url = requestUrlFor(requestUrl, audience);
  const headers = { authorization: `Bearer ${requestToken}`, accept: "application/json" };
  const request = { method: "GET", url, headers, ...signal && { signal } };
  const response = await send2(request);
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
var escapeData = (text2) => text2.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
var escapeProperty = (text2) => escapeData(text2).replace(/:/g, "%3A").replace(/,/g, "%2C");
function command(name, data = "", properties = {}) {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name}${list.length > 0 ? ` ${list.join(",")}` : ""}::${escapeData(data)}
`;
}
function annotation(level, text2, title, place) {
  return command(level, harmlessLines(text2).join("\n"), {
    title,
    ...place && { file: place.file },
    ...place?.line !== void 0 && { line: String(place.line) },
    ...place?.column !== void 0 && { col: String(place.column) }
  });
}

// action/host.ts
var GitHubHost = class {
  context;
  cancelled;
  #environment;
  #send;
  #write;
  constructor(environment2, send2, cancelled, write) {
    this.#environment = environment2;
    this.#send = send2;
    this.#write = write;
    this.cancelled = cancelled;
    this.context = runContext(environment2);
  }
  input(name) {
    return (this.#environment[`INPUT_${name.toUpperCase()}`] ?? "").trim();
  }
  inputLabel(name) {
    return name;
  }
  connection() {
    return void 0;
  }
  async idToken(audience) {
    const token = await requestGitHubIdToken({
      requestUrl: this.#environment["ACTIONS_ID_TOKEN_REQUEST_URL"],
      requestToken: this.#environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
      fromFork: isForkPullRequest(this.#environment),
      audience,
      send: this.#send
    });
    this.mask(token);
    return token;
  }
  async pipelineToken() {
    const audience = "databricks-secretless-policy";
    const issuers = [githubIssuer(this.#environment["GITHUB_SERVER_URL"] || "https://github.com")];
    return { token: await this.idToken(audience), audience, issuers };
  }
  mask(value) {
    this.#write(command("add-mask", value));
  }
  info(text2) {
    this.#write(`${harmlessLines(text2).join("\n")}
`);
  }
  debug(text2) {
    for (const line of harmlessLines(text2)) this.#write(command("debug", line));
  }
  annotate(level, text2, place) {
    this.#write(annotation(level, text2, "Databricks Secretless", place));
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
    const { setOutput } = await import("./chunks/file-commands-H32SCO5V.js");
    setOutput(name, value);
  }
  async summary(markdown) {
    if (!this.#environment["GITHUB_STEP_SUMMARY"]) return;
    const { summary } = await import("./chunks/file-commands-H32SCO5V.js");
    await summary.addRaw(markdown, true).write();
  }
  async saveState(name, value) {
    const { saveState } = await import("./chunks/file-commands-H32SCO5V.js");
    saveState(name, value);
  }
};
function runContext(environment2) {
  const get = (name) => environment2[name] ?? "";
  const run = `${get("GITHUB_SERVER_URL")}/${get("GITHUB_REPOSITORY")}/actions/runs/${get("GITHUB_RUN_ID")}`;
  return {
    ciName: "GitHub Actions",
    checkout: path.resolve(get("GITHUB_WORKSPACE") || "."),
    tempFolder: path.resolve(get("RUNNER_TEMP") || "."),
    toolCache: get("RUNNER_TOOL_CACHE") ? path.resolve(get("RUNNER_TOOL_CACHE")) : void 0,
    addresses: systemAddresses(),
    runUrl: get("GITHUB_RUN_ID") ? `${run}/attempts/${get("GITHUB_RUN_ATTEMPT") || "1"}` : "",
    ...get("GITHUB_EVENT_NAME") === "pull_request_target" && {
      untrustedEvent: {
        event: "pull_request_target",
        remedy: "Run this command on push, workflow_dispatch or release. For pull requests use the event pull_request with `command: plan` and a service principal that can only read."
      }
    }
  };
}
function isForkPullRequest(environment2) {
  const file = environment2["GITHUB_EVENT_PATH"];
  if (!file || !environment2["GITHUB_EVENT_NAME"]?.startsWith("pull_request")) return false;
  try {
    const event = JSON.parse(readFileSync(file, "utf8"));
    const { head, base } = event.pull_request ?? {};
    return head !== void 0 && head.repo?.full_name !== base?.repo?.full_name;
  } catch {
    return false;
  }
}

// action/main.ts
var cancel = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    cancel.abort();
  });
}
var environment = process.env;
var send = createSend(environment);
var platform = systemPlatform();
var host = new GitHubHost(environment, send, cancel.signal, (text2) => process.stdout.write(text2));
var runProcess = async (request) => {
  const { createRunProcess } = await import("./chunks/process-XI4WDB3L.js");
  return createRunProcess(platform)(request);
};
process.exitCode = await runStep(host, { clock: systemClock, platform, environment, send, runProcess });
