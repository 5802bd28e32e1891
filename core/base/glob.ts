/** Matches `*` (any number of any characters) and everything else literally, case-sensitively, on the whole text. */
export function globMatches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}

/**
 * Whether everything that `inner` matches is certainly matched by `outer`: a `*` of `inner`, read as a character, can
 * only be consumed by a `*` of `outer`, and so can whatever stands for it.
 */
export function globCovers(outer: string, inner: string): boolean {
  return globMatches(outer, inner);
}

/** A text as those compare it who take names that differ in letter case alone for one. */
export function withoutCase(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
