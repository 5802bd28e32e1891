import { accessChangeEvent, type AccessChange, type Outcome } from "../../audit/events/ocsf.ts";
import type { AuditLog } from "../../audit/json-lines.ts";
import type { AccessPlan } from "../plan/plan.ts";
import type { BundleFacts } from "../bundle-facts.ts";
import type { Applied } from "./execute.ts";
import { scopeWords } from "../scope/proof.ts";

const ACTIONS = { grant: "granted", update: "updated", withdraw: "revoked" } as const;

function outcomeOf({ outcome, reason = "" }: Applied): Outcome {
  if (outcome === "done") return { ok: true };
  return { ok: false, code: outcome === "denied" ? "ACCESS_DENIED" : "ACCESS_FAILED", reason };
}

/**
 * What became of one change, as an audit fact. A grant that an interrupted run had made is confirmed, and so recorded,
 * by the run that finds it; a record that only goes away changed no access.
 */
export function auditChange(
  applied: Applied,
  plan: AccessPlan,
  bundle: BundleFacts,
): AccessChange | undefined {
  const { change, outcome } = applied;
  const { action, name, job, purpose, target, object, decision, scope } = change;
  if (action === "unchanged" && outcome !== "denied") return undefined;
  if (action === "record" && change.phase !== "granted") return undefined;
  const jobId = bundle.jobs.find(({ key }) => key === job)?.id;
  const sha256 = plan.policy?.sha256;
  return {
    action:
      outcome === "denied"
        ? "denied"
        : action === "record" || action === "unchanged"
          ? "granted"
          : ACTIONS[action],
    outcome: outcomeOf(applied),
    name,
    kind: target.kind,
    description: target.describe(object),
    bundle: bundle.name,
    target: bundle.target,
    job,
    ...(jobId === undefined ? {} : { jobId }),
    purpose,
    ...(scope === undefined ? {} : { principal: scope.principal }),
    registrar: plan.registrarId,
    workspaceId: bundle.workspaceId,
    object,
    ...(decision === undefined
      ? {}
      : {
          decision: {
            effect: decision.effect,
            rule: decision.rule,
            reason: decision.reason,
            ...(sha256 === undefined ? {} : { policySha256: sha256 }),
          },
        }),
    ...(scope === undefined
      ? {}
      : {
          scope: {
            words: scopeWords(scope),
            checks: Object.fromEntries(scope.checks.map((check) => [check.name, check.grade])),
          },
        }),
    revocationLag: target.revocation.lag,
  };
}

/** `onApplied` of {@link applyAccess} that writes each change to the audit log. */
export function auditTrail(
  log: AuditLog,
  bundle: BundleFacts,
): (applied: Applied, plan: AccessPlan) => Promise<void> {
  return async (applied, plan) => {
    const change = auditChange(applied, plan, bundle);
    if (change !== undefined) await log.write(accessChangeEvent(change));
  };
}
