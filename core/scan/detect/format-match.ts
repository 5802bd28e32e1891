import { entropy } from "./entropy.ts";
import { isPassword } from "./judge.ts";
import { isPlaceholder, isReference } from "./references.ts";
import type { FormatRule } from "../rules/rule.ts";

export interface FormatMatch {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

const AROUND = 200;
/** Of long values only the beginning is looked at for words of a sample: chance would find some in the rest. */
const LOOKED_AT = 96;

/** Applies a rule to `text` where one of its keywords stands at `at`. */
export function matchFormat(rule: FormatRule, text: string, at: number): FormatMatch | null {
  const from = Math.max(0, at - (rule.back ?? 0));
  rule.pattern.lastIndex = from;
  const match = rule.pattern.exec(text);
  if (match === null) return null;
  const value = match.groups?.["value"] ?? match[0];
  const start = from + match[0].lastIndexOf(value);
  const end = start + value.length;
  const body =
    rule.prefix !== undefined && value.startsWith(rule.prefix) ? value.slice(rule.prefix.length) : value;
  const head = body.slice(0, LOOKED_AT);
  if (rule.judged === true ? isReference(value) || !isPassword(value, true) : isPlaceholder(head))
    return null;
  if (rule.entropy !== undefined && entropy(head) < rule.entropy) return null;
  if (rule.test !== undefined) {
    const around = text.slice(Math.max(0, from - AROUND), from + match[0].length + AROUND);
    if (!rule.test(value, around)) return null;
  }
  return { start, end, value };
}
