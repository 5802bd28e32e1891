import type { AccessPlan } from "./plan.ts";
import type { DecidedChange } from "./decide.ts";
import { CHECKS, scopeWords, type ScopeProof } from "../scope/proof.ts";
import type { Grade } from "./policy.ts";

/** One line of the access plan, ready for a table in log and job summary. */
export interface PlanRow {
  readonly action: string;
  readonly job: string;
  readonly purpose: string;
  readonly what: string;
  /** "" for what is withdrawn. */
  readonly scope: string;
  readonly decidedBy: string;
  readonly note: string;
  /** How long access lives on after a withdrawal. */
  readonly revocationLag: string;
}

export function planRow({
  action,
  job,
  purpose,
  kind,
  object,
  decision,
  scope,
  note = "",
}: DecidedChange): PlanRow {
  const selfReported = decision?.selfReported.length
    ? ` (self-reported: ${decision.selfReported.join(", ")})`
    : "";
  return {
    action,
    job,
    purpose,
    what: kind.describe(object),
    scope: scope === undefined ? "" : scopeWords(scope, kind.reach),
    decidedBy: decision === undefined ? "" : `${decision.rule}: ${decision.reason}${selfReported}`,
    note,
    revocationLag: kind.revocation.lag,
  };
}

/** The proof of one job, one line a check, with what is missing, what mends it and what remains. */
export function proofLines(proof: ScopeProof): readonly string[] {
  return proof.checks.flatMap((check) => [
    `${check.later === true ? "later" : check.grade}: ${CHECKS[check.name]} (${check.says})`,
    ...(check.sharers === undefined ? [] : [`  shared with: ${check.sharers.join(", ")}`]),
    ...(check.remedy === undefined ? [] : [`  to do: ${check.remedy}`]),
    ...(check.residual ?? []).map((line) => `  remains: ${line}`),
  ]);
}

/** The same for a table. */
export function proofChecks(proof: ScopeProof): readonly {
  readonly grade: Grade | "later";
  readonly what: string;
  readonly says: string;
  readonly remedy?: string | undefined;
}[] {
  return proof.checks.map(({ name, grade, later, says, remedy }) => ({
    grade: later === true ? "later" : grade,
    what: CHECKS[name],
    says,
    remedy,
  }));
}

/** Where the policy comes from, for plan and summary. */
export function policyLine({ policy }: AccessPlan): string {
  return policy === undefined ? "no policy file" : `${policy.path}, sha256 ${policy.sha256}`;
}
