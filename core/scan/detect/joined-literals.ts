import { matchFormat } from "./format-match.ts";
import { automaton } from "./keyword-index.ts";
import type { Match } from "./match.ts";
import { joined } from "./views.ts";

/** From the quote that ends one literal to the first characters of the next. */
const NEXT_LITERAL = /["'`]\s{0,4}(?:\+|\|\||,|\.concat\()?\s{0,60}[rbu]?["'`](?<right>[\w.~+/=-]{1,14})/y;
const LITERAL_START = /[\w.~+/=-]{0,14}/y;

/** True if the literals on both sides of a joiner make up a keyword that neither of them has. */
export function completesKeyword(text: string, at: number, joiner: string): boolean {
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
export function joinedMatches(text: string, from: number, to: number): Match[] {
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
