import type { Encoding } from "./encoded-forms.ts";
import type { Rule } from "../rules/rule.ts";
import { RULES } from "../rules/index.ts";

/** A credential in a piece of text; `start` and `end` are offsets of what stands in the text, `value` is decoded. */
export interface Match {
  readonly rule: Rule;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  /** How it was hidden, if it was. */
  readonly via?: Encoding | "concatenated";
}

const PRIORITY = new Map(RULES.map((rule, index) => [rule, index]));

/** Of matches that overlap, the one of the earlier rule; in the order of the text. */
export function withoutOverlaps(matches: readonly Match[]): Match[] {
  const byRule = [...matches].sort(
    (a, b) => (PRIORITY.get(a.rule) ?? 0) - (PRIORITY.get(b.rule) ?? 0) || a.start - b.start,
  );
  const kept: Match[] = [];
  for (const match of byRule) {
    if (!kept.some((other) => match.start < other.end && other.start < match.end)) kept.push(match);
  }
  return kept.sort((a, b) => a.start - b.start);
}
