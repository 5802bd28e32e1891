import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

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
function toSecretlessError(error) {
  if (error instanceof SecretlessError) return error;
  return new SecretlessError("INTERNAL", {
    problem: error instanceof Error ? error.message : String(error),
    remedy: "This is a defect of databricks-secretless: please report it with the debug log of the run.",
    cause: error
  });
}

// core/net/send.ts
import { arch, networkInterfaces, platform } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

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
var registered = [];
function registerSecret(value) {
  if (value.length < SHORTEST_SECRET) return;
  registered = [.../* @__PURE__ */ new Set([...registered, ...encodings(value)])].sort((a, b) => b.length - a.length);
}
function redact(text2) {
  let result = text2;
  for (const secret of registered) {
    if (result.includes(secret)) result = result.replaceAll(secret, HIDDEN);
  }
  for (const [shape, replacement] of SHAPES) result = result.replace(shape, replacement);
  return result;
}
function encodings(value) {
  const bytes = Buffer.from(value, "utf8");
  const hex = bytes.toString("hex");
  const percent = encodeURIComponent(bytes.toString("utf8"));
  const found = [
    value,
    JSON.stringify(value).slice(1, -1),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase()
  ];
  for (const offset of [0, 1, 2]) {
    const whole = Math.floor((bytes.length + offset) / 3) * 3 - offset;
    const padded = Buffer.concat([Buffer.alloc(offset), bytes.subarray(0, whole)]);
    const base64 = padded.toString("base64").slice(offset === 0 ? 0 : offset + 1);
    found.push(base64, base64.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return found.filter((text2) => text2.length >= SHORTEST_SECRET);
}

// core/net/http.ts
var HttpError = class extends Error {
  name = "HttpError";
  /** The status of the answer; undefined if none came, then `failure` says why. */
  status;
  failure;
  /** Whether the same request may succeed a little later. */
  retryable;
  /** Milliseconds that the server asked us to wait (`Retry-After`, RFC 9110 10.2.3). */
  retryAfter;
  /** The body of the answer, already redacted and cut. */
  body;
  constructor(message, options) {
    super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
    this.status = options.status;
    this.failure = options.failure;
    this.retryable = options.retryable;
    this.retryAfter = options.retryAfter;
    this.body = options.body ?? "";
  }
};
var RETRYABLE_STATUS = /* @__PURE__ */ new Set([408, 429, 500, 502, 503, 504]);
var QUOTED_BODY = 2e3;
function isRetryableStatus(status) {
  return RETRYABLE_STATUS.has(status);
}
function statusError(request, response) {
  return new HttpError(`${nameOf(request)} was answered with status ${String(response.status)}`, {
    status: response.status,
    retryable: isRetryableStatus(response.status),
    retryAfter: parseRetryAfter(response.headers["retry-after"], response.headers["date"]),
    body: redact(response.body).slice(0, QUOTED_BODY)
  });
}
function parseRetryAfter(value, date) {
  const text2 = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text2)) return Number(text2) * 1e3;
  const wait = httpDate(text2) - httpDate(date?.trim() ?? "");
  return Number.isNaN(wait) ? void 0 : Math.max(0, wait);
}
function httpDate(text2) {
  return /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(text2) ? Date.parse(text2) : NaN;
}
function nameOf({ method, url }) {
  const { origin, pathname } = new URL(url);
  return redact(`${method} ${origin}${pathname}`);
}
var FAILURES = [
  [/^(ENOTFOUND|EAI_\w+)$/, "dns", "the name of the host cannot be resolved"],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, "refused", "the host cannot be reached"],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, "reset", "the connection broke"],
  [/^ETIMEDOUT$/, "timeout", "the host does not answer"],
  [
    /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^INVALID_(CA|PURPOSE)$/,
    "certificate",
    "its certificate is not trusted"
  ]
];
function transportError(request, error, proxy) {
  const { code = "", message = "" } = error;
  const [, failure, text2] = FAILURES.find(([codes]) => codes.test(code)) ?? ["", "protocol", message];
  const through = proxy === void 0 ? "" : ` through the proxy ${proxy}`;
  return new HttpError(`${nameOf(request)}${through} failed: ${text2}${code === "" ? "" : ` (${code})`}`, {
    failure,
    retryable: failure !== "certificate" && failure !== "protocol" && code !== "ENOTFOUND",
    cause: error
  });
}

// core/net/node-http.ts
import { createRequire } from "node:module";
var load = createRequire(import.meta.url);
function nodeHttp(name) {
  return load(name);
}

// core/net/proxy.ts
import { BlockList, isIP } from "node:net";

// core/net/workspace.ts
var SHAPE = /^(https?):\/\/([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?\/?(?:\?([\w.~%&=+-]*))?$/i;
function parseWorkspaceUrl(text2) {
  const trimmed = text2.trim();
  if (trimmed === "") throw mistake(trimmed, "no workspace URL is given");
  const shape = SHAPE.exec(trimmed);
  const url = URL.canParse(trimmed) ? new URL(trimmed) : void 0;
  if (!shape || !url) throw mistake(trimmed, whatIsOdd(trimmed, url));
  if (url.hostname !== shape[2]?.toLowerCase()) {
    throw mistake(trimmed, `the host is not in its usual form (${url.hostname})`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw mistake(trimmed, "plain http would send tokens unprotected", `https://${url.host}`);
  }
  const workspaceId = onlyValue(trimmed, url, ["o", "w", "workspace_id"], /^\d+$/);
  const accountId = onlyValue(trimmed, url, ["a", "account_id"], /^[\w-]+$/);
  return {
    origin: url.origin,
    ...workspaceId === void 0 ? {} : { workspaceId },
    ...accountId === void 0 ? {} : { accountId }
  };
}
function isLoopback(hostname) {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
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
  if (values.size > 1) throw mistake(text2, `it names several IDs: ${[...values].join(", ")}`);
  const [value] = values;
  if (value !== void 0 && !form.test(value)) throw mistake(text2, `\`${value}\` is not an ID`);
  return value;
}
function mistake(text2, odd, wanted = "https://adb-1234567890123456.7.azuredatabricks.net") {
  return new SecretlessError("INPUT_INVALID", {
    problem: `Not a workspace URL: ${odd}.`,
    expected: "https://<workspace host>, optionally with ?o=<workspace ID>",
    actual: redact(text2).slice(0, 200),
    remedy: `Write it as in the browser's address bar, without what follows the host: ${wanted}`
  });
}

// core/net/proxy.ts
function proxyFor(url, environment) {
  const value = (variable(environment, "HTTPS_PROXY") ?? "").trim();
  if (value === "" || isLoopback(url.hostname) || isExempt(url, variable(environment, "NO_PROXY") ?? "")) {
    return void 0;
  }
  const text2 = value.includes("://") ? value : `http://${value}`;
  const proxy = URL.canParse(text2) ? new URL(text2) : void 0;
  if (proxy?.protocol !== "http:" && proxy?.protocol !== "https:") {
    throw new SecretlessError("INPUT_INVALID", {
      problem: "The environment variable HTTPS_PROXY does not name a proxy.",
      expected: "http://host:port or https://host:port",
      actual: redact(value),
      remedy: "Correct HTTPS_PROXY, or remove it if there is no proxy."
    });
  }
  return { url: proxy };
}
async function proxyAgent(proxy, options) {
  const { HttpsProxyAgent } = await import("./dist-FAQPZ5ST.js");
  return new HttpsProxyAgent(proxy.url, options);
}
function variable(environment, name) {
  return environment[name] || environment[name.toLowerCase()];
}
function isExempt(url, list) {
  const port = url.port || "443";
  const host = withoutBrackets(url.hostname);
  return list.split(",").some((item) => {
    const entry = item.trim().toLowerCase();
    if (entry.includes("/")) return isInNetwork(host, entry);
    const [, name = "", onlyPort] = isIP(entry) ? ["", entry] : /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === "" || onlyPort !== void 0 && onlyPort !== port) return false;
    if (name === "*" || host === withoutBrackets(name)) return true;
    const domain = name.replace(/^\*(?=\.)/, "");
    return host.endsWith(domain.startsWith(".") ? domain : `.${domain}`);
  });
}
function isInNetwork(host, network) {
  const [address = "", prefix = ""] = network.split("/");
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128)) {
    return false;
  }
  const type = family === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), type);
  return block.check(host, type);
}
function withoutBrackets(host) {
  return host.replace(/^\[|\]$/g, "");
}

// core/net/send.ts
var TIMEOUT = 3e4;
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
function createSend(environment, bodyLimit = BODY_LIMIT) {
  let ca;
  return async (request) => {
    request.signal?.throwIfAborted();
    const url = new URL(request.url);
    const secure = url.protocol === "https:";
    if (!secure && !isLoopback(url.hostname)) throw notEncrypted(request);
    const proxy = secure ? proxyFor(url, environment) : void 0;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      stop.abort(timedOut(request));
    }, request.timeout ?? TIMEOUT);
    const onAbort = () => {
      stop.abort(request.signal?.reason);
    };
    request.signal?.addEventListener("abort", onAbort);
    try {
      const { request: start } = nodeHttp(secure ? "node:https" : "node:http");
      if (secure) ca ??= await certificates(environment);
      const tls = { rejectUnauthorized: true, ...ca && ca.length > 0 && { ca } };
      const options = {
        method: request.method,
        headers: headersOf(request),
        signal: stop.signal,
        ...tls,
        ...proxy && { agent: await proxyAgent(proxy, { ...tls, signal: stop.signal }) }
      };
      return await perform(request, (onAnswer) => start(url, options, onAnswer), bodyLimit);
    } catch (error) {
      if (stop.signal.aborted) throw stop.signal.reason;
      throw error instanceof HttpError ? error : transportError(request, error, proxy?.url.origin);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", onAbort);
    }
  };
}
function perform(request, start, bodyLimit) {
  return new Promise((resolve, reject) => {
    const sent = start((answer) => {
      const chunks = [];
      let size = 0;
      answer.on("data", (chunk) => {
        size += chunk.length;
        if (size <= bodyLimit) {
          chunks.push(chunk);
          return;
        }
        reject(
          new HttpError(`${nameOf(request)} was answered with more than ${String(bodyLimit)} bytes`, {
            failure: "too-large",
            retryable: false
          })
        );
        sent.destroy();
      });
      answer.on("error", reject);
      answer.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        resolve({ status: answer.statusCode ?? 0, headers: joined(answer.headers), body });
      });
    });
    sent.on("error", reject);
    sent.on("proxyConnect", ({ statusCode }) => {
      if (statusCode === 200) return;
      reject(
        new HttpError(`The proxy refused ${nameOf(request)} with status ${String(statusCode)}`, {
          failure: "proxy",
          retryable: isRetryableStatus(statusCode)
        })
      );
      sent.destroy();
    });
    sent.end(request.body);
  });
}
function headersOf({ headers, body }) {
  return {
    "user-agent": "databricks-secretless",
    // Node leaves it out for DELETE.
    ...body === void 0 ? {} : { "content-length": String(Buffer.byteLength(body)) },
    ...headers
  };
}
function joined(headers) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value ?? ""
    ])
  );
}
function timedOut(request) {
  const seconds = String((request.timeout ?? TIMEOUT) / 1e3);
  return new HttpError(`${nameOf(request)} was not answered within ${seconds} s`, {
    failure: "timeout",
    retryable: true
  });
}
function notEncrypted(request) {
  return new SecretlessError("ENDPOINT_NOT_TRUSTED", {
    problem: `${nameOf(request)} would send credentials unencrypted.`,
    expected: "an https URL (plain http is accepted for loopback addresses only)",
    actual: new URL(request.url).origin,
    remedy: "Configure the https address of this service."
  });
}
function systemAddresses() {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).filter(({ internal }) => !internal).map(({ address }) => address.replace(/%.*$/, ""));
}
async function certificates(environment) {
  const file = environment["SSL_CERT_FILE"];
  if (!file) return [];
  const [{ readFile }, { rootCertificates }] = await Promise.all([
    import("node:fs/promises"),
    import("node:tls")
  ]);
  const files = [file, environment["NODE_EXTRA_CA_CERTS"] ?? ""].filter((name) => name !== "");
  const texts = await Promise.all(files.map((name) => readFile(name, "utf8").catch(() => "")));
  return [...rootCertificates, ...texts.filter((text2) => text2 !== "")];
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

// core/net/unavailable.ts
var REMEDIES = {
  dns: "Check the spelling of the host; for private link, the runner's DNS must know it.",
  refused: "Check that the runner may reach this host: firewall, private link, and HTTPS_PROXY if there is a proxy.",
  reset: "Run the job again; if it comes back, a firewall or a proxy between runner and host closes connections.",
  timeout: "Check that the runner may reach this host: firewall, private link, and HTTPS_PROXY if there is a proxy.",
  certificate: "If your network has its own certificate authority, set NODE_EXTRA_CA_CERTS and SSL_CERT_FILE to its PEM file. Certificate checks cannot be switched off.",
  proxy: "Ask for this host to be allowed by the proxy, and check the user name and password in HTTPS_PROXY.",
  "too-large": "Something else answers in place of this host; check the URL, and HTTPS_PROXY if there is a proxy.",
  protocol: "What answers there does not speak HTTPS; check the URL and its port, and HTTPS_PROXY."
};
function endpointUnavailable(what, error) {
  const answer = error.body === "" ? void 0 : error.body.slice(0, 500);
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${what} failed: ${error.message}.`,
    ...answer !== void 0 && { actual: answer },
    remedy: error.failure === void 0 ? "The service has trouble or limits requests: look at its status page, and run the job again later." : REMEDIES[error.failure],
    cause: error
  });
}

// core/base/uuid.ts
var UUID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
function isUuid(text2) {
  return UUID.test(text2);
}

// core/federation/clouds.ts
var ENTRA_PUBLIC = {
  authority: "https://login.microsoftonline.com",
  audience: "api://AzureADTokenExchange"
};
var ENTRA_US_GOVERNMENT = {
  authority: "https://login.microsoftonline.us",
  audience: "api://AzureADTokenExchangeUSGov"
};
var ENTRA_CHINA = {
  authority: "https://login.chinacloudapi.cn",
  audience: "api://AzureADTokenExchangeChina"
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
function databricksCloud(url) {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" ? CLOUDS.find(({ zone }) => hostname.endsWith(zone)) : void 0;
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
  const usualServer = getDocument(metadataUrl(usual), { ...options, signal });
  usualServer.catch(() => void 0);
  try {
    const config = await getDocument(`${host}/.well-known/databricks-config`, options);
    const accountId = options.accountId ?? text(config?.["account_id"]);
    const workspaceId = text(config?.["workspace_id"]);
    const hostType = hostTypeOf(host, config);
    const oidc = oidcEndpoint(host, hostType, accountId, text(config?.["oidc_endpoint"]));
    const server = await (oidc === usual ? usualServer : getDocument(metadataUrl(oidc), options));
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
function metadataUrl(oidc) {
  return `${oidc}/.well-known/oauth-authorization-server`;
}
function oidcEndpoint(host, type, accountId, named) {
  const endpoint = named ?? (type === "workspace" ? `${host}/oidc` : `${host}/oidc/accounts/{account_id}`);
  if (endpoint.includes("{account_id}") && accountId === void 0) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: `${host} does not say to which account it belongs, and is not a workspace.`,
      remedy: "Set the input host to the URL of a workspace, or give the account ID as well."
    });
  }
  return trusted(endpoint.replaceAll("{account_id}", accountId ?? "").replace(/\/+$/, ""), host);
}
function defaultAudience(config, { hostType, workspaceId, accountId }) {
  const named = config?.["token_federation_default_oidc_audiences"];
  const first = Array.isArray(named) ? text(named[0]) : void 0;
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
  const named = text(config?.["host_type"])?.toLowerCase();
  if (named === "workspace" || named === "account" || named === "unified") return named;
  return /^https:\/\/accounts(-dod)?\./.test(host) ? "account" : "workspace";
}
function cloudOf(host, config) {
  const named = text(config?.["cloud"])?.toUpperCase();
  return ["AWS", "Azure", "GCP"].find((cloud) => cloud.toUpperCase() === named) ?? databricksCloud(host)?.cloud;
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

// core/ci/safe-for-log.ts
var ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])?/g;
var CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;
function harmless(line) {
  return line.replace(ESCAPE_SEQUENCE, "").replace(CONTROL, " ").replace(/^([\s\u180e\u200b-\u200d\u2060\ufeff]*):(?=:)/, "$1: ").replace(/#(?=#(?:vso)?\[)/gi, "# ");
}
function harmlessLines(text2) {
  return text2.split(/\r\n|\r|\n/).map(harmless);
}

// core/ci/github/events.ts
var WRITERS = /* @__PURE__ */ new Set([
  ...["push", "create", "delete", "release", "registry_package", "page_build"],
  ...["workflow_dispatch", "repository_dispatch", "schedule", "workflow_call"],
  ...["deployment", "deployment_status", "deployment_protection_rule", "branch_protection_rule"],
  ...["label", "milestone", "pull_request"]
]);
function isOpenToAnybody(event) {
  return !WRITERS.has(event);
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
    const path = fileURLToPath(url, { windows });
    if (!hasControlCharacter(path)) return path;
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

// core/ci/inputs/table.ts
var COMMANDS = ["deploy", "plan", "run", "destroy"];
var SCAN_MODES = ["block", "warn", "off"];
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
  scan: {
    description: "Static credentials in what would be uploaded: `block` stops before anything is uploaded, `warn` shows them, `off` does not look.",
    default: "block"
  },
  "sarif-file": {
    description: "For `deploy` and `plan`: file for the findings of the scan (SARIF 2.1.0), relative to the checkout; written also when they stop the run."
  },
  "pass-env": {
    description: "Names of further variables for the CLI and the bundle's build commands, one a line; credentials of the CI, of Databricks and of clouds are refused."
  },
  "cli-version": {
    description: "Exact version of the Databricks CLI to install; if absent, the one on `PATH`, else a pinned one."
  },
  "cli-mirror": {
    description: "Where release archives are taken from: an https URL or a folder, laid out as the release site."
  },
  "cli-sha256": { description: "SHA-256 of the archive, for a version that is not in the pinned table." },
  "plan-timeout": {
    description: "Limit for each command of the Databricks CLI that only reads (plan, summary), such as `10m`; build commands of the bundle run in it.",
    default: "10m"
  },
  timeout: { description: "Limit for the whole step, such as `90m` or `6h`.", default: "6h" }
};
var INPUT_NAMES = Object.keys(INPUTS);

export {
  SecretlessError,
  toSecretlessError,
  registerSecret,
  redact,
  HttpError,
  isRetryableStatus,
  statusError,
  nameOf,
  transportError,
  UUID,
  retry,
  parseWorkspaceUrl,
  isLoopback,
  ENTRA_CLOUDS,
  databricksCloud,
  endpointUnavailable,
  usualAudience,
  discoverWorkspace,
  approvedAudience,
  parseCliVersion,
  parseSha256,
  parseCliMirror,
  COMMANDS,
  SCAN_MODES,
  EXCHANGES,
  INPUTS,
  INPUT_NAMES,
  harmlessLines,
  isOpenToAnybody,
  nodeHttp,
  proxyFor,
  proxyAgent,
  systemClock,
  systemPlatform,
  createSend,
  systemAddresses,
  certificates
};
