import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

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

export {
  registerSecret,
  redact
};
