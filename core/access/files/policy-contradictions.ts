import { quote } from "../../base/quote.ts";
import type { Mistake } from "../../base/errors.ts";
import { globCovers, withoutCase } from "../../base/glob.ts";
import { PIPELINE_CLAIMS } from "../../ci/pipeline-claims.ts";
import type { KindTraits } from "../kinds/kind.ts";
import type { Policy, Rule } from "./policy-shape.ts";

/** `commit` is compared for itself: it has no pattern. */
const CLAIMS = [...PIPELINE_CLAIMS.filter((name) => name !== "commit"), "issuer"] as const;
const MATCHERS = ["job", "purpose", "target"] as const;
function coversAll(outer: readonly string[] | undefined, inner: readonly string[] | undefined): boolean {
  if (outer === undefined) return true;
  return inner?.every((one) => outer.some((pattern) => globCovers(pattern, one))) ?? false;
}

/** Whether a deny rule certainly applies wherever the allow rule does. */
function denies(deny: Rule, allow: Rule, kinds: readonly KindTraits[]): boolean {
  if (!MATCHERS.every((name) => coversAll(deny[name], allow[name]))) return false;
  if (!coversAll(deny.principal?.map(withoutCase), allow.principal?.map(withoutCase))) return false;
  const named = kinds.filter(({ name }) => allow.kind?.value.includes(name) ?? true);
  const fold = named.every(({ foldsCase }) => foldsCase) ? withoutCase : String;
  if (!coversAll(deny.resource?.map(fold), allow.resource?.map(fold))) return false;
  if (!coversAll(deny.kind?.value, allow.kind?.value)) return false;
  const when = deny.when;
  if (when === undefined) return true;
  // Time, network and properties are not compared: such a deny rule is taken for one that leaves room.
  if (when.time !== undefined || when.network !== undefined || when.properties !== undefined) return false;
  if (when.commit !== undefined && allow.when?.commit === undefined) return false;
  // A deny rule about unproven scope leaves what is proven.
  if (when.scope === "unproven") return false;
  if (when.scope === "proven" && allow.when?.scope === "unproven") return false;
  return CLAIMS.every((name) => coversAll(when[name], allow.when?.[name]));
}

/** Rules that can never have an effect: what their author meant is not what the file says. */
export function impossibleRules(policy: Policy, kinds: readonly KindTraits[]): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const names = new Set<string>();
  for (const rule of policy.rules) {
    const { value: name, place } = rule.name;
    if (names.has(name)) {
      mistakes.push({
        problem: `Two rules are called "${quote(name)}".`,
        expected: "each name once",
        actual: quote(name),
        remedy: "Give each rule its own name.",
        place,
      });
    }
    names.add(name);
    const time = rule.when?.time;
    if (time !== undefined && time.value.from === time.value.to) {
      const problem = `Rule "${quote(name)}" can never match: its time begins and ends at once.`;
      mistakes.push({
        problem,
        expected: "a time that ends later than it begins, or the next day",
        actual: "the same time twice",
        remedy: "Correct `from` or `to`, or take `time` out.",
        place: time.place,
      });
    }
    if (rule.effect === "deny") continue;
    const named = kinds.filter((one) => rule.kind?.value.includes(one.name));
    const without = named
      .filter(({ provider, needsProvider }) => needsProvider && !policy.providers?.[provider])
      .map(({ provider }) => provider);
    if (rule.kind !== undefined && without.length > 0 && without.length === named.length) {
      mistakes.push({
        problem: `Rule "${quote(name)}" can never match: no provider "${quote(without[0] ?? "")}" is approved.`,
        expected: `providers.${quote(without[0] ?? "")}`,
        actual: "no such provider",
        remedy: `Add providers.${quote(without[0] ?? "")}, or take the rule out.`,
        place: rule.kind.place,
      });
    }
    const stronger = policy.rules.find((other) => other.effect === "deny" && denies(other, rule, kinds));
    if (stronger !== undefined) {
      mistakes.push({
        problem: `Rule "${quote(name)}" can never match: rule "${quote(stronger.name.value)}" denies all that it allows.`,
        expected: "a rule that can allow something",
        actual: `a deny rule ("${quote(stronger.name.value)}") that covers it`,
        remedy: "Narrow the deny rule, or take one of the two out.",
        place,
      });
    }
  }
  return mistakes;
}
