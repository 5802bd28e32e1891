import { sticky } from "./sticky.ts";

/** How a credential can hide in one layer of encoding. */
export type Encoding = "base64" | "hex" | "percent";

export interface EncodedForm {
  readonly encoding: Encoding;
  /** What stands in the file where `prefix` is encoded. */
  readonly keyword: string;
  readonly exactCase: boolean;
  /** For base64: characters from the start of the group of four to the keyword. */
  readonly lead: number;
}

/** The least length of a keyword that is rare enough in base64 data. */
const LEAST = 4;

/**
 * The texts that a public prefix becomes when it is encoded: in base64 it has three forms, by its place in the groups of
 * three bytes; only the characters that the prefix alone decides are kept.
 */
export function encodedForms(prefix: string): EncodedForm[] {
  const forms: EncodedForm[] = [];
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.from("\0".repeat(shift) + prefix, "latin1").toString("base64");
    const lead = Math.ceil((shift * 8) / 6);
    const keyword = encoded.slice(lead, Math.floor(((shift + prefix.length) * 8) / 6));
    if (keyword.length >= LEAST) forms.push({ encoding: "base64", keyword, exactCase: true, lead });
  }
  const bytes = [...Buffer.from(prefix, "latin1")].map((byte) => byte.toString(16).padStart(2, "0"));
  forms.push({ encoding: "hex", keyword: bytes.join(""), exactCase: false, lead: 0 });
  forms.push({
    encoding: "percent",
    keyword: bytes.map((byte) => `%${byte}`).join(""),
    exactCase: false,
    lead: 0,
  });
  return forms;
}

const BASE64_RUN = /[A-Za-z0-9+/_-]{1,8192}/y;
const HEX_RUN = /(?:[0-9a-fA-F]{2}){1,4096}/y;
const PERCENT_RUN = /(?:%[0-9a-fA-F]{2}|[\w.~+/=-]){1,4096}/y;

export interface Decoded {
  readonly text: string;
  /** Where the prefix begins in `text`. */
  readonly at: number;
  /** Where the encoded run that was read ends in the file's text. */
  readonly end: number;
}

/** Decodes the run that begins with an encoded prefix found at `start`; null if it is none. */
export function decodeAt(text: string, start: number, form: EncodedForm, prefix: string): Decoded | null {
  if (form.encoding === "base64") {
    let from = start - form.lead;
    // One group earlier, so that the pattern sees what stands before the prefix.
    if (/^[A-Za-z0-9+/_-]{4}$/.test(text.slice(Math.max(0, from - 4), from))) from -= 4;
    const run = from < 0 ? null : (sticky(BASE64_RUN, text, from)?.[0] ?? null);
    if (run === null) return null;
    const decoded = Buffer.from(run.replaceAll("-", "+").replaceAll("_", "/"), "base64").toString("latin1");
    return located(decoded, prefix, from + run.length);
  }
  const run = sticky(form.encoding === "hex" ? HEX_RUN : PERCENT_RUN, text, start)?.[0] ?? null;
  if (run === null) return null;
  const decoded =
    form.encoding === "hex"
      ? Buffer.from(run, "hex").toString("latin1")
      : run.replace(/%([0-9a-fA-F]{2})/g, (_all, code: string) => String.fromCharCode(parseInt(code, 16)));
  return located(decoded, prefix, start + run.length);
}

function located(text: string, prefix: string, end: number): Decoded | null {
  const at = text.slice(0, prefix.length + 6).indexOf(prefix);
  return at < 0 ? null : { text, at, end };
}
