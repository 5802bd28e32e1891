import { readAssignment, type Assignment } from "./assignment.ts";
import { decodeAt } from "./encoded-forms.ts";
import type { FileKind } from "./file-kind.ts";
import { matchFormat } from "./format-match.ts";
import { isLiteral, isPassword, isRandom } from "./judge.ts";
import { completesKeyword, joinedMatches } from "./joined-literals.ts";
import { automaton, type Payload } from "./keyword-index.ts";
import type { Match } from "./match.ts";
import { isHarmlessName, normaliseName } from "./names.ts";
import type { FormatRule, NamedRule } from "../rules/rule.ts";
import { NAMED_VALUE_RULES } from "../rules/index.ts";
import { scopeAt } from "./scope-use.ts";
import { sticky } from "./sticky.ts";
import { composed, indexInView, joined, percentDecoded, unescaped, type View } from "./views.ts";

function fits(rule: NamedRule, name: string, { value, certain }: Assignment): boolean {
  if (!rule.named.test(name) || (rule.value !== undefined && !rule.value.test(value))) return false;
  if (rule.judge === "password") return isPassword(value, certain);
  return rule.judge === "random" ? isRandom(value) : isLiteral(value);
}

function namedMatch(text: string, start: number, end: number, kind: FileKind): Match | null {
  const assignment = readAssignment(text, start, end, kind);
  return assignment && judged(assignment);
}

function judged(assignment: Assignment): Match | null {
  const name = normaliseName(assignment.name);
  if (isHarmlessName(name)) return null;
  const rule = NAMED_VALUE_RULES.find((candidate) => fits(candidate, name, assignment));
  if (rule === undefined) return null;
  const { value, valueStart } = assignment;
  return { rule, start: valueStart, end: valueStart + value.length, value };
}

/** The same for a name and a value that are known as such, in configuration that is already parsed. */
export function matchNamed(name: string, value: string): Match | null {
  return judged({ name, value, valueStart: 0, certain: false });
}

const BROKEN =
  /[\w.~+/=-]{0,100}["'`]{1,3}\s{0,8}(?:\+|\|\||,|&|\.(?:concat\()?|\\)?\s{0,60}[rbuRBU]?["'`]{1,3}[\w.~+/=-]/y;
const TAKES_COMMAS = /(?:join|paste0?|concat|concat_ws)\s{0,2}\([^()]{0,200}$/;

/** Other readings of the text around a keyword, cheapest first; none where nothing hints at one. */
function* readings(text: string, at: number, rule: FormatRule): Generator<[View, Match["via"]]> {
  const from = Math.max(0, at - (rule.back ?? 0) * 2 - 64);
  const to = Math.min(text.length, at + 3000);
  const commas = TAKES_COMMAS.test(text.slice(Math.max(0, at - 240), at));
  if (sticky(BROKEN, text, at)) yield [joined(text, from, to, commas), "concatenated"];
  const near = text.slice(from, Math.min(to, at + 400));
  if (near.includes("\\")) {
    const plain = unescaped(text, from, to);
    yield [plain, undefined];
    const inView = indexInView(plain, at);
    if (sticky(BROKEN, plain.text, inView)) {
      yield [composed(plain, joined(plain.text, 0, plain.text.length, commas)), "concatenated"];
    }
  }
  if (/%[0-9a-fA-F]{2}/.test(near)) yield [percentDecoded(text, from, to), "percent"];
}

function formatMatch(text: string, at: number, rule: FormatRule): Match | null {
  const plain = matchFormat(rule, text, at);
  if (plain !== null) return { rule, ...plain };
  if (rule.prefix === undefined && rule.entropy === undefined) return null;
  for (const [view, via] of readings(text, at, rule)) {
    const found = matchFormat(rule, view.text, indexInView(view, at));
    if (found === null) continue;
    const start = view.offsets[found.start] ?? at;
    const end = view.offsets[found.end] ?? text.length;
    return { rule, start, end, value: found.value, ...(via !== undefined && { via }) };
  }
  return null;
}

function encodedMatch(text: string, at: number, payload: Payload & { type: "encoded" }): Match | null {
  const decoded = decodeAt(text, at, payload.form, payload.prefix);
  if (decoded === null) return null;
  const found = matchFormat(payload.rule, decoded.text, decoded.at);
  return (
    found && {
      rule: payload.rule,
      start: at,
      end: decoded.end,
      value: found.value,
      via: payload.form.encoding,
    }
  );
}

export interface DetectOptions {
  readonly kind: FileKind;
  /** Binary data: only formats of their own are looked for. */
  readonly binary: boolean;
  /** Keywords that start before `from` or at or after `to` are left to another call. */
  readonly from: number;
  readonly to: number;
  /** Called where the text names a Databricks secret scope. */
  readonly onScope?: (scope: string, start: number) => void;
}

/**
 * All credentials whose keyword stands between `from` and `to`. `bytes` and `text` are the same content: raw, and
 * decoded as Latin-1, so that offsets are those of bytes. Overlaps are not yet removed.
 */
export function detect(bytes: Uint8Array, text: string, options: DetectOptions): Match[] {
  const matches: Match[] = [];
  const push = (match: Match | null): void => {
    if (match !== null) matches.push(match);
  };
  let joinedUpTo = 0;
  automaton().scan(bytes, ({ payload, text: keyword }, start) => {
    if (start < options.from || start >= options.to) return;
    if (payload.type === "format") {
      for (const rule of payload.rules)
        if (!options.binary || rule.textOnly !== true) push(formatMatch(text, start, rule));
    } else if (payload.type === "encoded") push(encodedMatch(text, start, payload));
    else if (options.binary) return;
    else if (payload.type === "scope") {
      const scope = scopeAt(text, start);
      if (scope !== null) options.onScope?.(scope, start);
    } else if (payload.type === "name") push(readName(text, start, start + keyword.length, options.kind));
    else if (start >= joinedUpTo && completesKeyword(text, start, keyword)) {
      const end = Math.min(text.length, start + 600);
      joinedUpTo = end - 300;
      matches.push(...joinedMatches(text, Math.max(0, start - 300), end));
    }
  });
  return matches;
}

/** An operator or a literal behind a name, as they look inside a string: only then is it worth to read it unescaped. */
const ESCAPED_OPERATOR = /[\w.$-]{0,120}(?:\\["'`])?\]?[ \t]{0,20}(?:[=:,{>]|<-|->|\\["'n])/y;

function readName(text: string, start: number, end: number, kind: FileKind): Match | null {
  const plain = namedMatch(text, start, end, kind);
  if (plain !== null || !sticky(ESCAPED_OPERATOR, text, end)) return plain;
  const to = Math.min(text.length, end + 640);
  const escape = text.indexOf("\\", end);
  if (escape < 0 || escape >= to) return null;
  const view = unescaped(text, Math.max(0, start - 160), to);
  const inView = indexInView(view, start);
  const found = namedMatch(view.text, inView, inView + end - start, "code");
  return (
    found && { ...found, start: view.offsets[found.start] ?? start, end: view.offsets[found.end] ?? end }
  );
}
