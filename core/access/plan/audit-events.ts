import { accessChangeEvent, type AccessChange } from "../../audit/events/access-change.ts";
import { attestationEvent } from "../../audit/events/attestation.ts";
import type { AuditEvent, Outcome } from "../../audit/events/ocsf.ts";
import type { BundleFacts } from "../bundle-facts.ts";
import { scopeWords } from "../scope/proof.ts";
import type { DecidedChange } from "./decide.ts";
import type { AccessPlan } from "./plan.ts";

type Facts = Omit<AccessChange, "action" | "outcome">;

/** All that an event says of one entry, whatever was decided about it or done. */
export function changeFacts(change: DecidedChange, plan: AccessPlan, bundle: BundleFacts): Facts {
  const { name, job, purpose, kind, object, decision, scope, note } = change;
  const jobId = bundle.jobs.find(({ key }) => key === job)?.id;
  const principal = scope?.principal ?? kind.grant(object)?.principal;
  const sha256 = plan.policy?.sha256;
  return {
    name,
    kind: kind.name,
    description: kind.describe(object),
    bundle: bundle.name,
    target: bundle.target,
    job,
    ...(jobId !== undefined && { jobId }),
    purpose,
    ...(principal !== undefined && { principal }),
    registrar: plan.registrarId,
    workspaceId: bundle.workspaceId,
    object,
    ...(decision && {
      decision: {
        effect: decision.effect,
        rule: decision.rule,
        reason: decision.reason,
        ...(sha256 !== undefined && { policySha256: sha256 }),
      },
    }),
    ...(scope && {
      scope: {
        words: scopeWords(scope, kind.reach),
        checks: Object.fromEntries(scope.checks.map((check) => [check.name, check.grade])),
      },
    }),
    revocationLag: kind.revocation.lag,
    reason: [decision && `${decision.rule}: ${decision.reason}`, note].filter(Boolean).join("; "),
  };
}

/**
 * What an examination has proven and decided: an event for the scope of each job, and one for each entry. Nothing is
 * decided about what is withdrawn because it is no longer declared.
 */
export function examinationEvents(plan: AccessPlan, bundle: BundleFacts): AuditEvent[] {
  const proofs = [...plan.proofs.values()].map((proof) => {
    const { job, principal, grade, checks } = proof;
    const later = grade === "proven" && checks.some((check) => check.later);
    return attestationEvent({
      job,
      jobId: bundle.jobs.find(({ key }) => key === job)?.id,
      principal,
      // What is yet to be seen is not proven.
      grade: later ? "unproven" : grade,
      words: scopeWords(proof),
      checks: checks
        .flatMap(({ points }) => points)
        .map(({ point, grade: one, says, later: yet }) => ({
          name: point,
          grade: yet ? "unproven" : one,
          says,
        })),
      bundle: bundle.name,
      target: bundle.target,
    });
  });
  const decisions = [...plan.changes, ...plan.denied].flatMap((change) => {
    const { decision, action, scope } = change;
    if (!decision) return [];
    const denied = decision.effect === "deny";
    const kept = denied && action === "unchanged" && plan.changes.includes(change);
    const code = scope?.grade === "broken" ? "SCOPE_BROKEN" : "ACCESS_DENIED";
    const outcome: Outcome = denied ? { ok: false, code, reason: decision.reason } : { ok: true };
    const decided = denied ? "denied" : action === "unchanged" ? "unchanged" : "allowed";
    const facts = changeFacts(change, plan, bundle);
    return [
      accessChangeEvent({
        ...facts,
        action: kept ? "kept" : decided,
        outcome: kept ? { ok: true } : outcome,
      }),
    ];
  });
  return [...proofs, ...decisions];
}

/** Takes the examinations of one run, and gives of each what none before has said: one decision is told once. */
export function newlyExamined(): (plan: AccessPlan, bundle: BundleFacts) => AuditEvent[] {
  const said = new Set<string>();
  return (plan, bundle) =>
    examinationEvents(plan, bundle).filter((event) => {
      const { event_code: code, message, unmapped, status_code: why } = event;
      const { decision, checks } = unmapped;
      const text = JSON.stringify([code, message, why, decision, checks]);
      return !said.has(text) && said.add(text);
    });
}
