import { globMatches } from "../base/glob.ts";
import { SCOPE_RULE } from "./rules/practices.ts";
import type { Finding, SecretScopeUse } from "./finding.ts";

/** `scan.scopes` of policy.yml: for each target the names of secret scopes that its jobs may read; `*` stands for anything. */
export type ScopePolicy = Readonly<Record<string, readonly string[]>>;

/**
 * Why a target may not read a scope, or undefined if it may. A target that the policy names reads only what stands
 * there; one that it does not name reads everything but what stands under another target alone.
 */
export function scopeRefusal(scope: string, target: string, policy: ScopePolicy): string | undefined {
  const own = Object.hasOwn(policy, target) ? policy[target] : undefined;
  if (own !== undefined) {
    if (own.some((pattern) => globMatches(pattern, scope))) return undefined;
    return `target ${target} may read ${own.length === 0 ? "no scope" : own.join(", ")}`;
  }
  const owner = Object.entries(policy).find(([, patterns]) =>
    patterns.some((pattern) => globMatches(pattern, scope)),
  );
  return owner && `the scope belongs to target ${owner[0]}`;
}

/** One finding for each use of a scope that the policy refuses. */
export function scopeFindings(
  uses: readonly SecretScopeUse[],
  target: string,
  policy: ScopePolicy,
): Finding[] {
  return uses.flatMap(({ scope, place, setting }): Finding[] => {
    const refusal = scopeRefusal(scope, target, policy);
    if (refusal === undefined) return [];
    return [
      {
        rule: SCOPE_RULE,
        level: "error",
        place,
        ...(setting !== undefined && { setting }),
        shown: `scope ${scope}: ${refusal}`,
        fingerprint: scope,
      },
    ];
  });
}
