
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

// core/net/origin.ts
var WORKSPACE_URL = /^(https?):\/\/([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?\/?(?:\?([\w.~%&=+-]*))?$/i;
function workspaceOrigin(text) {
  const shape = WORKSPACE_URL.exec(text);
  const url = shape && URL.canParse(text) ? new URL(text) : void 0;
  if (url?.hostname !== shape?.[2]?.toLowerCase()) return void 0;
  return url?.protocol === "https:" || url && isLoopback(url.hostname) ? url.origin : void 0;
}
function isLoopback(hostname) {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

// core/net/first-look.ts
function configUrl(origin) {
  return `${origin}/.well-known/databricks-config`;
}
function issuerUrl(oidc) {
  return `${oidc}/.well-known/oauth-authorization-server`;
}
function documentRequest(url) {
  return { method: "GET", url, headers: { accept: "application/json" } };
}
function askEarly(send, host, signal) {
  const origin = workspaceOrigin(host.trim());
  if (origin === void 0) return /* @__PURE__ */ new Map();
  return new Map(
    [issuerUrl(`${origin}/oidc`), configUrl(origin)].map((url) => {
      const answer = send({ ...documentRequest(url), signal });
      answer.catch(() => void 0);
      return [url, answer];
    })
  );
}
function answering(send, early) {
  return (request) => {
    const answer = request.method === "GET" ? early.get(request.url) : void 0;
    early.delete(request.url);
    return answer ?? send(request);
  };
}

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
function toSecretlessError(error) {
  if (error instanceof SecretlessError) return error;
  return new SecretlessError("INTERNAL", {
    problem: error instanceof Error ? error.message : String(error),
    remedy: "This is a defect of databricks-secretless: please report it with the debug log of the run.",
    cause: error
  });
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
function registerSecret(value) {
  if (value.length < SHORTEST_SECRET) return;
  for (const text of encodings(value)) {
    const ending = text.slice(-SHORTEST_SECRET);
    registered.set(ending, (registered.get(ending) ?? /* @__PURE__ */ new Set()).add(text));
    endings[endingAt(text, text.length)] = 1;
  }
}
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
  return found.filter((text) => text.length >= SHORTEST_SECRET);
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
function isPage(body) {
  return /^\s*</.test(body);
}
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
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1e3;
  const wait = httpDate(text) - httpDate(date?.trim() ?? "");
  return Number.isNaN(wait) ? void 0 : Math.max(0, wait);
}
function httpDate(text) {
  return /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) ? Date.parse(text) : NaN;
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
  const [, failure, text] = FAILURES.find(([codes]) => codes.test(code)) ?? ["", "protocol", message];
  const through = proxy === void 0 ? "" : ` through the proxy ${proxy}`;
  return new HttpError(`${nameOf(request)}${through} failed: ${text}${code === "" ? "" : ` (${code})`}`, {
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
function proxyFor(url, environment) {
  const value = (variable(environment, "HTTPS_PROXY") ?? "").trim();
  if (value === "" || isLoopback(url.hostname) || isExempt(url, variable(environment, "NO_PROXY") ?? "")) {
    return void 0;
  }
  const proxy = parseProxy(value);
  if (proxy === void 0) throw noProxy("HTTPS_PROXY");
  return { url: proxy };
}
var PROXY = /^(?:(https?):\/\/)?(?:((?:[\w.~!$&'()*+,;=:-]|%[0-9a-f]{2})*)@)?(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i;
function parseProxy(value) {
  const [, scheme = "http", user, host = "", port] = PROXY.exec(value) ?? [];
  const text = `${scheme}://${user === void 0 ? "" : `${user}@`}${host}${port === void 0 ? "" : `:${port}`}`;
  return host !== "" && URL.canParse(text) ? new URL(text) : void 0;
}
var PROXY_VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
function proxySecrets(environment) {
  const secrets = PROXY_VARIABLES.flatMap((name) => [environment[name], environment[name.toLowerCase()]]).flatMap((value) => parseProxy(value?.trim() ?? "") ?? []).flatMap(({ username, password }) => [password, decoded(password), `${username}:${password}`]);
  return [...new Set(secrets)].filter((secret) => secret.replace(":", "") !== "");
}
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
function checkProxies(environment) {
  for (const name of PROXY_VARIABLES.flatMap((one) => [one, one.toLowerCase()])) {
    const value = environment[name]?.trim() ?? "";
    const text = value.replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//i, "");
    if (value !== "" && parseProxy(text) === void 0) throw noProxy(name);
  }
}
function noProxy(name) {
  return new SecretlessError("INPUT_INVALID", {
    problem: `The environment variable ${name} does not name a proxy. It is not shown, as it may hold a password.`,
    expected: "http://host:port or https://host:port, with user:password@ before the host where it needs one",
    remedy: `Percent-encode special characters of user and password in ${name} (@ is %40, / is %2F, # is %23, % is %25), or remove it if there is no proxy.`
  });
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
async function certificates(environment) {
  const file = environment["SSL_CERT_FILE"];
  if (!file) return [];
  const [{ readFile }, { rootCertificates }] = await Promise.all([
    import("node:fs/promises"),
    import("node:tls")
  ]);
  const files = [file, environment["NODE_EXTRA_CA_CERTS"] ?? ""].filter((name) => name !== "");
  const texts = await Promise.all(files.map((name) => readFile(name, "utf8").catch(() => "")));
  return [...rootCertificates, ...texts.filter((text) => text !== "")];
}

export {
  isOpenToAnybody,
  WORKSPACE_URL,
  workspaceOrigin,
  isLoopback,
  configUrl,
  issuerUrl,
  documentRequest,
  askEarly,
  answering,
  SecretlessError,
  toSecretlessError,
  registerSecret,
  redact,
  HttpError,
  isPage,
  isRetryableStatus,
  statusError,
  nameOf,
  transportError,
  nodeHttp,
  proxyFor,
  proxySecrets,
  checkProxies,
  proxyAgent,
  createSend,
  certificates
};
