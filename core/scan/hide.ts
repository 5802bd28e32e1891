import { detect } from "./detect/detector.ts";
import type { Match } from "./detect/match.ts";

/** Longest text that is looked at, in characters; of a longer one the rest is not shown. */
const LONGEST = 1_000_000;

/**
 * `text` with everything that the scan's rules would find in a file replaced by the name of its kind. The last wall of
 * whatever is shown: an error may quote a file, and that file may hold, or be, something else than it should.
 */
export function withoutCredentials(text: string): string {
  const bytes = Buffer.from(text.slice(0, LONGEST), "utf8");
  const raw = bytes.toString("latin1");
  const options = { kind: "config", binary: false, from: 0, to: raw.length } as const;
  const matches = detect(bytes, raw, options).sort((a, b) => a.start - b.start || b.end - a.end);
  if (matches.length === 0) return text.slice(0, LONGEST);
  let [shown, at] = ["", 0];
  for (const match of matches) {
    if (match.end <= at) continue;
    shown += raw.slice(at, Math.max(at, match.start)) + markOf(match);
    at = match.end;
  }
  return Buffer.from(shown + raw.slice(at), "latin1").toString("utf8");
}

function markOf({ rule }: Match): string {
  return `*** (${rule.id})`;
}
