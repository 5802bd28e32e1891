import type { Grade } from "../plan/policy.ts";

export const CHECKS = {
  "run-as": "the job runs as a service principal of its own",
  exclusive: "no other job, pipeline, app or endpoint runs as it",
  "principal-users": "nobody outside principal_users may act as it",
  "oauth-secrets": "it has no OAuth secrets",
  "federation-policies": "no outside workload can sign in as it",
  editors: "who may change what the job runs is known",
  credential: "the credential has no other user",
} as const;
export type CheckName = keyof typeof CHECKS;

/** One link of the chain with its grade. */
export interface Check {
  readonly name: CheckName;
  readonly grade: Grade;
  /** What was found, in a sentence. */
  readonly says: string;
  /** unproven: the right that is missing to read it. */
  readonly missingRight?: string;
  /** broken: the step that mends it. */
  readonly remedy?: string;
  /** What remains true even though the check holds: owners, admins, editors. */
  readonly residual?: readonly string[];
  /** The fact does not exist yet, or only the registrar can read it: it is checked after the deployment. */
  readonly later?: true;
}

export interface ScopeProof {
  readonly job: string;
  readonly principal: string;
  readonly grade: Grade;
  /** Jobs that share the principal or credential by policy; their scope is this group, never one job. */
  readonly group: readonly string[];
  readonly checks: readonly Check[];
}

const ORDER: readonly Grade[] = ["proven", "unproven", "broken"];

export function worst(grades: readonly Grade[]): Grade {
  return ORDER[Math.max(0, ...grades.map((grade) => ORDER.indexOf(grade)))] ?? "broken";
}

/** The one wording for a proof. Only what is proven for a single job is ever called job-scoped. */
export function scopeWords(proof: Pick<ScopeProof, "grade" | "group" | "checks">): string {
  if (proof.grade === "broken") return "broken";
  const what = proof.group.length > 0 ? `group-scoped (${proof.group.join(", ")})` : "job-scoped";
  if (proof.grade === "unproven") return "unproven";
  // A plan does not promise what is yet to be seen.
  return proof.checks.some(({ later }) => later)
    ? "not broken so far; to be proven after the deployment"
    : `${what}: proven`;
}
