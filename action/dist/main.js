import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  COMMANDS,
  EXCHANGES,
  INPUTS,
  SCAN_MODES,
  SecretlessError,
  UUID,
  createSend,
  discoverWorkspace,
  harmlessLines,
  isOpenToAnybody,
  isRetryableStatus,
  parseCliMirror,
  parseCliVersion,
  parseSha256,
  parseWorkspaceUrl,
  redact,
  registerSecret,
  statusError,
  systemAddresses,
  systemClock,
  systemPlatform,
  toSecretlessError,
  usualAudience
} from "./chunks/chunk-GVZNIVPY.js";
import "./chunks/chunk-U4GNHYLL.js";

// core/ci/inputs/reader.ts
function inputReader(ci2, definitions) {
  const mistakes = [];
  const value = (name) => ci2.input(name) || (definitions[name].default ?? "");
  const wrong = (name, expected, actual, remedy) => {
    mistakes.push({
      problem: `Input \`${ci2.inputLabel(name)}\` ${actual === "" ? "is missing" : "cannot be used"}.`,
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
  const parsed = (name, parse) => {
    try {
      return parse(value(name));
    } catch (error) {
      if (!(error instanceof SecretlessError)) throw error;
      const { problem, expected = "", actual = problem, remedy } = error.details;
      wrong(name, expected, actual, remedy);
      return void 0;
    }
  };
  const checked = (name, parse) => {
    if (value(name) !== "") parsed(name, parse);
    return optional(name);
  };
  return { mistakes, value, wrong, optional, required, matching, oneOf, flag, parsed, checked };
}

// core/ci/inputs/values.ts
var UNITS = { s: 1e3, m: 6e4, h: 36e5 };
function parseDuration(text) {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smh])/g))
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  if (/^(?:\d{1,6}[smh])+$/.test(text) && total >= 1e3 && total <= 168 * 36e5) return total;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not a duration",
    expected: "a duration such as 90s, 10m, 6h or 1h30m, at most 168h",
    actual: text
  });
}
var NAME = /^[A-Za-z_][\w-]*$/;
var MAX_VALUE = 1e4;
function parseNameValueLines(text) {
  const found = /* @__PURE__ */ new Map();
  const wrong = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
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

// core/ci/inputs/pass-env.ts
var NAME2 = /^[A-Z_][\w()]*$/i;
var SETTINGS_OF_THE_CLI = /^DATABRICKS_(?:RATE_LIMIT$|TF_|CLI_(?:DISABLE_)?TELEMETRY|BUNDLE_(?:ENGINE|RESTRICTED_CODE_EXECUTION|RETRY_INTERVAL_MS|HTTP_TIMEOUT_SECONDS|RESOURCE_MAX_WAIT)$)/;
var OTHER_CREDENTIAL = "a credential of another kind than the federated one: the bundle could use it instead";
var FAMILIES = [
  [/^ACTIONS_|^SYSTEM_OIDC/, "a means of the CI to get ID tokens"],
  [/^(?:GITHUB|GH)(?:_ENTERPRISE)?_TOKEN$|^SYSTEM_ACCESSTOKEN$/, "the token of the CI job"],
  [/^AZURE_DEVOPS_EXT_|^AZP_TOKEN|^VSTS_|^VSS_CREDENTIALS/, "a credential of the CI"],
  [/^(?:ENDPOINT|SECRET|SECUREFILE)_/, "a service connection or secret of the agent"],
  [/^(?:INPUT|STATE)_/, "an input or the state of a step"],
  [
    /^GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$/,
    "a file through which the bundle's code could change later steps"
  ],
  [
    /^RUNNER_TRACKING_ID$/,
    "the mark by which the runner ends processes, a deployment in progress among them"
  ],
  [/^DATABRICKS_/, "set by this step, or another way to choose host, identity, target or state"],
  [/^ARM_|^(?:IDENTITY|MSI)_|^AZURE_(?:CLIENT_|FEDERATED_|USERNAME|PASSWORD|CREDENTIALS)/, OTHER_CREDENTIAL],
  [/^AZURE_(?:TENANT_ID|CONFIG_DIR|AUTHORITY_HOST)$/, OTHER_CREDENTIAL],
  [/^AWS_(?!(?:DEFAULT_)?REGION$)/, OTHER_CREDENTIAL],
  [/^(?:GOOGLE|GCLOUD|CLOUDSDK|GCP)_/, OTHER_CREDENTIAL],
  [/^VAULT_TOKEN/, OTHER_CREDENTIAL]
];
function parsePassEnv(text) {
  const names = [...new Set(text.split(/[\s,]+/).filter((name) => name !== ""))];
  const refused2 = names.flatMap((name) => {
    const reason = reasonAgainst(name);
    return reason === void 0 ? [] : [`${JSON.stringify(name.slice(0, 60))} is ${reason}`];
  });
  if (refused2.length === 0) return names;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not names of variables that may be passed on",
    expected: "names of variables, no credentials of an identity, separated by white space or commas",
    actual: refused2.join("; "),
    remedy: "Take them out. The step's own identity is all that the CLI and the bundle's code need."
  });
}
function reasonAgainst(name) {
  if (!NAME2.test(name)) return "no name of a variable";
  const folded = name.toUpperCase();
  if (SETTINGS_OF_THE_CLI.test(folded)) return void 0;
  return FAMILIES.find(([family]) => family.test(folded))?.[1];
}

// core/ci/inputs/inputs.ts
var TENANT = /^[\da-z](?:[\da-z.-]{0,253}[\da-z])?$/i;
function parseInputs(ci2) {
  const { mistakes, value, wrong, optional, required, matching, oneOf, flag, parsed, checked } = inputReader(
    ci2,
    INPUTS
  );
  let connection;
  let noConnection;
  try {
    connection = ci2.connection();
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    noConnection = error;
  }
  const command2 = oneOf("command", COMMANDS);
  const hostText = required(
    "host",
    "the URL of the workspace, such as https://adb-1234567890123456.7.azuredatabricks.net"
  );
  const url = hostText === void 0 ? void 0 : parsed("host", parseWorkspaceUrl);
  const clientIdExpected = "the application ID (a UUID) of the service principal, not its name and not its numeric ID";
  const clientId = matching("client-id", UUID, clientIdExpected) ?? connection?.clientId;
  if (!clientId && !noConnection) required("client-id", clientIdExpected);
  const workspaceId = matching("workspace-id", /^\d{1,20}$/, "the numeric workspace ID");
  if (url?.workspaceId !== void 0 && workspaceId !== void 0 && url.workspaceId !== workspaceId) {
    wrong(
      "workspace-id",
      `${url.workspaceId}, the workspace ID in the URL of \`${ci2.inputLabel("host")}\``,
      workspaceId
    );
  }
  const accountId = matching("account-id", UUID, "the account ID (a UUID)");
  const exchange = connection && ci2.input("exchange") === "" ? "entra" : oneOf("exchange", EXCHANGES);
  const tenantExpected = "the ID (a UUID) or a domain of the Entra tenant";
  const tenantId = matching("tenant-id", TENANT, tenantExpected) ?? connection?.tenantId;
  if (exchange === "entra" && !tenantId && !noConnection) required("tenant-id", tenantExpected);
  const resource = matching(
    "resource",
    /^\w[\w-]*(?:\.[\w-]+)?$/,
    "the key of a job or pipeline in the bundle"
  );
  if (command2 === "run") required("resource", "the key of a job or pipeline in the bundle");
  const variables = parsed("variables", parseNameValueLines);
  const runParameters = parsed("run-parameters", parseNameValueLines);
  const passEnv = parsed("pass-env", parsePassEnv);
  const timeout = parsed("timeout", parseDuration);
  const lockTimeout = parsed("lock-timeout", parseDuration);
  const planTimeout = parsed("plan-timeout", parseDuration);
  const cliVersion = checked("cli-version", parseCliVersion);
  const cliMirror = checked("cli-mirror", parseCliMirror);
  const cliSha256 = checked("cli-sha256", parseSha256);
  const scan = oneOf("scan", SCAN_MODES);
  const sarifFile = optional("sarif-file");
  const bundleRoot = value("bundle-root");
  const target = optional("target");
  const audience = optional("audience");
  const autoApprove = flag("auto-approve");
  const wait = flag("wait");
  if (noConnection) {
    if (mistakes.length === 0) throw noConnection;
    mistakes.push(noConnection.details);
  }
  if (mistakes.length > 0 || !(command2 && url && clientId && exchange && variables && runParameters && passEnv && scan && timeout && lockTimeout && planTimeout)) {
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
    accessFile: optional("access-file"),
    policyFile: optional("policy-file"),
    auditLog: optional("audit-log"),
    resource,
    runParameters,
    wait,
    scan,
    sarifFile,
    passEnv,
    cliVersion,
    cliMirror,
    cliSha256,
    lockTimeout,
    planTimeout,
    timeout
  };
}

// core/ci/redacting-ci.ts
function redactingCi(ci2) {
  const clean = (text) => redact(harmlessLines(text).join("\n"));
  return {
    context: ci2.context,
    cancelled: ci2.cancelled,
    input: (name) => ci2.input(name),
    inputLabel: (name) => ci2.inputLabel(name),
    connection: () => ci2.connection(),
    ...ci2.fixedAudience !== void 0 && { fixedAudience: ci2.fixedAudience },
    idToken: (audience) => ci2.idToken(audience),
    pipelineToken: () => ci2.pipelineToken(),
    mask: (value) => {
      registerSecret(value);
      ci2.mask(value);
    },
    info: (line) => ci2.info(clean(line)),
    debug: (line) => ci2.debug(clean(line)),
    annotate: (level, text, place) => ci2.annotate(level, clean(text), place),
    group: (title, body) => ci2.group(clean(title), body),
    output: (name, value) => ci2.output(name, redact(value)),
    summary: (markdown) => ci2.summary(redact(markdown)),
    saveState: (name, value) => ci2.saveState(name, value)
  };
}

// core/start.ts
var REACHABLE = 6e4;
async function runStep(shell, ports) {
  const ci2 = redactingCi(shell);
  const stop = new AbortController();
  const finished = new AbortController();
  try {
    const inputs = parseInputs(ci2);
    refuseUntrustedEvent(ci2, inputs);
    const { openEvent } = ci2.context;
    if (openEvent) {
      const { refuseForeignCheckout } = await import("./chunks/run-OXRSJEDR.js");
      await refuseForeignCheckout({ ci: ci2, inputs }, openEvent);
    }
    const { clock, send: send2 } = ports;
    const { signal } = stop;
    whenAborted(ci2.cancelled, () => {
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
    const early = earlyIdToken(ci2, inputs, clock.now());
    const { run } = await import("./chunks/run-OXRSJEDR.js");
    return await run({ ci: ci2, ports, inputs, workspace, early, signal });
  } catch (error) {
    const { reportFailure } = await import("./chunks/run-OXRSJEDR.js");
    await reportFailure(ci2, toSecretlessError(error));
    return 1;
  } finally {
    finished.abort();
  }
}
function earlyIdToken(ci2, inputs, askedAt) {
  const usual = inputs.exchange === "databricks" ? usualAudience(inputs.host) : void 0;
  const audience = ci2.fixedAudience ?? inputs.audience ?? usual;
  if (audience === void 0) return void 0;
  const idToken = ci2.idToken(audience);
  idToken.catch(() => void 0);
  return { idToken, audience, askedAt };
}
function whenAborted(signal, act) {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}
function refuseUntrustedEvent(ci2, { command: command2 }) {
  const { untrustedEvent } = ci2.context;
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

// action/ci.ts
import { readFileSync } from "node:fs";
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
    ...isOpenToAnybody(get("GITHUB_EVENT_NAME")) && {
      openEvent: { name: get("GITHUB_EVENT_NAME"), commit: get("GITHUB_SHA") || void 0 }
    },
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
var ci = new GitHubCi(environment, send, cancel.signal, (text) => process.stdout.write(text));
var runProcess = async (request) => {
  const { createRunProcess } = await import("./chunks/process-QHLUFZZ4.js");
  return createRunProcess(platform)(request);
};
process.exitCode = await runStep(ci, { clock: systemClock, platform, environment, send, runProcess });
