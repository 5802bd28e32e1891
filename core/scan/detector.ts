import { readAssignment, type Assignment } from "./assignment.ts";
import { decodeAt, encodedForms, type EncodedForm, type Encoding } from "./encoded-forms.ts";
import type { FileKind } from "./file-kind.ts";
import { matchFormat } from "./format-match.ts";
import { isLiteral, isPassword, isRandom } from "./judge.ts";
import { KeywordAutomaton, type Keyword } from "./keyword-automaton.ts";
import { isHarmlessName, normaliseName } from "./names.ts";
import type { FormatRule, NamedRule, Rule } from "./rule.ts";
import { FORMAT_RULES, NAMED_VALUE_RULES, RULES } from "./rules.ts";
import { SCOPE_KEYWORDS, scopeAt } from "./scope-use.ts";
import { composed, indexInView, joined, percentDecoded, unescaped, type View } from "./views.ts";

/** A credential in a piece of text; `start` and `end` are offsets of what stands in the text, `value` is decoded. */
export interface Match {
  readonly rule: Rule;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  /** How it was hidden, if it was. */
  readonly via?: Encoding | "concatenated";
}

type Payload =
  | { readonly type: "format"; readonly rules: readonly FormatRule[] }
  | {
      readonly type: "encoded";
      readonly rule: FormatRule;
      readonly form: EncodedForm;
      readonly prefix: string;
    }
  | { readonly type: "name" }
  | { readonly type: "joiner" }
  | { readonly type: "scope" };

/** Text that joins two literals: what stands around it is read once more as one literal. */
const JOINERS = [
  ...[
    '" + "',
    '"+"',
    '" || "',
    '"||"',
    '".concat("',
    '" "',
    '"\n',
    '"\r\n',
    'paste0("',
    'concat("',
    'join(["',
    'join(("',
  ],
].flatMap((joiner) => [joiner, joiner.replaceAll('"', "'")]);
/** From the quote that ends one literal to the first characters of the next. */
const NEXT_LITERAL = /["'`]\s{0,4}(?:\+|\|\||,|\.concat\()?\s{0,60}[rbu]?["'`](?<right>[\w.~+/=-]{1,14})/y;
const LITERAL_START = /[\w.~+/=-]{0,14}/y;

function keywords(): Keyword<Payload>[] {
  const all: Keyword<Payload>[] = [];
  const formats = new Map<string, { exactCase: boolean; rules: FormatRule[] }>();
  for (const rule of FORMAT_RULES) {
    for (const text of rule.keywords) {
      const key = `${rule.exactCase ?? false}:${text}`;
      const entry = formats.get(key) ?? { exactCase: rule.exactCase ?? false, rules: [] };
      entry.rules.push(rule);
      formats.set(key, entry);
    }
    if (rule.back !== undefined || rule.prefix === undefined) continue;
    for (const prefix of rule.exactCase ? rule.keywords : [rule.prefix]) {
      if (prefix.length < 4) continue;
      for (const form of encodedForms(prefix)) {
        all.push({
          text: form.keyword,
          exactCase: form.exactCase,
          payload: { type: "encoded", rule, form, prefix },
        });
      }
    }
  }
  for (const [key, { exactCase, rules }] of formats) {
    all.push({ text: key.slice(key.indexOf(":") + 1), exactCase, payload: { type: "format", rules } });
  }
  const names = new Set(NAMED_VALUE_RULES.flatMap((rule) => rule.keywords));
  for (const text of names) all.push({ text, exactCase: false, payload: { type: "name" } });
  for (const text of JOINERS) all.push({ text, exactCase: true, payload: { type: "joiner" } });
  for (const text of SCOPE_KEYWORDS) all.push({ text, exactCase: false, payload: { type: "scope" } });
  return all;
}

let built: KeywordAutomaton<Payload> | undefined;
function automaton(): KeywordAutomaton<Payload> {
  built ??= new KeywordAutomaton(keywords());
  return built;
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

function fits(rule: NamedRule, name: string, { value, certain }: Assignment): boolean {
  if (!rule.named.test(name) || (rule.value !== undefined && !rule.value.test(value))) return false;
  if (rule.judge === "password") return isPassword(value, certain);
  return rule.judge === "random" ? isRandom(value) : isLiteral(value);
}

function namedMatch(text: string, start: number, end: number, kind: FileKind): Match | null {
  const assignment = readAssignment(text, start, end, kind);
  if (assignment === null) return null;
  const name = normaliseName(assignment.name);
  if (isHarmlessName(name)) return null;
  const rule = NAMED_VALUE_RULES.find((candidate) => fits(candidate, name, assignment));
  if (rule === undefined) return null;
  const { value, valueStart } = assignment;
  return { rule, start: valueStart, end: valueStart + value.length, value };
}

const BROKEN =
  /[\w.~+/=-]{0,100}["'`]{1,3}\s{0,8}(?:\+|\|\||,|&|\.(?:concat\()?|\\)?\s{0,60}[rbuRBU]?["'`]{1,3}[\w.~+/=-]/y;
const TAKES_COMMAS = /(?:join|paste0?|concat|concat_ws)\s{0,2}\([^()]{0,200}$/;

function isSticky(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** Other readings of the text around a keyword, cheapest first; none where nothing hints at one. */
function* readings(text: string, at: number, rule: FormatRule): Generator<[View, Match["via"]]> {
  const from = Math.max(0, at - (rule.back ?? 0) * 2 - 64);
  const to = Math.min(text.length, at + 3000);
  const commas = TAKES_COMMAS.test(text.slice(Math.max(0, at - 240), at));
  if (isSticky(BROKEN, text, at)) yield [joined(text, from, to, commas), "concatenated"];
  const near = text.slice(from, Math.min(to, at + 400));
  if (near.includes("\\")) {
    const plain = unescaped(text, from, to);
    yield [plain, undefined];
    const inView = indexInView(plain, at);
    if (isSticky(BROKEN, plain.text, inView)) {
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
  if (plain !== null || !isSticky(ESCAPED_OPERATOR, text, end)) return plain;
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

/** True if the literals on both sides of a joiner make up a keyword that neither of them has. */
function completesKeyword(text: string, at: number, joiner: string): boolean {
  // `paste0("` opens the first literal, `" + "` ends it.
  const opens =
    /(?:paste0|concat|join)\([[(]?["']$/.test(joiner) && !joiner.startsWith('"') && !joiner.startsWith("'");
  const first = opens ? at + joiner.length : Math.max(0, at - 14);
  LITERAL_START.lastIndex = first;
  const left = opens
    ? (LITERAL_START.exec(text)?.[0] ?? "")
    : (/[\w.~+/=-]{0,14}$/.exec(text.slice(first, at))?.[0] ?? "");
  NEXT_LITERAL.lastIndex = opens ? first + left.length : at;
  const right = NEXT_LITERAL.exec(text)?.groups?.["right"];
  if (left === "" || right === undefined) return false;
  let completes = false;
  automaton().scan(Buffer.from(left + right, "latin1"), ({ payload, text: keyword }, start) => {
    if (payload.type === "format" && start < left.length && start + keyword.length > left.length)
      completes = true;
  });
  return completes;
}

/** Formats whose very prefix is split: the literals around a joiner are read as one. */
function joinedMatches(text: string, from: number, to: number): Match[] {
  const view = joined(text, from, to, /(?:join|paste0?|concat)/.test(text.slice(from, to)));
  const matches: Match[] = [];
  automaton().scan(Buffer.from(view.text, "latin1"), ({ payload }, start) => {
    if (payload.type !== "format") return;
    for (const rule of payload.rules) {
      if (rule.prefix === undefined && rule.back === undefined) continue;
      const found = matchFormat(rule, view.text, start);
      if (found === null) continue;
      const [first, last] = [view.offsets[found.start] ?? from, view.offsets[found.end] ?? to];
      if (last - first === found.end - found.start) continue; // Not split: found as it stands.
      matches.push({ rule, start: first, end: last, value: found.value, via: "concatenated" });
    }
  });
  return matches;
}
