import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

// core/errors.ts
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

// core/redact.ts
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
function redact(text) {
  let result = text;
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
  return found.filter((text) => text.length >= SHORTEST_SECRET);
}

// core/workspace-url.ts
var SHAPE = /^(https?):\/\/([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?\/?(?:\?([\w.~%&=+-]*))?$/i;
function parseWorkspaceUrl(text) {
  const trimmed = text.trim();
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
function whatIsOdd(text, url) {
  if (!/^https?:\/\//i.test(text)) return "it does not start with https://";
  if (!url) return "it is not a URL";
  if (url.username !== "" || url.password !== "") return "it contains a user name or a password";
  if (url.pathname !== "/") return "it has a path";
  if (url.hash !== "") return "it has a fragment (`#\u2026`)";
  return "it contains characters that no workspace URL has";
}
function onlyValue(text, url, names, form) {
  const values = new Set(
    names.flatMap((name) => url.searchParams.getAll(name)).filter((value2) => value2 !== "")
  );
  if (values.size > 1) throw mistake(text, `it names several IDs: ${[...values].join(", ")}`);
  const [value] = values;
  if (value !== void 0 && !form.test(value)) throw mistake(text, `\`${value}\` is not an ID`);
  return value;
}
function mistake(text, odd, wanted = "https://adb-1234567890123456.7.azuredatabricks.net") {
  return new SecretlessError("INPUT_INVALID", {
    problem: `Not a workspace URL: ${odd}.`,
    expected: "https://<workspace host>, optionally with ?o=<workspace ID>",
    actual: redact(text).slice(0, 200),
    remedy: `Write it as in the browser's address bar, without what follows the host: ${wanted}`
  });
}

export {
  SecretlessError,
  toSecretlessError,
  registerSecret,
  redact,
  parseWorkspaceUrl,
  isLoopback
};
