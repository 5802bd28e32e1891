import { withoutBidi } from "../base/quote.ts";
import { redact } from "../base/redact.ts";
import { harmlessLines } from "../ci/safe-for-log.ts";
import { withoutCredentials } from "../scan/hide.ts";

/**
 * Text from outside as inert Markdown: every ASCII punctuation mark becomes a numeric character reference, which
 * no Markdown or HTML parser reads as structure (CommonMark 0.31 section 2.5).
 */
export function escapeMarkdown(text: string): string {
  const plain = redact(withoutBidi(text.replace(/[\s\p{Cc}]+/gu, " ")));
  return withoutCredentials(plain).replace(/[!-+.:-@[-`{-~]/g, (mark) => `&#${String(mark.charCodeAt(0))};`);
}

export function code(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`;
}

/** A link, or the plain text if the URL is not an http(s) one. */
export function link(text: string, url: string | undefined): string {
  const label = escapeMarkdown(text);
  if (url === undefined || !URL.canParse(url)) return label;
  const parsed = new URL(url);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return label;
  return `[${label}](<${parsed.href.replace(/[<>|\\]/g, encodeURIComponent)}>)`;
}

/** Rows shown of a table; the rest is counted. A job summary ends at 1 MiB (GitHub). */
const MAX_ROWS = 200;

/** A table of cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const shown = rows.slice(0, MAX_ROWS).map(line);
  const more = rows.length > MAX_ROWS ? [`\n… and ${String(rows.length - MAX_ROWS)} more.`] : [];
  return [line(head), line(head.map(() => "---")), ...shown, ...more].join("\n");
}

/** A line from outside that wraps: what stands in backticks is code, all of it inert. */
export function prose(line: string): string {
  const parts = line.split("`");
  // A backtick without its second is a mark like any other.
  const whole = parts.length % 2 === 1 ? parts : [line];
  return whole.map((part, at) => (at % 2 === 0 ? escapeMarkdown(part) : code(part))).join("");
}

/** A block of preformatted text that cannot end its own fence. */
export function fenced(text: string, language: "text" | "sh" = "text"): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${withoutCredentials(harmlessLines(text).join("\n"))}\n${fence}`;
}

/** The sections that are there, cut at the end of a line where they are longer than so many bytes. */
export function fitted(sections: readonly (string | false | undefined)[], longest: number): string {
  const text = sections.filter((section) => typeof section === "string").join("\n\n");
  if (Buffer.byteLength(text, "utf8") <= longest) return `${text}\n`;
  const part = Buffer.from(text, "utf8").subarray(0, longest).toString("utf8");
  const whole = part.slice(0, part.lastIndexOf("\n"));
  // What the cut leaves open is closed.
  const open = (whole.match(/<details>/g)?.length ?? 0) - (whole.match(/<\/details>/g)?.length ?? 0);
  return `${whole}${"\n\n</details>".repeat(Math.max(0, open))}\n\n… cut; the log has the rest.\n`;
}
