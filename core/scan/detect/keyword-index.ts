import { encodedForms, type EncodedForm } from "./encoded-forms.ts";
import { KeywordAutomaton, type Keyword } from "./keyword-automaton.ts";
import type { FormatRule } from "../rules/rule.ts";
import { FORMAT_RULES, NAMED_VALUE_RULES } from "../rules/index.ts";
import { SCOPE_KEYWORDS } from "./scope-use.ts";

/** What is to be done where a keyword is found. */
export type Payload =
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
/** The automaton of all rules; built once, when it is first needed. */
export function automaton(): KeywordAutomaton<Payload> {
  built ??= new KeywordAutomaton(keywords());
  return built;
}
