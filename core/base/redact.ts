const HIDDEN = "***";
const SHORTEST_SECRET = 8;

/** Token shapes that are hidden even if nobody registered them; see also core/scan for credentials in files. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // RFC 7519 in compact form, also cut off in the middle.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, HIDDEN],
  // Databricks personal access tokens and OAuth secrets.
  [/\b(?:dapi|dose)[0-9a-zA-Z]{16,}(?:-\d+)?/g, HIDDEN],
  [/\b(Bearer|Basic)(\s+|%20|\+)[\w.~+/=%-]{16,}/gi, `$1 ${HIDDEN}`],
  // Members of JSON and form bodies (RFC 6749, 7521, 8693) that hold a credential whatever its shape.
  [
    /\b((?:access|refresh|id|subject|actor)_token|client_assertion|client_secret|oidcToken)(\\*"?\s*[:=]\s*\\*"?)[^\s"&,}\\]+/g,
    `$1$2${HIDDEN}`,
  ],
  // RFC 3986 3.2.1: user information in a URL.
  [/(\/\/)[^\s/@"']+@/g, `$1${HIDDEN}@`],
];

/** All encodings of all registered secrets, longest first so that no remainder of a longer one stays. */
let registered: readonly string[] = [];

/**
 * Hides `value` in everything that {@link redact} returns from now on, in the encodings in which programs print it:
 * plain, JSON, percent, hex, base64 and base64url (also inside a longer base64 text).
 * Values of less than 8 characters are ignored: hiding them would garble every text.
 */
export function registerSecret(value: string): void {
  if (value.length < SHORTEST_SECRET) return;
  registered = [...new Set([...registered, ...encodings(value)])].sort((a, b) => b.length - a.length);
}

/** `text` without tokens: what looks like one, and what was registered. */
export function redact(text: string): string {
  let result = text;
  for (const secret of registered) {
    if (result.includes(secret)) result = result.replaceAll(secret, HIDDEN);
  }
  for (const [shape, replacement] of SHAPES) result = result.replace(shape, replacement);
  return result;
}

function encodings(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  const hex = bytes.toString("hex");
  const percent = encodeURIComponent(bytes.toString("utf8"));
  const found = [
    value,
    JSON.stringify(value).slice(1, -1),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
  ];
  // Inside a longer text, a secret starts at one of three positions of a base64 group; the characters that it shares
  // with its neighbours are left out.
  for (const offset of [0, 1, 2]) {
    const whole = Math.floor((bytes.length + offset) / 3) * 3 - offset;
    const padded = Buffer.concat([Buffer.alloc(offset), bytes.subarray(0, whole)]);
    const base64 = padded.toString("base64").slice(offset === 0 ? 0 : offset + 1);
    found.push(base64, base64.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return found.filter((text) => text.length >= SHORTEST_SECRET);
}
