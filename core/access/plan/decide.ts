import type { Change, Changes } from "./changes.ts";
import type { Declared, DeclarationMistake } from "./declare.ts";
import { decide, type Decision, type Evidence } from "./policy.ts";
import type { PolicyFile } from "../files/policy-file.ts";
import { gradeForPolicy, scopeWords, type ScopeProof } from "../scope/proof.ts";

/** A change with all that led to it. */
export interface DecidedChange extends Change {
  readonly decision?: Decision;
  readonly scope?: ScopeProof;
}

export interface Decided {
  readonly changes: readonly DecidedChange[];
  /** Entries that may not be granted, with their decision; what they have keeps standing until it is withdrawn. */
  readonly denied: readonly DecidedChange[];
  readonly findings: readonly DeclarationMistake[];
}

function finding(entry: Declared, decision: Decision, scope: ScopeProof): DeclarationMistake {
  const { job, purpose } = entry;
  const what = `Job "${job.key}", ${purpose.value}: ${entry.target.describe(entry.object)}`;
  const weak = scope.checks.filter((check) => check.grade === scope.grade && check.grade !== "proven");
  const found = weak.map((check) => check.says).join("; ");
  if (scope.grade === "broken") {
    const remedy = weak.map((check) => check.remedy ?? "").join(" ");
    const problem = `${what} cannot be granted: its scope is broken.`;
    return { code: "SCOPE_BROKEN", mistake: { problem, actual: found, remedy, place: purpose.place } };
  }
  const rights = [...new Set(weak.map((check) => check.missingRight ?? ""))].join("; ");
  return {
    code: "ACCESS_DENIED",
    mistake: {
      problem: `${what} is denied by ${decision.rule}: ${decision.reason}.`,
      actual: `scope ${scopeWords(scope)}${found === "" ? "" : ` (${found})`}`,
      remedy:
        rights === ""
          ? "Ask the owner of the policy file for a rule, or take the entry out."
          : `Give what is missing to prove the scope (${rights}), or ask for a rule that accepts it.`,
      place: purpose.place,
    },
  };
}

/** Decides every declared entry by policy and keeps only changes that it allows; withdrawing is always allowed. */
export function decideChanges(
  planned: Changes,
  declared: readonly Declared[],
  proofs: ReadonlyMap<string, ScopeProof>,
  policy: PolicyFile | undefined,
  evidence: Evidence,
  bundleTarget: string,
): Decided {
  const changes: DecidedChange[] = [];
  const denied: DecidedChange[] = [];
  const findings: DeclarationMistake[] = [];
  const live = new Map(
    declared.filter((entry) => entry.expired === undefined).map((entry) => [entry.name, entry]),
  );
  for (const change of planned.changes) {
    const entry = live.get(change.name);
    if (change.action === "withdraw" || change.phase !== "granted" || entry === undefined) {
      changes.push(change);
      continue;
    }
    const scope = proofs.get(change.job);
    if (scope === undefined) throw new Error(`no proof was made for job ${change.job}`);
    const { job, purpose, target } = change;
    const request = {
      job,
      purpose,
      kind: target.kind,
      resource: target.resource(change.object),
      target: bundleTarget,
    };
    const decision = decide(policy, { ...request, scope: gradeForPolicy(scope) }, evidence);
    const decided = { ...change, decision, scope };
    if (decision.effect === "allow") changes.push(decided);
    else {
      denied.push(decided);
      findings.push(finding(entry, decision, scope));
    }
  }
  return { changes, denied, findings };
}
