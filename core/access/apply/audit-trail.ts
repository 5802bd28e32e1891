import { accessChangeEvent, type AccessChange } from "../../audit/events/access-change.ts";
import type { Outcome } from "../../audit/events/ocsf.ts";
import type { AuditLog } from "../../audit/json-lines.ts";
import { changeFacts } from "../plan/audit-events.ts";
import type { AccessPlan } from "../plan/plan.ts";
import type { BundleFacts } from "../bundle-facts.ts";
import type { Applied } from "./execute.ts";

const ACTIONS = { grant: "granted", update: "updated", withdraw: "revoked", record: "granted" } as const;

function outcomeOf({ outcome, reason = "" }: Applied): Outcome {
  return outcome === "done" ? { ok: true } : { ok: false, code: "ACCESS_FAILED", reason };
}

/**
 * What became of one change, as an audit fact. A grant that an interrupted run had made is confirmed, and so recorded,
 * by the run that finds it; a record that only goes away changed no access. What was denied is told as a decision.
 */
export function auditChange(
  applied: Applied,
  plan: AccessPlan,
  bundle: BundleFacts,
): AccessChange | undefined {
  const { change, outcome } = applied;
  const { action, phase } = change;
  if (outcome === "denied" || action === "unchanged") return undefined;
  if (action === "record" && phase !== "granted") return undefined;
  return { ...changeFacts(change, plan, bundle), action: ACTIONS[action], outcome: outcomeOf(applied) };
}

/** `onApplied` of {@link applyAccess} that writes each change to the audit log. */
export function auditTrail(
  log: Pick<AuditLog, "write">,
  bundle: BundleFacts,
): (applied: Applied, plan: AccessPlan) => Promise<void> {
  return async (applied, plan) => {
    const change = auditChange(applied, plan, bundle);
    if (change !== undefined) await log.write(accessChangeEvent(change));
  };
}
