import type { Change, Changes } from "./changes.ts";
import type { Declared, DeclarationMistake } from "./declare.ts";
import { decide, type Decision, type Evidence } from "./policy.ts";
import type { BundleFacts } from "../bundle-facts.ts";
import type { PolicyFile } from "../files/policy-file.ts";
import { bundleGrants, lentByBundle } from "../scope/bundle-grants.ts";
import { gradeForPolicy, isHidden, scopeWords, type ScopeProof } from "../scope/proof.ts";
import { objectKey } from "../state/record.ts";

/** A change with all that led to it. */
export interface DecidedChange extends Change {
  readonly decision?: Decision;
  readonly scope?: ScopeProof;
}

export interface Decided {
  /** With what is withdrawn because it is no longer allowed, and what is kept although it is not. */
  readonly changes: readonly DecidedChange[];
  /** Entries that may not be granted, with their decision, and of which nothing is withdrawn. */
  readonly denied: readonly DecidedChange[];
  readonly findings: readonly DeclarationMistake[];
  readonly warnings: readonly string[];
}

/** What decisions rest on. */
export interface DecisionBasis {
  /** By job. */
  readonly proofs: ReadonlyMap<string, ScopeProof>;
  readonly policy: PolicyFile | undefined;
  readonly evidence: Evidence;
  readonly bundle: Pick<BundleFacts, "target" | "jobs" | "config">;
  readonly deployed: boolean;
}

type Denied = DecidedChange & { readonly decision: Decision; readonly scope: ScopeProof };

const IN_FORCE = " What was granted before stays in force.";

function finding(entry: Declared, { decision, scope, standing }: Denied): DeclarationMistake {
  const { job, purpose } = entry;
  const what = `Job "${job.key}", ${purpose.value}: ${entry.kind.describe(entry.object)}`;
  const stands = standing === undefined ? "" : IN_FORCE;
  const weak = scope.checks.filter((check) => check.grade === scope.grade && check.grade !== "proven");
  const found = weak.map((check) => check.says).join("; ");
  if (scope.grade === "broken") {
    const remedy = weak.map((check) => check.remedy ?? "").join(" ");
    const problem = `${what} cannot be granted: its scope is broken.${stands}`;
    return { code: "SCOPE_BROKEN", mistake: { problem, actual: found, remedy, place: purpose.place } };
  }
  const rights = [...new Set(weak.map((check) => check.missingRight ?? ""))].join("; ");
  return {
    code: "ACCESS_DENIED",
    mistake: {
      problem: `${what} is denied by ${decision.rule}: ${decision.reason}.${stands}`,
      actual: `scope ${scopeWords(scope, entry.kind.reach)}${found === "" ? "" : ` (${found})`}`,
      remedy:
        rights === ""
          ? "Ask the owner of the policy file for a rule, or take the entry out."
          : `Give what is missing to prove the scope (${rights}), or ask for a rule that accepts it.`,
      place: purpose.place,
    },
  };
}

/** Why something is no longer allowed: one text for plan, warning and audit. */
function whyDenied({ decision, scope }: Denied): string {
  if (scope.grade !== "broken") return `denied by ${decision.rule}: ${decision.reason}`;
  const broken = scope.checks.filter(({ grade }) => grade === "broken");
  return `its scope is broken: ${broken.map(({ says }) => says).join("; ")}`;
}

/**
 * Whether the bundle itself proposes what would break the scope: another of its jobs runs as the same principal, or
 * `grants:` of its own lend the object to others. Until that is deployed nothing is broken, and the deployment is what must
 * not happen.
 */
function isProposed({ scope, kind, object }: Denied, { bundle, deployed }: DecisionBasis): boolean {
  if (deployed || scope.grade !== "broken") return false;
  const grant = kind.grant(object);
  const lent = lentByBundle(grant ? [grant] : [], bundleGrants(bundle.config), new Set([scope.principal]));
  if (lent.length > 0) return true;
  const runners = bundle.jobs.filter(
    ({ runAs }) => runAs.kind === "service_principal" && runAs.applicationId === scope.principal,
  );
  return runners.length > 1;
}

/**
 * Decides every declared entry by policy and keeps only changes that it allows; withdrawing is always allowed. What was
 * granted and is no longer allowed is withdrawn, or kept where the policy says so. A denial of the moment (time, network,
 * what is checked out) withdraws nothing: it says when access may be granted, not how long it lives.
 */
export function decideChanges(
  planned: Changes,
  declared: readonly Declared[],
  basis: DecisionBasis,
): Decided {
  const { proofs, policy, evidence, bundle } = basis;
  const changes: DecidedChange[] = [];
  const denied: DecidedChange[] = [];
  const revoked: Denied[] = [];
  const findings: DeclarationMistake[] = [];
  const warnings: string[] = [];
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
    const { job, purpose, kind, object, standing } = change;
    const request = {
      job,
      purpose,
      kind: kind.name,
      resource: kind.resource(object),
      foldsCase: kind.foldsCase === true,
      target: bundle.target,
      principal: scope.principal,
    };
    const decision = decide(policy, { ...request, scope: gradeForPolicy(scope) }, evidence);
    const decided = { ...change, decision, scope };
    // An outage proves nothing, and takes nothing away: what would be allowed otherwise stays until it can be read.
    const isOutage =
      isHidden(scope) && decide(policy, { ...request, scope: "proven" }, evidence).effect === "allow";
    if (decision.effect === "allow") changes.push(decided);
    else if (standing === undefined || decision.momentary || isOutage || isProposed(decided, basis)) {
      denied.push(decided);
      findings.push(finding(entry, decided));
    } else if (policy?.policy.on_denied === "keep") {
      const since = standing.since ?? "a time that was not recorded";
      const note = `${whyDenied(decided)}; kept by the policy (on_denied: keep), in force since ${since}`;
      changes.push({ ...decided, action: "unchanged", note });
      warnings.push(`Job "${job}", ${purpose}: ${kind.describe(object)} is no longer allowed: ${note}.`);
    } else revoked.push(decided);
  }
  const allowed = new Set(
    changes
      .filter(({ phase, action }) => phase === "granted" && action !== "withdraw")
      .map(({ kind, object }) => objectKey(kind.name, object)),
  );
  for (const one of revoked) {
    const { job, purpose, kind, object } = one;
    const why = whyDenied(one);
    const shared = allowed.has(objectKey(kind.name, object));
    const note = shared ? `${why}, but another entry needs it` : why;
    changes.push({ ...one, action: shared ? "record" : "withdraw", phase: undefined, note });
    const fate = shared ? "stays for another entry" : "is withdrawn";
    warnings.push(`Job "${job}", ${purpose}: ${kind.describe(object)} ${fate}: ${why}.`);
  }
  return { changes, denied, findings, warnings };
}
