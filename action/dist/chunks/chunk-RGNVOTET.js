import {
  HttpError,
  SecretlessError,
  WORKSPACE_URL,
  configUrl,
  documentRequest,
  isLoopback,
  isOpenToAnybody,
  isPage,
  isRetryableStatus,
  issuerUrl,
  redact,
  registerSecret,
  statusError,
  workspaceOrigin
} from "./chunk-SGOABIKZ.js";

// core/base/paths.ts
import { posix, sep, win32 } from "node:path";
function isInside(file, folder, platform) {
  const path3 = platform.os === "win32" ? win32 : posix;
  const fold2 = (text2) => platform.os === "linux" ? text2 : text2.toLowerCase();
  const relative = path3.relative(fold2(folder), fold2(file));
  return relative === "" || !(relative === ".." || relative.startsWith(`..${path3.sep}`) || path3.isAbsolute(relative));
}
function pathForPeople(file, folder, platform) {
  const path3 = platform.os === "win32" ? win32 : posix;
  return (isInside(file, folder, platform) ? path3.relative(folder, file) : file).replaceAll(path3.sep, "/");
}
function cleanFolder(folder) {
  const clean = folder === "" ? "" : posix.normalize(folder);
  return clean.length > 1 && clean.endsWith("/") ? clean.slice(0, -1) : clean;
}
var slashed = (path3) => path3.split(sep).join("/");
function variable(environment, name, platform) {
  if (platform.os !== "win32") return environment[name];
  const wanted = name.toLowerCase();
  return Object.entries(environment).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

// core/base/uuid.ts
var UUID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
function isUuid(text2) {
  return UUID.test(text2);
}

// core/net/retry.ts
var FIRST_WAIT = 500;
var LONGEST_WAIT = 2e4;
var LONGEST_RETRY_AFTER = 6e4;
async function retry(attempt, { clock, deadline, signal, random = Math.random, onRetry }) {
  const late = new AbortController();
  const finished = new AbortController();
  const stop = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  let last;
  clock.sleep(Math.max(0, deadline - clock.now()), finished.signal).then(
    () => {
      late.abort(
        last ?? new HttpError("no answer came before the deadline", { failure: "timeout", retryable: true })
      );
    },
    () => void 0
  );
  try {
    for (let number = 1; ; number++) {
      try {
        return await untilAborted(() => attempt(stop, number), stop);
      } catch (error) {
        if (stop.aborted) throw stop.reason;
        if (!(error instanceof HttpError && error.retryable)) throw error;
        last = error;
        const jitter = random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (number - 1));
        const wait = Math.max(jitter, Math.min(error.retryAfter ?? 0, LONGEST_RETRY_AFTER));
        if (clock.now() + wait >= deadline) throw error;
        onRetry?.(error, wait);
        await clock.sleep(wait, stop);
      }
    }
  } catch (error) {
    throw last && error instanceof SecretlessError && error.code === "TIMED_OUT" ? last : error;
  } finally {
    finished.abort();
  }
}
async function untilAborted(work, signal) {
  signal.throwIfAborted();
  let onAbort = () => void 0;
  const aborted = new Promise((_, reject) => {
    onAbort = () => {
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

// core/federation/clouds.ts
var ENTRA_PUBLIC = {
  authority: "https://login.microsoftonline.com",
  audience: "api://AzureADTokenExchange",
  graph: "https://graph.microsoft.com",
  arm: "https://management.azure.com"
};
var ENTRA_US_GOVERNMENT = {
  authority: "https://login.microsoftonline.us",
  audience: "api://AzureADTokenExchangeUSGov",
  graph: "https://graph.microsoft.us",
  arm: "https://management.usgovcloudapi.net"
};
var ENTRA_CHINA = {
  authority: "https://login.chinacloudapi.cn",
  audience: "api://AzureADTokenExchangeChina",
  graph: "https://microsoftgraph.chinacloudapi.cn",
  arm: "https://management.chinacloudapi.cn"
};
var CLOUDS = [
  { cloud: "AWS", zone: ".cloud.databricks.com", accountHost: "https://accounts.cloud.databricks.com" },
  { cloud: "AWS", zone: ".cloud.databricks.us", accountHost: "https://accounts.cloud.databricks.us" },
  { cloud: "GCP", zone: ".gcp.databricks.com", accountHost: "https://accounts.gcp.databricks.com" },
  {
    cloud: "Azure",
    zone: ".azuredatabricks.net",
    accountHost: "https://accounts.azuredatabricks.net",
    entra: ENTRA_PUBLIC
  },
  {
    cloud: "Azure",
    zone: ".databricks.azure.us",
    accountHost: "https://accounts.databricks.azure.us",
    entra: ENTRA_US_GOVERNMENT
  },
  {
    cloud: "Azure",
    zone: ".databricks.azure.cn",
    accountHost: "https://accounts.databricks.azure.cn",
    entra: ENTRA_CHINA
  }
];
var ENTRA_CLOUDS = [
  ENTRA_PUBLIC,
  ENTRA_US_GOVERNMENT,
  ENTRA_CHINA,
  // MSAL's name for the authority in China.
  { ...ENTRA_CHINA, authority: "https://login.partner.microsoftonline.cn" }
];
var DEPLOYMENT_NAME = /^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d]+)?$/i;
function workspaceUrl(host, deploymentName) {
  const cloud = databricksCloud(host);
  if (cloud !== void 0)
    return DEPLOYMENT_NAME.test(deploymentName) ? `https://${deploymentName}${cloud.zone}` : void 0;
  const local = `http://${deploymentName}`;
  const isLocal = [host, local].every((url) => URL.canParse(url) && isLoopback(new URL(url).hostname));
  return isLocal && new URL(local).origin === local ? local : void 0;
}
function databricksCloud(url) {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" ? CLOUDS.find(({ zone }) => hostname.endsWith(zone)) : void 0;
}

// core/net/unavailable.ts
var REMEDIES = {
  dns: "Check the spelling of the host; for private link, the runner's DNS must know it.",
  refused: "Check that the runner may reach this host: firewall, private link, and HTTPS_PROXY if there is a proxy.",
  reset: "Run the job again; if it comes back, a firewall or a proxy between runner and host closes connections.",
  timeout: "Check that the runner may reach this host: firewall, private link, and HTTPS_PROXY if there is a proxy.",
  certificate: "If your network has its own certificate authority, set NODE_EXTRA_CA_CERTS and SSL_CERT_FILE to its PEM file. Certificate checks cannot be switched off.",
  proxy: "Ask for this host to be allowed by the proxy, and check the user name and password in HTTPS_PROXY.",
  "too-large": "Something else answers in place of this host; check the URL, and HTTPS_PROXY if there is a proxy.",
  "foreign-answer": "Something else answers in place of this host (a proxy, a sign-in page): check the URL, and HTTPS_PROXY if there is a proxy.",
  protocol: "What answers there does not speak HTTPS; check the URL and its port, and HTTPS_PROXY."
};
var BLOCKED = /\bIP ACL\b|\bIP access list|source IP address: \S+ is blocked/i;
function addressBlocked(what, status, body) {
  if (!BLOCKED.test(body)) return void 0;
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${what} failed: this runner's address is not let in.`,
    actual: `status ${String(status ?? "unknown")}: ${body.slice(0, 500)}`,
    remedy: "Add the runner's address to the IP access list of the workspace, or of the account, or use a runner inside its network."
  });
}
function endpointUnavailable(what, error) {
  const blocked = addressBlocked(what, error.status, error.body);
  if (blocked) return blocked;
  const answer = error.body === "" ? void 0 : error.body.slice(0, 500);
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${what} failed: ${error.message}.`,
    ...answer !== void 0 && { actual: answer },
    remedy: error.failure === void 0 ? "The service has trouble or limits requests: look at its status page, and run the job again later." : REMEDIES[error.failure],
    cause: error
  });
}

// core/federation/discovery.ts
function usualAudience(host) {
  return `${host}/oidc/v1/token`;
}
async function discoverWorkspace(options) {
  const { host } = options;
  const usual = `${host}/oidc`;
  const abandon = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abandon.signal]) : abandon.signal;
  const usualServer = getDocument(issuerUrl(usual), { ...options, signal });
  usualServer.catch(() => void 0);
  try {
    const config = await getDocument(configUrl(host), options);
    const accountId = options.accountId ?? text(config?.["account_id"]);
    const workspaceId = text(config?.["workspace_id"]);
    const hostType = hostTypeOf(host, config);
    const oidc = oidcEndpoint(host, hostType, accountId, text(config?.["oidc_endpoint"]));
    const server = await (oidc === usual ? usualServer : getDocument(issuerUrl(oidc), options));
    const tokenEndpoint = trusted(text(server?.["token_endpoint"]) ?? `${oidc}/v1/token`, host);
    return {
      tokenEndpoint,
      defaultAudience: defaultAudience(config, { hostType, workspaceId, accountId }) ?? tokenEndpoint,
      workspaceId,
      accountId,
      cloud: cloudOf(host, config),
      hostType
    };
  } finally {
    abandon.abort();
  }
}
function approvedAudience({
  host,
  defaultAudience: defaultAudience2
}) {
  if (isUuid(defaultAudience2) || isOfHost(defaultAudience2, host)) return defaultAudience2;
  throw new SecretlessError("AUDIENCE_NOT_APPROVED", {
    problem: "The workspace asks for an ID token for somebody else; none was asked for.",
    expected: `an account ID (a UUID), or an https URL of ${host} or of its Databricks cloud`,
    actual: redact(defaultAudience2).slice(0, 200),
    remedy: "Check that the input `host` is the URL of your workspace. If the federation policy really has this audience, set the input `audience` to it."
  });
}
function oidcEndpoint(host, type, accountId, named2) {
  const endpoint = named2 ?? (type === "workspace" ? `${host}/oidc` : `${host}/oidc/accounts/{account_id}`);
  if (endpoint.includes("{account_id}") && accountId === void 0) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: `${host} does not say to which account it belongs, and is not a workspace.`,
      remedy: "Set the input host to the URL of a workspace, or give the account ID as well."
    });
  }
  return trusted(endpoint.replaceAll("{account_id}", accountId ?? "").replace(/\/+$/, ""), host);
}
function defaultAudience(config, { hostType, workspaceId, accountId }) {
  const named2 = config?.["token_federation_default_oidc_audiences"];
  const first = Array.isArray(named2) ? text(named2[0]) : void 0;
  const isWorkspace = hostType === "workspace" && (config === void 0 || workspaceId !== void 0);
  return first ?? (isWorkspace ? void 0 : accountId);
}
function isOfHost(text2, host) {
  const url = URL.canParse(text2) ? new URL(text2) : void 0;
  if (url === void 0 || url.username !== "" || url.password !== "") return false;
  const approved = new URL(host);
  if (url.origin === approved.origin) return true;
  const zone = databricksCloud(host)?.zone;
  if (zone !== void 0) return databricksCloud(url.href)?.zone === zone;
  return /^https?:$/.test(url.protocol) && isLoopback(url.hostname) && isLoopback(approved.hostname);
}
function trusted(endpoint, host) {
  if (isOfHost(endpoint, host)) return endpoint;
  throw new SecretlessError("ENDPOINT_NOT_TRUSTED", {
    problem: "The workspace names a token endpoint outside the approved host; the ID token is not sent there.",
    expected: `an endpoint on ${host}`,
    actual: redact(endpoint).slice(0, 200),
    remedy: "Check that the input host is the URL of the workspace itself, and not of something in front of it."
  });
}
function hostTypeOf(host, config) {
  const named2 = text(config?.["host_type"])?.toLowerCase();
  if (named2 === "workspace" || named2 === "account" || named2 === "unified") return named2;
  return /^https:\/\/accounts(-dod)?\./.test(host) ? "account" : "workspace";
}
function cloudOf(host, config) {
  const named2 = text(config?.["cloud"])?.toUpperCase();
  return ["AWS", "Azure", "GCP"].find((cloud) => cloud.toUpperCase() === named2) ?? databricksCloud(host)?.cloud;
}
function text(value) {
  return typeof value === "string" && value !== "" ? value : void 0;
}
async function getDocument(url, options) {
  const request = documentRequest(url);
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
      `${request.url} was answered with ${isPage(body) ? "HTML" : "something that is not JSON"}`,
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

// core/base/quote.ts
var WHOLE = 40;
var BEGINNING = 12;
var BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;
var INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
var named = (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
function withoutBidi(text2) {
  return text2.replace(BIDI, named);
}
function jsonWithoutBidi(json) {
  return json.replace(
    BIDI,
    (character) => Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`
    ).join("")
  );
}
function quote(text2) {
  const shown = redact(text2).replace(INVISIBLE, named);
  const characters = Array.from(shown);
  if (characters.length <= WHOLE) return shown;
  return `${characters.slice(0, BEGINNING).join("")}\u2026 (${String(Array.from(text2).length)} characters)`;
}
var ADDRESS = /^(?:https?:\/\/)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}(?::\d{1,5})?(?:\/?\?[a-z]=\d{1,20})?\/?$/i;
function quoteAddress(text2) {
  return text2.length <= 100 && ADDRESS.test(text2) ? redact(text2) : quote(text2);
}
function quoteAll(texts, most = 10) {
  const more = texts.length > most ? [`and ${String(texts.length - most)} more`] : [];
  return [...texts.slice(0, most).map(quote), ...more].join(", ");
}

// core/net/workspace.ts
function parseWorkspaceUrl(text2) {
  const trimmed = text2.trim();
  if (trimmed === "") throw mistake(trimmed, "no workspace URL is given");
  const origin = workspaceOrigin(trimmed);
  if (origin === void 0) throw whyNone(trimmed);
  const url = new URL(trimmed);
  const workspaceId = onlyValue(trimmed, url, ["o", "w", "workspace_id"], /^\d+$/);
  const accountId = onlyValue(trimmed, url, ["a", "account_id"], /^[\w-]+$/);
  return {
    origin,
    ...workspaceId === void 0 ? {} : { workspaceId },
    ...accountId === void 0 ? {} : { accountId }
  };
}
function parseHostOfBundle(text2) {
  return parseWorkspaceUrl(text2.replace(/^(https?:\/\/[\w.-]+(?::\d{1,5})?)\/[\w.~/-]+(?=$|\?)/i, "$1/"));
}
function whyNone(text2) {
  const url = parsed2(text2);
  const shape = WORKSPACE_URL.exec(text2);
  if (!shape || !url) return mistake(text2, whatIsOdd(text2, url));
  if (url.hostname !== shape[2]?.toLowerCase())
    return mistake(text2, `the host is not in its usual form (${quoteAddress(url.hostname)})`);
  return mistake(text2, "plain http would send tokens unprotected", `https://${quoteAddress(url.host)}`);
}
function parsed2(text2) {
  try {
    return new URL(text2);
  } catch {
    return void 0;
  }
}
function whatIsOdd(text2, url) {
  if (!/^https?:\/\//i.test(text2)) return "it does not start with https://";
  if (!url) return "it is not a URL";
  if (url.username !== "" || url.password !== "") return "it contains a user name or a password";
  if (url.pathname !== "/") return "it has a path";
  if (url.hash !== "") return "it has a fragment (`#\u2026`)";
  return "it contains characters that no workspace URL has";
}
function onlyValue(text2, url, names, form) {
  const values = new Set(
    names.flatMap((name) => url.searchParams.getAll(name)).filter((value2) => value2 !== "")
  );
  if (values.size > 1) throw mistake(text2, `it names several IDs: ${quoteAll([...values])}`);
  const [value] = values;
  if (value !== void 0 && !form.test(value)) throw mistake(text2, `\`${quote(value)}\` is not an ID`);
  return value;
}
function mistake(text2, odd, wanted = "https://adb-1234567890123456.7.azuredatabricks.net") {
  return new SecretlessError("INPUT_INVALID", {
    problem: `Not a workspace URL: ${odd}.`,
    expected: "https://<workspace host>, optionally with ?o=<workspace ID>",
    actual: quoteAddress(text2),
    remedy: `Write it as in the browser's address bar, without what follows the host: ${wanted}`
  });
}

// core/base/nearest.ts
var LONGEST = 100;
function nearest(text2, names) {
  const folded = fold(text2);
  let best;
  for (const name of names) {
    if (name.length > LONGEST || text2.length > LONGEST) continue;
    const edits = isShort(folded, fold(name)) ? 1 : distance(folded, fold(name));
    if (edits <= Math.max(1, Math.floor(name.length / 3)) && (best === void 0 || edits < best.edits))
      best = { name, edits };
  }
  return best?.name;
}
function meant(text2, names) {
  const name = nearest(text2, names);
  return name === void 0 ? [] : [`Did you mean \`${quote(name)}\`?`];
}
function isShort(one, other) {
  const least = Math.min(one.length, other.length);
  return least >= 3 && (one.startsWith(other) || other.startsWith(one));
}
function fold(name) {
  return name.toLowerCase().replace(/[-_. ]/g, "");
}
function distance(from, to) {
  let [before, row] = [[], Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let other = 1; other <= to.length; other += 1) {
      const same = from[at - 1] === to[other - 1];
      const swapped = at > 1 && other > 1 && from[at - 1] === to[other - 2] && from[at - 2] === to[other - 1];
      next[other] = Math.min(
        (row[other] ?? 0) + 1,
        (next[other - 1] ?? 0) + 1,
        (row[other - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[other - 2] ?? 0) + 1 : Infinity
      );
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}

// core/ci/dialect.ts
function claimsByName(payload, names) {
  const found = Object.entries(names).map(([name, claim]) => [name, payload[claim]]);
  return Object.fromEntries(found.filter(([, value]) => typeof value === "string" && value !== ""));
}

// core/ci/github/issuer.ts
function gitHubServer(issuer) {
  if (/^https:\/\/token\.actions\.githubusercontent\.com(\/[\w-]+)?$/.test(issuer))
    return "https://github.com";
  const [, residency] = /^https:\/\/token\.actions\.([\w-]+\.ghe\.com)(?:\/[\w-]+)?$/.exec(issuer) ?? [];
  if (residency !== void 0) return `https://${residency}`;
  const [, server] = /^(https?:\/\/[\w.-]+(?::\d+)?)\/_services\/token$/.exec(issuer) ?? [];
  return server;
}

// core/ci/github/dialect.ts
var CLAIMS = {
  repository: "repository",
  repositoryId: "repository_id",
  ref: "ref",
  environment: "environment",
  pipeline: "workflow_ref",
  actor: "actor",
  event: "event_name",
  commit: "sha"
};
var PROPERTY = "repo_property_";
function propertiesOf(payload) {
  const found = Object.entries(payload).filter(([claim]) => claim.startsWith(PROPERTY));
  const texts = found.filter((one) => typeof one[1] === "string");
  return Object.fromEntries(texts.map(([claim, value]) => [claim.slice(PROPERTY.length), value]));
}
function untrusted(event) {
  if (event !== "pull_request_target") return void 0;
  return {
    event,
    remedy: "Run this command on push, workflow_dispatch or release. For pull requests use the event pull_request with `command: plan` and a service principal that can only read."
  };
}
var GITHUB = {
  name: "github",
  title: "GitHub Actions",
  choosesAudience: false,
  connections: false,
  inputLabel: (name) => name,
  pipelineClaims(payload) {
    const properties = propertiesOf(payload);
    return {
      ...claimsByName(payload, CLAIMS),
      ...Object.keys(properties).length > 0 && { properties }
    };
  },
  // An enterprise may have an issuer of its own below GitHub's; GitHub's own keys sign its tokens, too.
  isOwnIssuer(issuer, issuers) {
    const server = gitHubServer(issuer);
    return issuers.some((one) => one === issuer || server !== void 0 && gitHubServer(one) === server);
  },
  untrustedRun: (environment) => untrusted(environment["GITHUB_EVENT_NAME"]),
  untrustedToken: ({ event }) => untrusted(event),
  expressions: [
    [
      /\$\{\{[^{}\n]*\}\}/g,
      "GitHub evaluates expressions in the workflow file alone, not in what a variable, a file or another step's output holds: write the value itself there."
    ]
  ],
  whyEmpty: "If it comes from `vars.\u2026` or `secrets.\u2026`: what belongs to an environment is there only in a job with `environment: <name>`; what belongs to the organisation must be open to this repository. GitHub gives an empty text for a name that it does not know.",
  credentials: [
    [/^ACTIONS_/, "a means of the CI to get ID tokens"],
    [/^(?:GITHUB|GH)(?:_ENTERPRISE)?_TOKEN$/, "the token of the CI job"],
    [/^(?:INPUT|STATE)_/, "an input or the state of a step"],
    [
      /^GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$/,
      "a file through which the bundle's code could change later steps"
    ],
    [
      /^RUNNER_TRACKING_ID$/,
      "the mark by which the runner ends processes, a deployment in progress among them"
    ]
  ],
  // Source: actions/runner, JobExtension.cs and ProcessInvoker.cs.
  tracking: "RUNNER_TRACKING_ID",
  // Source: docs.github.com, "Variables reference", section "Default environment variables".
  facts: /^GITHUB_(?:SHA|REF(?:_\w+)?|HEAD_REF|BASE_REF|RUN_\w+|REPOSITORY(?:_\w+)?|SERVER_URL|WORKFLOW(?:_\w+)?|JOB|EVENT_NAME|ACTOR(?:_ID)?)$/,
  // `::name::` at the start of a line, `##[name]` anywhere.
  logMarkers: [
    [/^([\s\u180e\u200b-\u200d\u2060\ufeff]*):(?=:)/, "$1: "],
    [/#(?=#\[)/g, "# "]
  ],
  readable: (subject) => subject,
  isOpenToAnybody,
  advise: async (claims) => (await import("./hints-72XISXHL.js")).subjectAdvice(claims),
  ownAudiences: [],
  entraNotes: {
    issuer: "",
    signature: "GitHub Enterprise Server publishes them at /_services/token/.well-known/jwks."
  },
  explain: async (refused) => (await import("./hints-72XISXHL.js")).githubHint(refused)
};

// core/ci/azure-devops/fork.ts
function isForkBuild(environment) {
  return (environment["SYSTEM_PULLREQUEST_ISFORK"] ?? "").toLowerCase() === "true";
}

// core/ci/azure-devops/subject.ts
var ENTRA_ISSUER_AUDIENCE = "fb60f99c-7a34-4190-8149-302f77469936";
function subjectKind(subject) {
  if (subject.startsWith("p://")) return "pipeline";
  if (subject.startsWith("sc://")) return "connection";
  return /^\/eid1\/.*\/sc\//.test(subject) ? "entra-connection" : void 0;
}
function readableSubject(subject) {
  if (subjectKind(subject) === void 0) return subject;
  const [, scheme = "", rest = ""] = /^(\w+:\/\/|\/)(.*)$/s.exec(subject) ?? [];
  return [scheme, ...rest.split("/").flatMap((segment, at) => at === 0 ? [segment] : ["/", segment])].join(
    " "
  );
}

// core/ci/azure-devops/dialect.ts
var CLAIMS2 = { repository: "rpo_uri", repositoryId: "rpo_id", ref: "rpo_ref", commit: "rpo_ver" };
var AZURE_DEVOPS = {
  name: "azure-devops",
  title: "Azure Pipelines",
  choosesAudience: true,
  connections: true,
  inputLabel: (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()),
  pipelineClaims(payload) {
    const { sub } = payload;
    const pipeline = typeof sub === "string" && subjectKind(sub) === "pipeline" ? { pipeline: sub } : {};
    return { ...claimsByName(payload, CLAIMS2), ...pipeline };
  },
  isOwnIssuer: (issuer, issuers) => issuers.includes(issuer),
  untrustedRun(environment) {
    if (!isForkBuild(environment)) return void 0;
    return {
      event: "pull request from a fork",
      remedy: "Run this command on the branch after the merge. For pull requests use `command: plan` and a service principal that can only read."
    };
  },
  untrustedToken: () => void 0,
  // Source: learn.microsoft.com, "Define variables", section "Understand variable syntax".
  expressions: [
    [
      /\$\([^()\n]+\)/g,
      "Azure Pipelines leaves a macro as it is when no variable has this name: the name is misspelt, its variable group is not named under `variables`, the variable belongs to another stage or job, or a step sets it that has not run yet or sets it with `isOutput` (then its name is `<step>.<variable>`). A value that really holds this text goes into `variables-file`."
    ],
    [
      /\$\[[^\]\n]+\]/g,
      "Azure Pipelines evaluates `$[\u2026]` only as the whole value of a variable under `variables`: put it there, and write `$(<variable>)` here."
    ],
    [
      /\$\{\{[^{}\n]*\}\}/g,
      "Azure Pipelines evaluates `${{\u2026}}` when it reads the YAML; in a variable of the pipeline's settings, of a variable group or of a step it stays as it is. Write the value itself there."
    ]
  ],
  whyEmpty: "If it comes from a variable: one of a variable group is there only where `variables` names the group, and one that a step sets only in later steps of the same job.",
  credentials: [
    [/^SYSTEM_OIDC/, "a means of the CI to get ID tokens"],
    [/^SYSTEM_ACCESSTOKEN$/, "the token of the CI job"],
    [/^AZURE_DEVOPS_EXT_|^AZP_TOKEN|^VSTS_|^VSS_CREDENTIALS/, "a credential of the CI"],
    [/^(?:ENDPOINT|SECRET|SECUREFILE)_/, "a service connection or secret of the agent"]
  ],
  // Source: azure-pipelines-agent, JobExtension.cs.
  tracking: "VSTS_PROCESS_LOOKUP_ID",
  // Predefined variables alone, as a pipeline may have its own that begin with BUILD_. Source: learn.microsoft.com, "Use
  // predefined variables", section "Build variables"; without the repository's URI, which can hold a credential.
  facts: /^BUILD_(?:BUILDID|BUILDNUMBER|BUILDURI|DEFINITIONNAME|DEFINITIONVERSION|REASON|QUEUEDBY(?:ID)?|REQUESTEDFOR(?:ID|EMAIL)?|REPOSITORY_(?:ID|NAME|PROVIDER)|SOURCEBRANCH(?:NAME)?|SOURCEVERSION(?:MESSAGE|AUTHOR)?|SOURCESDIRECTORY)$/,
  // `##vso[…]` anywhere, `##[…]` at the start of a line.
  logMarkers: [[/#(?=#(?:vso)?\[)/gi, "# "]],
  readable: readableSubject,
  isOpenToAnybody: () => false,
  advise: () => Promise.resolve(void 0),
  // Tokens of service connections at the Entra issuer have its own identifier as audience.
  ownAudiences: [ENTRA_ISSUER_AUDIENCE],
  entraNotes: {
    issuer: "After an Azure DevOps connection was converted, the issuer is https://login.microsoftonline.com/<tenant>/v2.0.",
    signature: ""
  },
  async explain({ field, presented }) {
    const { azureDevOpsHint } = await import("./hints-P5OVKBSS.js");
    return { remedy: azureDevOpsHint(field, subjectKind(presented.subject)) };
  }
};

// core/ci/index.ts
var DIALECTS = [GITHUB, AZURE_DEVOPS];

// core/ci/inputs/pass-env.ts
var NAME = /^[A-Z_][\w()]*$/i;
var SETTINGS_OF_THE_CLI = /^DATABRICKS_(?:RATE_LIMIT$|TF_|CLI_(?:DISABLE_)?TELEMETRY|BUNDLE_(?:ENGINE|RESTRICTED_CODE_EXECUTION|RETRY_INTERVAL_MS|HTTP_TIMEOUT_SECONDS|RESOURCE_MAX_WAIT)$)/;
var OTHER_CREDENTIAL = "a credential of another kind than the federated one: the bundle could use it instead";
var FAMILIES = [
  [/^DATABRICKS_/, "set by this step, or another way to choose host, identity, target or state"],
  [/^ARM_|^(?:IDENTITY|MSI)_|^AZURE_(?:CLIENT_|FEDERATED_|USERNAME|PASSWORD|CREDENTIALS)/, OTHER_CREDENTIAL],
  [/^AZURE_(?:TENANT_ID|CONFIG_DIR|AUTHORITY_HOST)$/, OTHER_CREDENTIAL],
  [/^AWS_(?!(?:DEFAULT_)?REGION$)/, OTHER_CREDENTIAL],
  [/^(?:GOOGLE|GCLOUD|CLOUDSDK|GCP)_/, OTHER_CREDENTIAL],
  [/^VAULT_TOKEN/, OTHER_CREDENTIAL]
];
function parsePassEnv(text2, dialects = DIALECTS) {
  const families = [...dialects.flatMap(({ credentials }) => credentials), ...FAMILIES];
  const names = [...new Set(text2.split(/[\s,]+/).filter((name) => name !== ""))];
  const refused = names.flatMap((name) => {
    const reason = reasonAgainst(name, families);
    return reason === void 0 ? [] : [`${JSON.stringify(name.slice(0, 60))} is ${reason}`];
  });
  if (refused.length === 0) return names;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not names of variables that may be passed on",
    expected: "names of variables, no credentials of an identity, separated by white space or commas",
    actual: refused.join("; "),
    remedy: "Take them out. The step's own identity is all that the CLI and the bundle's code need."
  });
}
function isPassable(name, dialects = DIALECTS) {
  return reasonAgainst(name, [...dialects.flatMap(({ credentials }) => credentials), ...FAMILIES]) === void 0;
}
function reasonAgainst(name, families) {
  if (!NAME.test(name)) return "no name of a variable";
  const folded = name.toUpperCase();
  if (SETTINGS_OF_THE_CLI.test(folded)) return void 0;
  return families.find(([family]) => family.test(folded))?.[1];
}

// core/base/commands.ts
var COMMANDS = [
  {
    name: "deploy",
    summary: "plans and deploys the bundle",
    changes: true,
    needs: { bundle: true, cli: true, access: true, scan: true, service: "step" }
  },
  {
    name: "plan",
    summary: "shows what a deployment would change and changes nothing",
    changes: false,
    needs: { bundle: true, cli: true, access: true, scan: true, service: "step" }
  },
  {
    name: "run",
    summary: "runs a job, pipeline, app or script of the deployed bundle",
    changes: true,
    needs: { bundle: true, cli: true, access: false, scan: false, service: "step" }
  },
  {
    name: "destroy",
    summary: "removes the deployment",
    changes: true,
    needs: { bundle: true, cli: true, access: true, scan: false, service: "step" }
  },
  {
    name: "access",
    summary: "registers, withdraws and sweeps the access of the deployed jobs, as the registrar, and runs no code of the bundle",
    changes: true,
    needs: { bundle: true, cli: false, access: true, scan: false, service: "none" }
  },
  {
    name: "login",
    summary: "gives every later step of the job (CLI, SDKs, Terraform) a session that renews itself; it needs no bundle",
    changes: true,
    needs: { bundle: false, cli: false, access: false, scan: false, service: "job" }
  }
];

// core/base/exchanges.ts
var EXCHANGES = [
  {
    name: "databricks",
    title: "Databricks",
    trust: "a federation policy of the service principal",
    tenant: false,
    asksWorkspace: true,
    forAccount: false,
    exactSubject: true
  },
  {
    name: "entra",
    title: "Microsoft Entra ID",
    trust: "a federated identity credential in Entra ID",
    tenant: true,
    asksWorkspace: false,
    forAccount: true,
    exactSubject: void 0
  }
];

// core/ci/inputs/job-environment.ts
import path from "node:path";
var TARGET = ["DATABRICKS_BUNDLE_TARGET", "DATABRICKS_BUNDLE_ENV"];
var ROOT = ["DATABRICKS_BUNDLE_ROOT"];
var VARIABLE = "BUNDLE_VAR_";
function bundleFromEnvironment(ci, environment) {
  const mistakes = [];
  const variables = [];
  const folder = (text2) => path.resolve(ci.context.checkout, text2);
  const take = (input, names, meaning) => {
    const set = names.flatMap((name) => {
      const value = environment[name]?.trim() ?? "";
      return value === "" ? [] : [[name, value]];
    });
    const [first] = set;
    if (!first) return void 0;
    const written = ci.input(input);
    const label = ci.inputLabel(input);
    const [source, wanted] = written === "" ? [`\`${first[0]}\``, first[1]] : [`the input \`${label}\``, written];
    const others = set.filter(([, value]) => meaning(value) !== meaning(wanted));
    for (const [name, value] of others)
      mistakes.push({
        problem: `\`${name}\` in the job's environment says something else than ${source}.`,
        expected: quote(wanted),
        actual: quote(value),
        remedy: `Take \`${name}\` out of the job, or give both the same value: the Databricks CLI would heed it, this step takes the input \`${label}\`.`
      });
    if (written !== "" || others.length > 0) return void 0;
    variables.push(first[0]);
    return first[1];
  };
  const target = take("target", TARGET, (text2) => text2);
  const bundleRoot = take("bundle-root", ROOT, folder);
  const values = { ...target !== void 0 && { target }, ...bundleRoot !== void 0 && { bundleRoot } };
  return { values, variables, mistakes };
}
function unresolvedVariables(ci, environment) {
  return Object.entries(environment).flatMap(
    ([name, value]) => name.startsWith(VARIABLE) && value !== void 0 ? leftOver(`\`${name}\` in the job's environment`, value, ci) : []
  );
}
function unresolved(name, text2, ci) {
  if (name === "azure-subscription") return [];
  return leftOver(`Input \`${ci.inputLabel(name)}\``, text2, ci);
}
function leftOver(where, text2, { dialect }) {
  const found = /* @__PURE__ */ new Map();
  for (const [pattern, why] of dialect.expressions) {
    for (const [expression] of text2.matchAll(pattern)) if (!found.has(expression)) found.set(expression, why);
  }
  return [...found].map(([expression, why]) => ({
    problem: `${where} holds \`${quote(expression)}\`, which has no value in this job.`,
    expected: "a text in which nothing is left of the CI's own expressions",
    actual: quote(expression),
    remedy: why
  }));
}

// core/ci/inputs/cli-values.ts
import { fileURLToPath } from "node:url";
function parseCliVersion(text2) {
  if (/^(?:0|[1-9]\d{0,3})(?:\.(?:0|[1-9]\d{0,3})){2}$/.test(text2)) return text2;
  throw mistake2(
    "not a version of the Databricks CLI",
    "one exact version, such as 1.9.0 (no `v`, no range)",
    text2
  );
}
function parseSha256(text2) {
  if (/^[\da-f]{64}$/i.test(text2)) return text2.toLowerCase();
  throw mistake2("not a SHA-256", "64 hexadecimal digits", text2);
}
function parseCliMirror(text2) {
  const trimmed = text2.trim();
  if (hasControlCharacter(trimmed)) throw mirrorMistake(trimmed, "it holds a control character");
  if (/^(?:\/|[a-z]:[\\/]|\\\\)/i.test(trimmed)) return { kind: "folder", path: trimmed };
  const url = URL.canParse(trimmed) ? new URL(trimmed) : void 0;
  if (url?.protocol === "file:") return { kind: "folder", path: folderOf(url, trimmed) };
  if (!url || !/^https?:\/\//i.test(trimmed)) throw mirrorMistake(trimmed, "it is neither");
  if (url.username !== "" || url.password !== "")
    throw mirrorMistake(trimmed, "it holds a user or a password");
  if (/[?#]/.test(trimmed)) throw mirrorMistake(trimmed, "it has a query or a fragment");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) throw mirrorMistake(trimmed, "it is not https");
  return { kind: "url", base: `${url.origin}${url.pathname}`.replace(/\/+$/, "") };
}
function folderOf(url, text2) {
  const windows = url.hostname !== "" || /^\/[a-z]:\//i.test(url.pathname);
  try {
    const path3 = fileURLToPath(url, { windows });
    if (!hasControlCharacter(path3)) return path3;
  } catch {
  }
  throw mirrorMistake(text2, "its path cannot be a folder");
}
function hasControlCharacter(text2) {
  return new RegExp("\\p{Cc}", "u").test(text2);
}
function mirrorMistake(text2, odd) {
  return mistake2(
    `not a mirror: ${odd}`,
    "an https URL without user and query, or the absolute path of a folder; files lie under it as v<version>/<file>",
    text2
  );
}
function mistake2(problem, expected, text2) {
  return new SecretlessError("INPUT_INVALID", { problem, expected, actual: redact(text2).slice(0, 200) });
}

// core/ci/inputs/choices.ts
function choice(rows) {
  const choices = rows.map(({ name }) => name);
  const parse2 = (text2) => {
    const row = rows.find(({ name }) => name === text2);
    if (row) return row;
    throw new SecretlessError("INPUT_INVALID", {
      problem: "none of its choices",
      expected: `one of: ${choices.join(", ")}`,
      actual: text2,
      remedy: [...meant(text2, choices), "Write one of them, as it stands there."].join(" ")
    });
  };
  return { choices, parse: parse2 };
}
var { parse } = choice([{ name: "true" }, { name: "false" }]);
var FLAG = { flag: true, parse: (text2) => parse(text2).name === "true" };
function lowerCase(text2) {
  return text2.toLowerCase();
}

// core/ci/inputs/approval.ts
var KINDS = [
  ...["alerts", "apps", "catalogs", "clusters", "dashboards", "database_catalogs", "database_instances"],
  ...["experiments", "external_locations", "genie_spaces", "instance_pools", "job_runs", "jobs"],
  ...["model_serving_endpoints", "models", "pipelines", "postgres_branches", "postgres_catalogs"],
  ...[
    "postgres_databases",
    "postgres_endpoints",
    "postgres_projects",
    "postgres_roles",
    "postgres_synced_tables"
  ],
  ...["quality_monitors", "registered_models", "schemas", "secret_scopes", "secrets", "sql_warehouses"],
  ...["synced_database_tables", "vector_search_endpoints", "vector_search_indexes", "volumes"]
];
function parseApproval(text2) {
  if (text2 === "true" || text2 === "false") return { covers: () => text2 === "true" };
  const kinds = text2.split(/[\s,]+/).filter((kind) => kind !== "");
  const unknown = kinds.filter((kind) => !KINDS.includes(kind));
  if (unknown.length === 0 && kinds.length > 0)
    return { covers: (resource) => kinds.includes(resource.slice(0, Math.max(resource.indexOf("."), 0))) };
  throw new SecretlessError("INPUT_INVALID", {
    problem: "neither a choice nor kinds of resources",
    expected: `\`true\`, \`false\`, or kinds of resources as the bundle names them, such as \`jobs, schemas\`: ${KINDS.join(", ")}`,
    actual: unknown.length === 0 ? text2 : unknown.join(", "),
    remedy: [
      ...unknown.slice(0, 3).flatMap((kind) => meant(kind, KINDS)),
      "Write the kinds as the bundle does."
    ].join(" ")
  });
}

// core/ci/inputs/values.ts
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
var NAME2 = /^[A-Za-z_][\w-]*$/;
var PARAMETER = /^[\w.-]+$/;
var MAX_VALUE = 1e4;
function parseNameValueLines(text2) {
  return nameValueLines(text2, NAME2, "letters, digits, _ and - (not first)");
}
function parseParameterLines(text2) {
  return nameValueLines(text2, PARAMETER, "letters, digits, _, - and dots");
}
function parseLines(text2) {
  return text2.split(/\r?\n/).filter((line) => line.trim() !== "");
}
function namesOf(form, wanted) {
  return (text2) => {
    const names = text2.split(/[,\r\n]/).flatMap((name) => name.trim() || []);
    const wrong = names.filter((name) => !form.test(name));
    if (wrong.length === 0) return names;
    throw new SecretlessError("INPUT_INVALID", {
      problem: "not a list of names",
      expected: `${wanted}, one a line or set apart by commas`,
      actual: wrong.map((name) => JSON.stringify(name.slice(0, 60))).join(", ")
    });
  };
}
function nameValueLines(text2, form, letters) {
  const found = /* @__PURE__ */ new Map();
  const wrong = [];
  for (const [index, raw] of text2.split(/\r?\n/).entries()) {
    if (raw.trim() === "") continue;
    const where = `line ${String(index + 1)}`;
    const equals = raw.indexOf("=");
    const name = raw.slice(0, Math.max(equals, 0)).trim();
    if (equals < 0) wrong.push(`${where} has no "="`);
    else if (!form.test(name)) wrong.push(`${where}: ${JSON.stringify(name.slice(0, 60))} is not a name`);
    else if (found.has(name)) wrong.push(`${where}: ${name} is given twice`);
    else if (raw.length - equals - 1 > MAX_VALUE)
      wrong.push(`${where}: the value of ${name} has over ${String(MAX_VALUE)} characters`);
    else found.set(name, raw.slice(equals + 1).replace(/\r$/, ""));
  }
  if (wrong.length === 0) return Object.fromEntries(found);
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not name=value lines",
    expected: `one name=value a line, each name once: ${letters}`,
    actual: wrong.join("; "),
    ...wrong.some((one) => one.endsWith('"="')) && {
      remedy: "Each line is one value. For one of several lines use `BUNDLE_VAR_<name>` in the step's environment, or `variables-file`."
    }
  });
}

// core/ci/inputs/deploy-inputs.ts
var DEPLOY_INPUTS = {
  select: {
    description: "Keys of resources (`nightly`, `jobs.nightly`), one a line: only these and what they refer to are planned and deployed; files of the bundle are uploaded all the same. Needs the CLI's direct engine.",
    many: true,
    parse: namesOf(/^\w[\w-]*(?:\.[\w-]+)?$/, "keys of resources such as nightly or jobs.nightly"),
    for: ({ needs }) => needs.scan,
    refusedElsewhere: true,
    form: { label: "Only these resources", group: "bundle" }
  },
  "fail-on-active-runs": {
    description: "For `deploy`: `true` deploys nothing while a job or pipeline of the deployment is running.",
    default: "false",
    ...FLAG,
    for: ({ name }) => name === "deploy",
    refusedElsewhere: true,
    form: { label: "Fail while something is running", group: "bundle" }
  }
};

// core/ci/inputs/run-inputs.ts
var run = {
  for: ({ name }) => name === "run",
  refusedElsewhere: true
};
function list(kind, label) {
  const description = `For \`run\`: parameters of ${kind}, one a line; blank lines are skipped.`;
  return { ...run, description, many: true, parse: parseLines, form: { label, group: "run" } };
}
function map(kind, label, parse2 = parseParameterLines) {
  const description = `For \`run\`: parameters of ${kind}, one \`name=value\` a line.`;
  return { ...run, description, many: true, parse: parse2, form: { label, group: "run" } };
}
function tables(what, label) {
  return {
    ...run,
    description: `For \`run\` of a pipeline: ${what}, one a line.`,
    many: true,
    parse: namesOf(/^[^\s,"][^,"]*$/, "names of tables"),
    form: { label, group: "run" }
  };
}
var { default: no, ...flag } = { ...run, ...FLAG, default: "false" };
function whole(what, label) {
  return {
    ...flag,
    default: no,
    description: `For \`run\` of a pipeline: \`true\` ${what}.`,
    excludes: ["refresh", "full-refresh", "refresh-all", "full-refresh-all", "validate-only"],
    form: { label, group: "run" }
  };
}
function parsePipelineParameters(text2) {
  const found = parseParameterLines(text2);
  const { full_refresh: value = "true", ...others } = found;
  if (Object.keys(others).length === 0 && /^(?:true|false)$/.test(value)) return found;
  throw new SecretlessError("INPUT_INVALID", {
    problem: "not what pipeline tasks take",
    expected: "full_refresh=true or full_refresh=false",
    actual: Object.keys(others).join(", ") || `full_refresh=${value}`
  });
}
var RUN_INPUTS = {
  resource: {
    description: "For `run`: key of the job, pipeline, app or script in the bundle.",
    expected: "the key of a job, pipeline, app or script in the bundle",
    pattern: /^\w[\w-]*(?:\.[\w-]+)?$/,
    for: ({ name }) => name === "run",
    neededBy: ["run"],
    form: { label: "Job, pipeline, app or script", group: "run" }
  },
  "run-parameters": {
    description: "For `run`: job parameters, one `name=value` a line.",
    many: true,
    parse: parseParameterLines,
    for: ({ name }) => name === "run",
    form: { label: "Job parameters", group: "run" }
  },
  wait: {
    description: "For `run`: `true` waits for the end of the run and fails if it fails.",
    default: "true",
    ...FLAG,
    for: ({ name }) => name === "run",
    form: { label: "Wait for the end of the run", group: "run" }
  },
  restart: {
    ...flag,
    default: no,
    description: "For `run`: `true` cancels what is running of the job or pipeline first.",
    form: { label: "Cancel what is running", group: "run" }
  },
  only: {
    ...run,
    description: "For `run` of a job: keys of the tasks to run, one a line; `+key` with those before it, `key+` with those after it.",
    many: true,
    parse: namesOf(/^\+?\w[\w.-]*\+?$/, "keys of tasks such as ingest, +ingest or ingest+"),
    form: { label: "Only these tasks", group: "run" }
  },
  "python-params": list("Python tasks", "Parameters of Python tasks"),
  "python-named-params": map("Python wheel tasks", "Named parameters of wheel tasks"),
  "notebook-params": map("notebook tasks", "Parameters of notebooks"),
  "sql-params": map("SQL tasks", "Parameters of SQL tasks"),
  "jar-params": list("JAR tasks", "Parameters of JAR tasks"),
  "spark-submit-params": list("Spark submit tasks", "Parameters of Spark submit tasks"),
  "dbt-commands": {
    ...list("dbt tasks", "Commands of dbt tasks"),
    description: "For `run`: commands of dbt tasks, one a line."
  },
  "pipeline-params": {
    ...map("pipeline tasks", "Parameters of pipeline tasks", parsePipelineParameters),
    description: "For `run`: `full_refresh=true` for the pipeline tasks of a job."
  },
  refresh: tables("tables to update", "Tables to update"),
  "full-refresh": tables("tables to reset and compute anew", "Tables to compute anew"),
  "refresh-all": whole("updates all tables", "Update all tables"),
  "full-refresh-all": whole("resets all tables and computes them anew", "Compute all tables anew"),
  "validate-only": whole("only checks its code and updates nothing", "Only check the pipeline")
};

// core/ci/inputs/table.ts
var SCAN_MODES = ["block", "warn", "off"];
function checked(parse2) {
  return (text2) => {
    parse2(text2);
    return text2;
  };
}
function inputTable(commands, exchanges) {
  return {
    command: {
      description: `${commands.map(({ name, summary }) => `\`${name}\` ${summary}`).join("; ")}.`,
      default: commands[0]?.name ?? "",
      ...choice(commands),
      form: { label: "Command", required: true }
    },
    host: {
      description: "URL of the approved workspace. It is never taken from the bundle; a bundle that names another is refused.",
      required: true,
      expected: "the URL of the workspace, such as https://adb-1234567890123456.7.azuredatabricks.net",
      parse: parseWorkspaceUrl,
      form: {
        label: "Workspace URL",
        more: "Write it as in the browser's address bar, without what follows the host: https://adb-1234567890123456.7.azuredatabricks.net"
      }
    },
    "azure-subscription": {
      description: "A service connection with workload identity federation; one with a secret, a certificate or the agent's managed identity is refused. Client ID and tenant come from it. Without a connection the pipeline's own identity is used, and `clientId` is needed.",
      cis: ({ connections }) => connections,
      form: {
        label: "Azure Resource Manager connection",
        group: "identity",
        type: "connectedService:AzureRM"
      }
    },
    "client-id": {
      description: "Application ID of the service principal that deploys.",
      required: true,
      expected: "the application ID (a UUID) of the service principal, not its name and not its numeric ID",
      pattern: UUID,
      parse: lowerCase,
      form: {
        label: "Client ID",
        group: "identity",
        required: false,
        more: "With a connection it may be left out: then it is the connection's. Without one, this service principal needs a federation policy for the pipeline, with the subject p://&lt;organisation&gt;/&lt;project&gt;/&lt;pipeline&gt;."
      }
    },
    exchange: {
      description: `Who exchanges the ID token: ${exchanges.map(({ name, trust }) => `\`${name}\` (${trust})`).join(" or ")}.`,
      default: exchanges[0]?.name ?? "",
      ...choice(exchanges),
      form: {
        label: "Exchange",
        group: "identity",
        open: true,
        more: "With `azureSubscription` the default is `entra`."
      }
    },
    "tenant-id": {
      description: "Entra tenant, for `exchange: entra`.",
      expected: "the ID (a UUID) or a domain of the Entra tenant that the service principal is in, not `common`, `organizations` or `consumers`: an application has no tenant of its own there (AADSTS50194)",
      pattern: /^(?!(?:common|organizations|consumers)$)[\da-z](?:[\da-z.-]{0,253}[\da-z])?$/i,
      form: {
        label: "Tenant ID",
        group: "identity",
        visibleRule: "exchange = entra",
        more: "With `azureSubscription` it comes from the connection."
      }
    },
    audience: {
      description: "Audience of the ID token, if it is not the default of the exchange.",
      cis: ({ choosesAudience }) => !choosesAudience
    },
    "bundle-root": {
      description: "Folder of `databricks.yml`, relative to the checkout.",
      default: ".",
      form: { label: "Bundle folder", group: "bundle" }
    },
    target: {
      description: "Target of the bundle; if absent, that of `DATABRICKS_BUNDLE_TARGET` or `DATABRICKS_BUNDLE_ENV` in the job's environment, else the bundle's own default.",
      form: { label: "Target", group: "bundle" }
    },
    variables: {
      description: "Bundle variables, one `name=value` a line; a value of several lines goes into `BUNDLE_VAR_<name>` of the step's environment, or into `variables-file`.",
      many: true,
      parse: parseNameValueLines,
      form: { label: "Bundle variables", group: "bundle" }
    },
    "variables-file": {
      description: "File with more values of bundle variables (YAML or JSON, a mapping of names to values), relative to the checkout or absolute; takes complex values and values of several lines.",
      for: ({ needs }) => needs.bundle,
      form: { label: "File of bundle variables", group: "bundle" }
    },
    "auto-approve": {
      description: "`true` allows a deployment that deletes or recreates resources, and `destroy`; kinds of resources (`jobs, schemas`) allow it for these alone.",
      default: "false",
      parse: parseApproval,
      for: ({ changes, needs }) => changes && needs.cli && needs.access,
      form: { label: "Approve what deletes or recreates", group: "bundle" }
    },
    "access-file": {
      description: "What each job may reach at run time, relative to the checkout; if absent, `access.yml` beside `databricks.yml`, if there is one.",
      for: ({ needs }) => needs.access,
      form: { label: "Access file", group: "bundle" }
    },
    "policy-file": {
      description: "What may be granted at all, relative to the checkout or absolute; best kept where those who edit the bundle cannot change it.",
      for: ({ needs }) => needs.access,
      form: { label: "Policy file", group: "bundle" }
    },
    "audit-log": {
      description: "File that the audit events are appended to (JSON Lines, OCSF); if absent, a new one in the CI's temporary folder. It is there until the job ends.",
      form: { label: "Audit log", group: "bundle" }
    },
    ...DEPLOY_INPUTS,
    ...RUN_INPUTS,
    scan: {
      description: "Static credentials in what would be uploaded: `block` stops before anything is uploaded, `warn` shows them, `off` does not look.",
      default: "block",
      ...choice(SCAN_MODES.map((name) => ({ name }))),
      for: ({ needs }) => needs.scan,
      form: { label: "Scan for static credentials", group: "guards" }
    },
    "sarif-file": {
      description: "For `deploy` and `plan`: file for the findings of the scan (SARIF 2.1.0), relative to the checkout; written also when they stop the run.",
      for: ({ needs }) => needs.scan,
      form: { label: "SARIF file", group: "guards" }
    },
    "workspace-id": {
      description: "Guard: stop if the workspace has another ID.",
      expected: "the numeric workspace ID",
      pattern: /^\d{1,20}$/,
      form: { label: "Workspace ID", group: "guards" }
    },
    "account-id": {
      description: "Guard: stop if the workspace belongs to another account.",
      expected: "the account ID (a UUID)",
      pattern: UUID,
      parse: lowerCase,
      form: { label: "Account ID", group: "guards" }
    },
    "lock-timeout": {
      description: "How long to wait for another deployment of the same bundle and target to end.",
      default: "10m",
      parse: parseDuration,
      form: { label: "Wait for another deployment", group: "guards" }
    },
    "plan-timeout": {
      description: "Limit for each command of the Databricks CLI that only reads (plan, summary), such as `10m`; build commands of the bundle run in it.",
      default: "10m",
      parse: parseDuration,
      form: { label: "Timeout of a plan", group: "guards" }
    },
    timeout: {
      description: "Limit for the whole step, such as `90m` or `6h`.",
      default: "6h",
      parse: parseDuration,
      form: { label: "Timeout", group: "guards" }
    },
    "login-timeout": {
      description: "For `login`: how long later steps get tokens, such as `2h`; if absent, until the job ends.",
      parse: parseDuration,
      for: ({ needs }) => needs.service === "job",
      form: { label: "Timeout of the session", group: "guards" }
    },
    "pass-env": {
      description: "Names of further variables for the CLI and the bundle's build commands, one a line; credentials of the CI, of Databricks and of clouds are refused.",
      many: true,
      parse: (text2) => parsePassEnv(text2),
      form: { label: "Variables for the CLI and the build", group: "cli" }
    },
    "cli-version": {
      description: "Exact version of the Databricks CLI to install; if absent, the one on `PATH`, else a pinned one.",
      parse: checked(parseCliVersion),
      form: { label: "CLI version", group: "cli" }
    },
    "cli-mirror": {
      description: "Where release archives are taken from: an https URL or a folder, laid out as the release site.",
      parse: checked(parseCliMirror),
      form: { label: "CLI mirror", group: "cli" }
    },
    "cli-sha256": {
      description: "SHA-256 of the archive, for a version that is not in the pinned table.",
      parse: checked(parseSha256),
      form: { label: "SHA-256 of the archive", group: "cli" }
    }
  };
}
var INPUTS = inputTable(COMMANDS, EXCHANGES);
var INPUT_NAMES = Object.keys(INPUTS);

// core/ci/inputs/inputs.ts
function parseInputs(ci, table = INPUTS, environment = {}) {
  const { connection, noConnection } = readConnection(ci);
  const reader = new InputReader(ci, table, noConnection ? ["client-id"] : []);
  if (connection) {
    const exchange2 = EXCHANGES.find(({ tenant }) => tenant);
    reader.fallBack({ "client-id": connection.clientId, "tenant-id": connection.tenantId, exchange: exchange2 });
  }
  const values = reader.readAll();
  const { command, exchange, host, workspaceId } = values;
  const needed = (name) => {
    if (reader.isMissing(name)) reader.missing(name);
  };
  if (!noConnection && exchange?.tenant) needed("tenant-id");
  for (const [name, { neededBy = [] }] of Object.entries(table)) {
    const names = neededBy;
    if (command && names.includes(command.name)) needed(name);
  }
  if (command) reader.refuseOthers(command);
  reader.refuseClashes();
  const { mistakes } = reader;
  const given = command?.needs.bundle === true ? bundleFromEnvironment(ci, environment) : void 0;
  mistakes.push(...given?.mistakes ?? []);
  if (command?.needs.bundle === true) mistakes.push(...unresolvedVariables(ci, environment));
  const inUrl = host?.workspaceId;
  if (inUrl !== void 0 && workspaceId !== void 0 && inUrl !== workspaceId) {
    const wanted = `${inUrl}, the workspace ID in the URL of \`${ci.inputLabel("host")}\``;
    reader.wrong("workspace-id", wanted, workspaceId);
  }
  if (noConnection) {
    if (mistakes.length === 0) throw noConnection;
    mistakes.push(noConnection.details);
  }
  if (mistakes.length > 0) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: mistakes.length === 1 ? "One input is not right." : `${String(mistakes.length)} inputs are not right.`,
      remedy: "Correct them in the pipeline file; nothing was requested or changed.",
      mistakes
    });
  }
  const all = values;
  return {
    ...all,
    ...given?.values,
    fromEnvironment: given?.variables ?? [],
    host: all.host.origin,
    workspaceId: all.workspaceId ?? all.host.workspaceId,
    accountId: all.accountId ?? all.host.accountId,
    scan: all.scan.name
  };
}
function readConnection(ci) {
  try {
    return { connection: ci.connection() };
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    return { noConnection: error };
  }
}
var InputReader = class {
  mistakes = [];
  #ci;
  #table;
  #excused;
  #absent = /* @__PURE__ */ new Set();
  #fallbacks = {};
  constructor(ci, table, excused) {
    this.#ci = ci;
    this.#table = table;
    this.#excused = excused;
  }
  /** Values for inputs that the user leaves out; they go before the defaults. */
  fallBack(values) {
    this.#fallbacks = values;
  }
  readAll() {
    const own = Object.entries(this.#table).filter(([, { cis }]) => cis?.(this.#ci.dialect) ?? true);
    return Object.fromEntries(own.map(([name, entry]) => [camelCase(name), this.#read(name, entry)]));
  }
  isMissing(name) {
    return this.#absent.has(name);
  }
  missing(name) {
    if (!this.#absent.delete(name)) return;
    this.wrong(name, this.#table[name]?.expected ?? "a value", "", this.#ci.dialect.whyEmpty);
  }
  wrong(name, expected, actual, remedy) {
    this.mistakes.push({
      problem: `Input \`${this.#ci.inputLabel(name)}\` ${actual === "" ? "is missing" : "cannot be used"}.`,
      expected,
      actual: actual === "" ? "nothing" : actual,
      remedy: remedy ?? "Write what is wanted into the pipeline file, or into the variable that it comes from."
    });
  }
  /** Inputs of other commands that this one would not heed. */
  refuseOthers(command) {
    for (const [name, { for: isFor, refusedElsewhere = false }] of Object.entries(this.#table)) {
      if (!refusedElsewhere || isFor?.(command) !== false || !this.#isGiven(name)) continue;
      const commands = COMMANDS;
      const others = commands.flatMap((one) => isFor(one) ? [`\`${one.name}\``] : []);
      this.mistakes.push({
        problem: `Input \`${this.#ci.inputLabel(name)}\` is not for \`command: ${command.name}\`, which would pass over it.`,
        expected: `it with ${others.join(" or ")} alone`,
        actual: this.#ci.input(name).slice(0, 100),
        remedy: "Take it out of this step, or correct the command."
      });
    }
  }
  /** Inputs that contradict each other; each pair is told once. */
  refuseClashes() {
    const told = /* @__PURE__ */ new Set();
    for (const [name, { excludes = [] }] of Object.entries(this.#table))
      for (const other of excludes) {
        if (other === name || told.has(other) || !this.#isGiven(name) || !this.#isGiven(other)) continue;
        told.add(name);
        const [label, otherLabel] = [name, other].map((one) => this.#ci.inputLabel(one));
        this.mistakes.push({
          problem: `Inputs \`${label ?? ""}\` and \`${otherLabel ?? ""}\` contradict each other.`,
          expected: "one of them",
          actual: "both",
          remedy: "Take one of them out of the step."
        });
      }
  }
  /** Whether the step says something by it: what stands there as the default does not count. */
  #isGiven(name) {
    const text2 = this.#ci.input(name);
    return text2.trim() !== "" && text2 !== this.#table[name]?.default;
  }
  #read(name, entry) {
    const { pattern, expected = "", many, required } = entry;
    const written = this.#ci.input(name);
    const fallback = this.#fallbacks[name];
    if (written === "" && fallback !== void 0 && fallback !== "") return fallback;
    const text2 = written === "" ? entry.default ?? "" : written;
    if (text2 === "" && many !== true) {
      this.#absent.add(name);
      if (required && !this.#excused.includes(name)) this.missing(name);
      return void 0;
    }
    const left = written === "" ? [] : unresolved(name, written, this.#ci);
    if (left.length > 0) {
      this.mistakes.push(...left);
      return void 0;
    }
    if (pattern?.test(text2) === false) {
      this.wrong(name, expected, text2);
      return void 0;
    }
    return this.#parse(name, entry, text2);
  }
  #parse(name, { parse: parse2 }, text2) {
    try {
      return parse2 ? parse2(text2) : text2;
    } catch (error) {
      if (!(error instanceof SecretlessError)) throw error;
      const { problem, expected = "", actual = problem, remedy } = error.details;
      this.wrong(name, expected, actual, remedy);
      return void 0;
    }
  }
};
function camelCase(name) {
  return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

// core/ci/safe-for-log.ts
var ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])?/g;
var CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;
function harmless(line, dialects = DIALECTS) {
  return dialects.flatMap(({ logMarkers }) => logMarkers).reduce(
    (text2, [marker, broken]) => text2.replace(marker, broken),
    withoutBidi(line.replace(ESCAPE_SEQUENCE, "")).replace(CONTROL, " ")
  );
}
function harmlessLines(text2) {
  return text2.split(/\r\n|\r|\n/).map((line) => harmless(line));
}

// core/ci/redacting-ci.ts
function redactingCi(ci) {
  const clean = (text2) => redact(harmlessLines(text2).join("\n"));
  return {
    dialect: ci.dialect,
    context: ci.context,
    cancelled: ci.cancelled,
    input: (name) => ci.input(name),
    inputLabel: (name) => ci.inputLabel(name),
    connection: () => ci.connection(),
    ...ci.fixedAudience !== void 0 && { fixedAudience: ci.fixedAudience },
    idToken: (audience, signal) => ci.idToken(audience, signal),
    pipelineToken: (signal) => ci.pipelineToken(signal),
    mask: (value) => {
      registerSecret(value);
      ci.mask(value);
    },
    info: (line) => ci.info(clean(line)),
    debug: (line) => ci.debug(clean(line)),
    annotate: (level, text2, place) => ci.annotate(level, clean(text2), place && { ...place, file: clean(place.file) }),
    group: (title, body) => ci.group(clean(title), body),
    output: (name, value) => ci.output(name, redact(value)),
    // Its value is for programs; whatever of it is secret was masked before.
    exportVariable: (name, value) => ci.exportVariable(name, value),
    summary: (markdown) => ci.summary(redact(withoutBidi(markdown))),
    saveState: (name, value) => ci.saveState(name, value)
  };
}

// core/net/server-time.ts
var LEAST = 5e3;
var ServerTime = class {
  #clock;
  #ahead;
  /** @param ahead milliseconds by which the servers are ahead of this machine, as far as it is known */
  constructor(clock, ahead = 0) {
    this.#clock = clock;
    this.#ahead = ahead;
  }
  /** Milliseconds by which the servers are ahead of this machine; 0 if the difference is none to speak of. */
  get ahead() {
    return this.#ahead;
  }
  /** Milliseconds since the epoch. */
  now() {
    return this.#clock.now() + this.#ahead;
  }
  /** `send` that learns from each answer. */
  measuring(send) {
    return async (request) => {
      const sent = this.#clock.now();
      const response = await send(request);
      const date = Date.parse(response.headers["date"] ?? "");
      const came = this.#clock.now();
      if (Number.isNaN(date) || came < sent) return response;
      const [least, most] = [date - came, date + 1e3 - sent];
      this.#ahead = least >= LEAST || most <= -LEAST ? most : 0;
      return response;
    };
  }
};

// core/base/checkout-file.ts
import * as fs from "node:fs/promises";
import path2 from "node:path";
var FILE_LIMIT = 1e6;
var RefusedFile = class extends Error {
  name = "RefusedFile";
};
var DanglingLink = class extends RefusedFile {
  constructor() {
    super("is a link that leads nowhere");
  }
};
var OUTSIDE = "leads out of the checkout";
var CHANGED = "was exchanged for another one while it was read";
async function readCheckoutFile(file, bounds) {
  const { checkout, platform, port = fs } = bounds;
  const real = await realOf(file, port);
  if (real === void 0) return void 0;
  const root = await port.realpath(checkout);
  const isOurs = (one) => isInside(one, root, platform);
  if (!isOurs(real)) throw new RefusedFile(OUTSIDE);
  if (inGitFolder(path2.relative(root, real))) throw new RefusedFile("leads into a folder .git");
  const { bytes, names, place } = await readRegular(real, bounds);
  if (await realOf(file, port) !== real || place !== void 0 && !isOurs(place))
    throw new RefusedFile(CHANGED);
  if (names > 1n)
    throw new RefusedFile("has a second name (a hard link), which may be that of a file elsewhere");
  return bytes;
}
async function readCheckoutText(file, bounds) {
  const bytes = await readCheckoutFile(file, bounds);
  return bytes && textOf(bytes);
}
async function readNamedFile(file, options = {}) {
  const real = await realOf(file, options.port ?? fs);
  return real === void 0 ? void 0 : (await readRegular(real, options)).bytes;
}
function textOf(bytes) {
  try {
    const text2 = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text2.includes("\0")) return text2;
  } catch {
  }
  throw new RefusedFile("is not UTF-8 text");
}
async function realOf(file, port) {
  try {
    return await port.realpath(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ELOOP") throw new RefusedFile("is a link that leads in a circle");
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    const found = await port.lstat(file).catch(() => void 0);
    if (found?.isSymbolicLink() === true) throw new DanglingLink();
    return void 0;
  }
}
async function readRegular(real, { limit = FILE_LIMIT, port = fs }) {
  const expected = await port.lstat(real, { bigint: true });
  checkKind(expected, limit);
  const { O_RDONLY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = port.constants;
  const handle = await port.open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error) => {
    throw codeOf(error) === "ELOOP" ? new RefusedFile(CHANGED) : error;
  });
  try {
    const found = await handle.stat({ bigint: true });
    checkKind(found, limit);
    if (found.ino !== expected.ino || found.dev !== expected.dev) throw new RefusedFile(CHANGED);
    const place = await port.readlink(`/proc/self/fd/${handle.fd}`).catch(() => void 0);
    const buffer = Buffer.alloc(Math.max(Number(found.size) + 1, 4096));
    const pieces = [];
    for (let size = 0; ; ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return { bytes: Buffer.concat(pieces), names: found.nlink, place };
      size += bytesRead;
      if (size > limit) throw tooLarge(limit);
      pieces.push(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  } finally {
    await handle.close();
  }
}
function checkKind(found, limit) {
  if (!found.isFile())
    throw new RefusedFile(found.isDirectory() ? "is a folder" : "is no regular file but a device or a pipe");
  if (found.size > BigInt(limit)) throw tooLarge(limit);
}
function tooLarge(limit) {
  return new RefusedFile(`is larger than ${String(limit / 1e6)} MB`);
}
function inGitFolder(relative) {
  return relative.split(/[\\/]/).some((part) => /^\.git[. ]*$/i.test(part));
}
function codeOf(error) {
  return error.code;
}

export {
  UUID,
  isUuid,
  retry,
  ENTRA_CLOUDS,
  workspaceUrl,
  databricksCloud,
  addressBlocked,
  endpointUnavailable,
  usualAudience,
  discoverWorkspace,
  approvedAudience,
  withoutBidi,
  jsonWithoutBidi,
  quote,
  quoteAddress,
  quoteAll,
  parseWorkspaceUrl,
  parseHostOfBundle,
  parseCliVersion,
  parseSha256,
  parseCliMirror,
  meant,
  GITHUB,
  DIALECTS,
  isPassable,
  INPUT_NAMES,
  parseInputs,
  harmlessLines,
  redactingCi,
  ServerTime,
  isInside,
  pathForPeople,
  cleanFolder,
  slashed,
  variable,
  RefusedFile,
  DanglingLink,
  readCheckoutFile,
  readCheckoutText,
  readNamedFile,
  textOf,
  inGitFolder
};
