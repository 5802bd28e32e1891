import { redact } from "./redact.ts";

/** Longest text from a user's file that is shown whole, in characters. */
const WHOLE = 40;
/** Of a longer one this much is shown: less than half of it, so that no half of a credential is. */
const BEGINNING = 12;

/**
 * Characters that order text from right to left or hide in it (Unicode Standard Annex 9, 3.1; tag characters, U+E0000
 * to U+E007F): a reader would see another text than the one that is there ("Trojan Source", CVE-2021-42574).
 */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;
/** Everything that is no visible character: control, format, private use, surrogates, unassigned; separators of lines. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

const named = (character: string): string =>
  `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;

/** `text` with every character that turns the direction of writing, or hides, shown by its number: `<U+202E>`. */
export function withoutBidi(text: string): string {
  return text.replace(BIDI, named);
}

/** JSON text of the same value in which nothing turns the direction of writing (RFC 8259 section 7). */
export function jsonWithoutBidi(json: string): string {
  return json.replace(BIDI, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/**
 * What an error may show of a text from a user's file: a short one whole, of a longer one its beginning and its length;
 * nothing that looks like a token, and no character that cannot be seen. Whoever can put another file in its place learns
 * no more of that file. core/scan/hide.ts looks at it once more before it leaves.
 */
export function quote(text: string): string {
  const shown = redact(text).replace(INVISIBLE, named);
  const characters = Array.from(shown);
  if (characters.length <= WHOLE) return shown;
  return `${characters.slice(0, BEGINNING).join("")}… (${String(Array.from(text).length)} characters)`;
}

/** An address is what its owner has to compare: shown whole where it is one, without its user part. */
const ADDRESS =
  /^(?:https?:\/\/)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}(?::\d{1,5})?(?:\/?\?[a-z]=\d{1,20})?\/?$/i;

/** {@link quote} for what should be the address of a host. */
export function quoteAddress(text: string): string {
  return text.length <= 100 && ADDRESS.test(text) ? redact(text) : quote(text);
}

/** The first few of a list of names, each as {@link quote} shows it. */
export function quoteAll(texts: readonly string[], most = 10): string {
  const more = texts.length > most ? [`and ${String(texts.length - most)} more`] : [];
  return [...texts.slice(0, most).map(quote), ...more].join(", ");
}
