import { given, outcomeFields, servicePrincipal, SEVERITY, type AuditEvent, type Outcome } from "./ocsf.ts";

export interface AccessChange {
  /** What was done, or what was decided: `kept` stands although it is denied, because the policy says so. */
  readonly action: "granted" | "updated" | "revoked" | "allowed" | "denied" | "unchanged" | "kept";
  readonly outcome: Outcome;
  /** Deterministic name of the entry. */
  readonly name: string;
  readonly kind: string;
  readonly description: string;
  readonly bundle: string;
  readonly target: string;
  readonly job: string;
  readonly jobId?: string;
  readonly purpose: string;
  /** Application ID that the job runs as; `identity_metadata.run_as` in Databricks' audit log. */
  readonly principal?: string;
  /** Who registered it: application ID. */
  readonly registrar: string;
  readonly workspaceId: string;
  /** The object as the remote side knows it. */
  readonly object: Readonly<Record<string, string>>;
  /** Ids of the remote object in the logs of its system: FederatedCredentialId, role ARN and Sid, Vault role. */
  readonly remoteIds?: Readonly<Record<string, string>>;
  readonly decision?: {
    readonly effect: string;
    readonly rule: string;
    readonly reason: string;
    readonly policySha256?: string;
  };
  /** The proof of scope: grade, and each check with its grade. */
  readonly scope?: { readonly words: string; readonly checks: Readonly<Record<string, string>> };
  readonly revocationLag: string;
  /** Why, in a sentence: the rule that allows it, what is no longer declared, what has broken. */
  readonly reason: string;
}

const ENTITY_ACTIVITY = {
  granted: { activity_id: 1, activity_name: "Create" },
  updated: { activity_id: 3, activity_name: "Update" },
  revoked: { activity_id: 4, activity_name: "Delete" },
  denied: { activity_id: 1, activity_name: "Create" },
  allowed: { activity_id: 99, activity_name: "Allow" },
  unchanged: { activity_id: 99, activity_name: "Leave" },
  kept: { activity_id: 99, activity_name: "Keep" },
} as const;

const GRAVE: ReadonlySet<AccessChange["action"]> = new Set(["granted", "updated", "kept"]);
const CHANGES: ReadonlySet<AccessChange["action"]> = new Set(["granted", "updated", "revoked"]);

/** Entity Management 3004: trust was granted, corrected or withdrawn, or that was decided; with decision and proof. */
export function accessChangeEvent(change: AccessChange): AuditEvent {
  const { action, outcome, name, kind, decision, scope } = change;
  const policy = {
    uid: name,
    name: `${change.bundle}/${change.target}/${change.job}/${change.purpose}`,
    type: kind,
    is_applied: outcome.ok && action !== "revoked" && action !== "allowed",
    data: change.object,
  };
  const changes = CHANGES.has(action);
  return {
    event_code: changes ? "access_change" : "decision",
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    ...ENTITY_ACTIVITY[action],
    severity_id: outcome.ok ? (GRAVE.has(action) ? SEVERITY.low : SEVERITY.informational) : SEVERITY.medium,
    ...outcomeFields(outcome),
    message: `${action}: ${change.description} (job ${change.job}, ${change.purpose})`,
    comment: change.reason,
    actor: { user: servicePrincipal(change.registrar) },
    entity: { uid: name, name: change.description, type: "Policy", type_id: 5, policy },
    unmapped: {
      action,
      grant_id: name,
      kind,
      bundle: change.bundle,
      bundle_target: change.target,
      job: change.job,
      purpose: change.purpose,
      registrar: change.registrar,
      workspace_id: change.workspaceId,
      reason: change.reason,
      revocation_lag: change.revocationLag,
      ...given("job_id", change.jobId),
      ...given("run_as", change.principal),
      ...given("remote_ids", change.remoteIds),
      ...given("decision", decision),
      ...given("scope", scope),
    },
  };
}
