import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);
import {
  parseCliMirror,
  parseCliVersion,
  parseSha256
} from "./chunks/chunk-KO5W6UYR.js";
import {
  createSend,
  systemClock,
  systemPlatform
} from "./chunks/chunk-OO24PJMU.js";
import {
  createRunProcess,
  databricksCloud,
  endpointUnavailable
} from "./chunks/chunk-GD65QIDV.js";
import {
  retry
} from "./chunks/chunk-6NCJZ7JA.js";
import {
  HttpError,
  SecretlessError,
  isLoopback,
  isRetryableStatus,
  parseWorkspaceUrl,
  redact,
  registerSecret,
  statusError,
  toSecretlessError
} from "./chunks/chunk-YHQZU34I.js";
import "./chunks/chunk-LZQXQOPJ.js";

// core/federation/discovery.ts
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

// core/input-values.ts
var UNITS = { s: 1e3, m: 6e4, h: 36e5 };
function parseDuration(text2) {
  let total = 0;
  for (const [, amount, unit] of text2.matchAll(/(\d+)([smh])/g))
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  if (/^(?:\d{1,6}[smh])+$/.test(text2) && total >= 1e3 && total <= 168 * 36e5) return total;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not a duration",
    expected: "a duration such as 90s, 10m, 6h or 1h30m, at most 168h",
    actual: text2
  });
}
var NAME = /^[A-Za-z_][\w-]*$/;
var MAX_VALUE = 1e4;
function parseNameValueLines(text2) {
  const found = /* @__PURE__ */ new Map();
  const wrong = [];
  for (const [index, raw] of text2.split(/\r?\n/).entries()) {
    if (raw.trim() === "") continue;
    const where = `line ${String(index + 1)}`;
    const equals = raw.indexOf("=");
    const name = raw.slice(0, Math.max(equals, 0)).trim();
    if (equals < 0) wrong.push(`${where} has no "="`);
    else if (!NAME.test(name))
      wrong.push(`${where}: ${JSON.stringify(name.slice(0, 60))} is not a variable name`);
    else if (found.has(name)) wrong.push(`${where}: ${name} is given twice`);
    else if (raw.length - equals - 1 > MAX_VALUE)
      wrong.push(`${where}: the value of ${name} has over ${String(MAX_VALUE)} characters`);
    else found.set(name, raw.slice(equals + 1).replace(/\r$/, ""));
  }
  if (wrong.length === 0) return Object.fromEntries(found);
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not name=value lines",
    expected: "one name=value a line, each name once: letters, digits, _ and - (not first)",
    actual: wrong.join("; ")
  });
}

// core/inputs.ts
var COMMANDS = ["deploy", "plan", "run", "destroy"];
var INPUTS = {
  command: {
    description: "`deploy` plans and deploys the bundle; `plan` shows what a deployment would change and changes nothing; `run` runs a job or pipeline of the deployed bundle; `destroy` removes the deployment.",
    default: "deploy"
  },
  host: {
    description: "URL of the approved workspace. It is never taken from the bundle; a bundle that names another is refused.",
    required: true
  },
  "client-id": {
    description: "Application ID of the service principal that deploys.",
    required: true
  },
  exchange: {
    description: "Who exchanges the ID token: `databricks` (a federation policy of the service principal) or `entra` (a federated identity credential in Entra ID).",
    default: "databricks"
  },
  "tenant-id": { description: "Entra tenant, for `exchange: entra`." },
  audience: {
    description: "Audience of the ID token, if it is not the default of the exchange."
  },
  "workspace-id": { description: "Guard: stop if the workspace has another ID." },
  "account-id": { description: "Guard: stop if the workspace belongs to another account." },
  "bundle-root": { description: "Folder of `databricks.yml`, relative to the checkout.", default: "." },
  target: { description: "Target of the bundle; the bundle's own default if absent." },
  variables: { description: "Bundle variables, one `name=value` a line." },
  "auto-approve": {
    description: "`true` allows a deployment that deletes or recreates resources, and `destroy`.",
    default: "false"
  },
  resource: { description: "For `run`: key of the job or pipeline in the bundle." },
  "run-parameters": { description: "For `run`: job parameters, one `name=value` a line." },
  wait: {
    description: "For `run`: `true` waits for the end of the run and fails if it fails.",
    default: "true"
  },
  "lock-timeout": {
    description: "How long to wait for another deployment of the same bundle and target to end.",
    default: "10m"
  },
  "cli-version": {
    description: "Exact version of the Databricks CLI to install; if absent, the one on `PATH`, else a pinned one."
  },
  "cli-mirror": {
    description: "Where release archives are taken from: an https URL or a folder, laid out as the release site."
  },
  "cli-sha256": { description: "SHA-256 of the archive, for a version that is not in the pinned table." },
  timeout: { description: "Limit for the whole step, such as `90m` or `6h`.", default: "6h" }
};
var INPUT_NAMES = Object.keys(INPUTS);
var TENANT = /^[\da-z](?:[\da-z.-]{0,253}[\da-z])?$/i;
var UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
function parseInputs(host2) {
  const mistakes = [];
  const value = (name) => {
    const definition = INPUTS[name];
    return host2.input(name) || (definition.default ?? "");
  };
  const wrong = (name, expected, actual, remedy) => {
    mistakes.push({
      problem: `Input \`${host2.inputLabel(name)}\` ${actual === "" ? "is missing" : "cannot be used"}.`,
      expected,
      ...actual === "" ? {} : { actual },
      ...remedy === void 0 ? {} : { remedy }
    });
  };
  const optional = (name) => value(name) || void 0;
  const required = (name, expected) => {
    const found = optional(name);
    if (found === void 0) wrong(name, expected, "");
    return found;
  };
  const matching = (name, pattern, expected) => {
    const found = optional(name);
    if (found === void 0 || pattern.test(found)) return found;
    wrong(name, expected, found);
    return void 0;
  };
  const oneOf = (name, allowed) => {
    const found = value(name);
    const match = allowed.find((one) => one === found);
    if (match === void 0) wrong(name, `one of: ${allowed.join(", ")}`, found);
    return match;
  };
  const flag = (name) => oneOf(name, ["true", "false"]) === "true";
  const parsed2 = (name, parse) => {
    try {
      return parse(value(name));
    } catch (error) {
      if (!(error instanceof SecretlessError)) throw error;
      const { problem, expected = "", actual = problem, remedy } = error.details;
      wrong(name, expected, actual, remedy);
      return void 0;
    }
  };
  const command2 = oneOf("command", COMMANDS);
  const hostText = required(
    "host",
    "the URL of the workspace, such as https://adb-1234567890123456.7.azuredatabricks.net"
  );
  const url = hostText === void 0 ? void 0 : parsed2("host", parseWorkspaceUrl);
  const clientIdExpected = "the application ID (a UUID) of the service principal, not its name and not its numeric ID";
  required("client-id", clientIdExpected);
  const clientId = matching("client-id", UUID, clientIdExpected);
  const workspaceId = matching("workspace-id", /^\d{1,20}$/, "the numeric workspace ID");
  if (url?.workspaceId !== void 0 && workspaceId !== void 0 && url.workspaceId !== workspaceId) {
    wrong(
      "workspace-id",
      `${url.workspaceId}, the workspace ID in the URL of \`${host2.inputLabel("host")}\``,
      workspaceId
    );
  }
  const accountId = matching("account-id", UUID, "the account ID (a UUID)");
  const exchange = oneOf("exchange", ["databricks", "entra"]);
  const tenantExpected = "the ID (a UUID) or a domain of the Entra tenant";
  const tenantId = matching("tenant-id", TENANT, tenantExpected);
  if (exchange === "entra") required("tenant-id", tenantExpected);
  const resource = matching(
    "resource",
    /^[\w-]+(?:\.[\w-]+)?$/,
    "the key of a job or pipeline in the bundle"
  );
  if (command2 === "run") required("resource", "the key of a job or pipeline in the bundle");
  const variables = parsed2("variables", parseNameValueLines);
  const runParameters = parsed2("run-parameters", parseNameValueLines);
  const timeout = parsed2("timeout", parseDuration);
  const lockTimeout = parsed2("lock-timeout", parseDuration);
  const checked = (name, parse) => {
    if (value(name) !== "") parsed2(name, parse);
    return optional(name);
  };
  const cliVersion = checked("cli-version", parseCliVersion);
  const cliMirror = checked("cli-mirror", parseCliMirror);
  const cliSha256 = checked("cli-sha256", parseSha256);
  const bundleRoot = value("bundle-root");
  const target = optional("target");
  const audience = optional("audience");
  const autoApprove = flag("auto-approve");
  const wait = flag("wait");
  if (mistakes.length > 0 || !(command2 && url && clientId && exchange && variables && runParameters && timeout && lockTimeout)) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: mistakes.length === 1 ? "One input is not right." : `${String(mistakes.length)} inputs are not right.`,
      remedy: "Correct them in the pipeline file; nothing was requested or changed.",
      mistakes
    });
  }
  return {
    command: command2,
    host: url.origin,
    clientId: clientId.toLowerCase(),
    exchange,
    tenantId,
    audience,
    workspaceId: workspaceId ?? url.workspaceId,
    accountId: accountId?.toLowerCase() ?? url.accountId,
    bundleRoot,
    target,
    variables,
    autoApprove,
    resource,
    runParameters,
    wait,
    cliVersion,
    cliMirror,
    cliSha256,
    lockTimeout,
    timeout
  };
}

// core/start.ts
var REACHABLE = 6e4;
async function runStep(host2, ports) {
  const late = new AbortController();
  const finished = new AbortController();
  try {
    const inputs = parseInputs(host2);
    refuseUntrustedEvent(host2, inputs);
    const { clock, send: send2 } = ports;
    const signal = AbortSignal.any([host2.cancelled, late.signal]);
    clock.sleep(inputs.timeout, finished.signal).then(
      () => {
        late.abort(timedOut(inputs));
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
    const { run } = await import("./chunks/run-WJCGKMC5.js");
    return await run({ host: host2, ports, inputs, workspace, signal });
  } catch (error) {
    const { reportFailure } = await import("./chunks/report-6CXOKWSC.js");
    await reportFailure(host2, toSecretlessError(error));
    return 1;
  } finally {
    finished.abort();
  }
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

// core/report/harmless.ts
var ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])?/g;
var CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;
function harmless(line) {
  return line.replace(ESCAPE_SEQUENCE, "").replace(CONTROL, " ").replace(/^([\s\u180e\u200b-\u200d\u2060\ufeff]*):(?=:)/, "$1: ").replace(/#(?=#(?:vso)?\[)/gi, "# ");
}
function harmlessLines(text2) {
  return text2.split(/\r\n|\r|\n/).map(harmless);
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
    const { setOutput } = await import("./chunks/core-M3BS3S25.js");
    setOutput(name, value);
  }
  async summary(markdown) {
    if (!this.#environment["GITHUB_STEP_SUMMARY"]) return;
    const { summary } = await import("./chunks/core-M3BS3S25.js");
    await summary.addRaw(markdown, true).write();
  }
  async saveState(name, value) {
    const { saveState } = await import("./chunks/core-M3BS3S25.js");
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
var runProcess = createRunProcess(platform);
process.exitCode = await runStep(host, { clock: systemClock, platform, environment, send, runProcess });
