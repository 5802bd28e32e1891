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

/**
 * All encodings of all registered secrets, by how they end: a text is read once, however many there are. Not by how they
 * begin, which is the same for all tokens.
 */
const registered = new Map<string, Set<string>>();
/** 1 for the last two characters that one of them has, folded into 16 bits: nearly all places of a text are none. */
const endings = new Uint8Array(0x10000);
const endingAt = (text: string, to: number): number =>
  ((text.charCodeAt(to - 2) << 8) ^ text.charCodeAt(to - 1)) & 0xffff;

/**
 * Hides `value` in everything that {@link redact} returns from now on, in the encodings in which programs print it:
 * plain, JSON, percent, hex, base64 and base64url (also inside a longer base64 text).
 * Values of less than 8 characters are ignored: hiding them would garble every text.
 */
export function registerSecret(value: string): void {
  if (value.length < SHORTEST_SECRET) return;
  for (const text of encodings(value)) {
    const ending = text.slice(-SHORTEST_SECRET);
    registered.set(ending, (registered.get(ending) ?? new Set()).add(text));
    endings[endingAt(text, text.length)] = 1;
  }
}

/** `text` without tokens: what looks like one, and what was registered. */
export function redact(text: string): string {
  let result = withoutRegistered(text);
  for (const [shape, replacement] of SHAPES) result = result.replace(shape, replacement);
  return result;
}

/** What overlaps or touches is hidden as one, so that nothing of either stays. */
function withoutRegistered(text: string): string {
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
