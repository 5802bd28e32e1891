import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  parseCliMirror,
  parseCliVersion,
  parseSha256
} from "./chunk-QEY6PIFV.js";
import {
  parseWorkspaceUrl
} from "./chunk-W6LVRVHZ.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";

// core/input-values.ts
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

// core/inputs.ts
var COMMANDS = ["deploy", "plan", "run", "destroy"];
var EXCHANGES = ["databricks", "entra"];
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
  "access-file": {
    description: "What each job may reach at run time, relative to the checkout; if absent, `access.yml` beside `databricks.yml`, if there is one."
  },
  "policy-file": {
    description: "What may be granted at all, relative to the checkout or absolute; best kept where those who edit the bundle cannot change it."
  },
  "audit-log": {
    description: "File that the audit events are appended to (JSON Lines, OCSF); if absent, a new one in the CI's temporary folder. It is there until the job ends."
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
function parseInputs(host) {
  const mistakes = [];
  const value = (name) => {
    const definition = INPUTS[name];
    return host.input(name) || (definition.default ?? "");
  };
  const wrong = (name, expected, actual, remedy) => {
    mistakes.push({
      problem: `Input \`${host.inputLabel(name)}\` ${actual === "" ? "is missing" : "cannot be used"}.`,
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
  let connection;
  let noConnection;
  try {
    connection = host.connection();
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    noConnection = error;
  }
  const command = oneOf("command", COMMANDS);
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
      `${url.workspaceId}, the workspace ID in the URL of \`${host.inputLabel("host")}\``,
      workspaceId
    );
  }
  const accountId = matching("account-id", UUID, "the account ID (a UUID)");
  const exchange = connection && host.input("exchange") === "" ? "entra" : oneOf("exchange", EXCHANGES);
  const tenantExpected = "the ID (a UUID) or a domain of the Entra tenant";
  const tenantId = matching("tenant-id", TENANT, tenantExpected) ?? connection?.tenantId;
  if (exchange === "entra" && !tenantId && !noConnection) required("tenant-id", tenantExpected);
  const resource = matching(
    "resource",
    /^\w[\w-]*(?:\.[\w-]+)?$/,
    "the key of a job or pipeline in the bundle"
  );
  if (command === "run") required("resource", "the key of a job or pipeline in the bundle");
  const variables = parsed("variables", parseNameValueLines);
  const runParameters = parsed("run-parameters", parseNameValueLines);
  const timeout = parsed("timeout", parseDuration);
  const lockTimeout = parsed("lock-timeout", parseDuration);
  const checked = (name, parse) => {
    if (value(name) !== "") parsed(name, parse);
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
  if (noConnection) {
    if (mistakes.length === 0) throw noConnection;
    mistakes.push(noConnection.details);
  }
  if (mistakes.length > 0 || !(command && url && clientId && exchange && variables && runParameters && timeout && lockTimeout)) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: mistakes.length === 1 ? "One input is not right." : `${String(mistakes.length)} inputs are not right.`,
      remedy: "Correct them in the pipeline file; nothing was requested or changed.",
      mistakes
    });
  }
  return {
    command,
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
    cliVersion,
    cliMirror,
    cliSha256,
    lockTimeout,
    timeout
  };
}

// core/report/harmless.ts
var ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])?/g;
var CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;
function harmless(line) {
  return line.replace(ESCAPE_SEQUENCE, "").replace(CONTROL, " ").replace(/^([\s\u180e\u200b-\u200d\u2060\ufeff]*):(?=:)/, "$1: ").replace(/#(?=#(?:vso)?\[)/gi, "# ");
}
function harmlessLines(text) {
  return text.split(/\r\n|\r|\n/).map(harmless);
}

export {
  INPUT_NAMES,
  parseInputs,
  harmlessLines
};
