import type { KindTraits } from "../kinds/kind.ts";
import type { Grade } from "../plan/policy.ts";
import type { Reading, When } from "./reading.ts";

/** The links of the chain. Each is one file of this folder, and one row of the table in docs/access.md. */
export const CHECKS = {
  principal: "the job runs as a service principal that runs this job alone",
  actors: "nobody else can act as the principal",
  credential: "the credential, secret or connection is this workspace's, and has no other user",
  twins: "no other credential stands behind the same cloud identity",
  compute: "nothing else shares the job's compute",
  code: "who may change what the job runs is known",
} as const;
export type CheckName = keyof typeof CHECKS;

/** What a check is made of: the facts that standards and audit tell apart. */
export type PointName =
  | "run-as"
  | "deployed"
  | "exclusive"
  | "other-workspaces"
  | "principal-users"
  | "oauth-secrets"
  | "tokens"
  | "federation-policies"
  | "workspace-admins"
  | "credential-users"
  | "isolation"
  | "twins"
  | "compute"
  | "editors"
  | "settings";

/** job: nothing else can present the identity. group: the jobs that policy puts together. cluster: whoever shares the compute. */
export type Level = "job" | "group" | "cluster";

/** What one fact, or one link, comes to. */
export interface Verdict<W extends When = When> {
  readonly grade: Grade;
  /** What was found, in a sentence. */
  readonly says: string;
  /** unproven: the right that is missing to read it. */
  readonly missingRight?: string;
  /** unproven for an outage alone: the next run may read it. */
  readonly passing?: true;
  /** broken, or unproven where it is not for want of a right: the step that mends it. */
  readonly remedy?: string;
  /** What remains true even though the check holds: owners, admins, editors. */
  readonly residual?: readonly string[];
  /** The fact does not exist yet, or only the registrar can read it: it is checked after the deployment. */
  readonly later?: W extends "before" ? true : never;
  /** Who shares the compute, where the claim is about all of them. */
  readonly sharers?: readonly string[];
  /** Who or what is left out of the claim although the check holds: "workspace admins". */
  readonly except?: string;
}

export interface Point<W extends When = When> extends Verdict<W> {
  readonly point: PointName;
}

/** One link of the chain with its grade: that of its weakest point. */
export interface Check<W extends When = When> extends Verdict<W> {
  readonly name: CheckName;
  readonly points: readonly Point<W>[];
}

export interface ScopeProof<W extends When = When> {
  readonly job: string;
  /** Application ID; "" if the job does not run as a service principal. */
  readonly principal: string;
  readonly grade: Grade;
  readonly level: Level;
  /** Jobs that share the principal or credential by policy; their scope is this group, never one job. */
  readonly group: readonly string[];
  readonly checks: readonly Check<W>[];
}

const ORDER: readonly Grade[] = ["proven", "unproven", "broken"];

export function worst(grades: readonly Grade[]): Grade {
  return ORDER[Math.max(0, ...grades.map((grade) => ORDER.indexOf(grade)))] ?? "broken";
}

export const proven = (says: string, residual: readonly string[] = []): Verdict<never> => ({
  grade: "proven",
  says,
  ...(residual.length === 0 ? {} : { residual: [...new Set(residual)] }),
});
export const broken = (says: string, remedy: string): Verdict<never> => ({ grade: "broken", says, remedy });
export const unproven = (says: string, remedy: string): Verdict<never> => ({
  grade: "unproven",
  says,
  remedy,
});

/** A fact that is not known is unproven, unless it is only not known yet. */
export function judge<T, W extends When>(
  reading: Reading<T, W>,
  decide: (value: T) => Verdict<W>,
): Verdict<W> {
  if (reading.state === "known") return decide(reading.value);
  if (reading.state === "later") {
    const says = `not checked yet: ${reading.why}; checked after the deployment`;
    // Only before the deployment is there a reading that is "later".
    return { grade: "proven", says, later: true as NonNullable<Verdict<W>["later"]> };
  }
  const { missingRight, passing } = reading;
  return {
    grade: "unproven",
    says: `could not be read without ${missingRight}`,
    missingRight,
    ...(passing && { passing }),
  };
}

function joined(texts: readonly (string | undefined)[], by: string): string | undefined {
  const distinct = [...new Set(texts.filter((text) => text !== undefined && text !== ""))];
  return distinct.length === 0 ? undefined : distinct.join(by);
}

/** Several verdicts as one, which is no better than the weakest of them. */
export function weakest<W extends When>(verdicts: readonly Verdict<W>[]): Verdict<W> {
  const grade = worst(verdicts.map((verdict) => verdict.grade));
  const decisive = verdicts.filter((verdict) => verdict.grade === grade);
  const residual = [...new Set(verdicts.flatMap((verdict) => verdict.residual ?? []))];
  const sharers = [...new Set(verdicts.flatMap((verdict) => verdict.sharers ?? []))];
  const missingRight = joined(
    decisive.map((verdict) => verdict.missingRight),
    "; ",
  );
  const remedy = joined(
    decisive.map((verdict) => verdict.remedy),
    " ",
  );
  const except = joined(
    verdicts.map((verdict) => verdict.except),
    " and ",
  );
  const passing = grade === "unproven" && decisive.every((verdict) => verdict.passing === true);
  const later = decisive.find((verdict) => verdict.later)?.later;
  return {
    grade,
    says:
      joined(
        decisive.map((verdict) => verdict.says),
        "; ",
      ) ?? "nothing to check",
    ...(missingRight === undefined || grade !== "unproven" ? {} : { missingRight }),
    ...(passing && { passing }),
    ...(remedy === undefined || grade === "proven" ? {} : { remedy }),
    ...(residual.length === 0 ? {} : { residual }),
    ...(sharers.length === 0 ? {} : { sharers }),
    ...(except === undefined ? {} : { except }),
    ...(later === undefined || grade !== "proven" ? {} : { later }),
  };
}

/** The whole chain: its grade is that of the weakest link, its level the widest that a link leaves. */
export function claim<W extends When>(
  subject: { readonly job: string; readonly principal: string; readonly group: readonly string[] },
  points: readonly (readonly [CheckName, readonly Point<W>[]])[],
): ScopeProof<W> {
  const checks = points.map(([name, of]) => ({ name, points: of, ...weakest(of) }));
  const shared = checks.some(({ sharers }) => sharers !== undefined);
  return {
    ...subject,
    grade: worst(checks.map(({ grade }) => grade)),
    level: shared ? "cluster" : subject.group.length > 0 ? "group" : "job",
    checks,
  };
}

/** Whether nothing but an outage keeps the chain from being proven. */
export function isHidden({ grade, checks }: Pick<ScopeProof, "grade" | "checks">): boolean {
  const unproven = checks.filter((check) => check.grade === "unproven");
  return grade === "unproven" && unproven.every(({ passing }) => passing === true);
}

/**
 * The grade that policy decides by: a claim about everybody on a cluster is no proof about the job, and passes only
 * where a rule accepts what is unproven.
 */
export function gradeForPolicy({ grade, level }: Pick<ScopeProof, "grade" | "level">): Grade {
  return worst([grade, level === "cluster" ? "unproven" : "proven"]);
}

/**
 * The one wording for a proof. Only what is proven for a single job is ever called job-scoped and proven.
 * @param reach of a kind by which the job presents no identity: what it reads or calls then is no part of one
 */
export function scopeWords(
  { grade, level, group, checks }: Omit<ScopeProof, "job" | "principal">,
  reach?: KindTraits["reach"],
): string {
  if (grade === "broken") return "broken";
  // A plan does not promise what is yet to be seen.
  if (grade === "proven" && checks.some(({ later }) => later))
    return "not broken so far; to be proven after the deployment";
  const sharers = checks.flatMap((check) => check.sharers ?? []);
  const names = { job: [], group, cluster: sharers.length > 0 ? sharers : ["whoever shares it"] }[level];
  const scope = reach === undefined ? `${level}-scoped` : `${reach} by this ${level} alone`;
  const what = `${scope}${names.length === 0 ? "" : ` (${names.join(", ")})`}`;
  const except = joined(
    checks.map((check) => check.except),
    " and ",
  );
  return `${what}: ${grade}${except === undefined ? "" : `, except ${except}`}`;
}
