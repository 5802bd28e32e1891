import { createHash } from "node:crypto";

/** What every event of a run says about the run itself. */
export interface AuditContext {
  readonly productVersion: string;
  /** Joins all events of one run; also the place to look at in the CI. */
  readonly correlationId: string;
  /** Facts about the CI run, such as repository, commit, actor; no secrets. */
  readonly run: Readonly<Record<string, string>>;
}

type Data = { readonly [key: string]: unknown };

/**
 * An OCSF 1.8.0 event without what the log adds (time, sequence, run). `unmapped` takes what the class has no place for.
 * Source: ocsf/ocsf-schema v1.8.0.
 */
export interface AuditEvent {
  readonly class_uid: 3002 | 3004 | 6003;
  readonly class_name: "Authentication" | "Entity Management" | "API Activity";
  readonly category_uid: 3 | 6;
  readonly activity_id: number;
  readonly activity_name: string;
  readonly severity_id: number;
  readonly status_id: 1 | 2;
  readonly status: "Success" | "Failure";
  readonly message: string;
  readonly unmapped: Data;
  readonly [attribute: string]: unknown;
}

export type Outcome =
  | { readonly ok: true }
  /** `code` is one of core/base/errors.ts; the reason is free of tokens. */
  | { readonly ok: false; readonly code: string; readonly reason: string };

/** SHA-256 of a token, hex: joins with the logs of those who saw the token, and gives it to nobody. */
export function tokenSha256(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}

const INFORMATIONAL = 1;
const LOW = 2;
const MEDIUM = 3;

function outcomeFields(outcome: Outcome): Pick<AuditEvent, "status_id" | "status"> & Data {
  if (outcome.ok) return { status_id: 1, status: "Success" };
  return { status_id: 2, status: "Failure", status_code: outcome.code, status_detail: outcome.reason };
}

/** An attribute only if it has a value. */
const given = (name: string, value: unknown): Data =>
  value === undefined || value === "" ? {} : { [name]: value };

export interface TokenExchange {
  readonly outcome: Outcome;
  /** Token endpoint that was asked. */
  readonly endpoint: string;
  /** What the exchange is: `databricks` (RFC 8693) or `entra` (RFC 7523). */
  readonly exchange: string;
  /** Application ID that was asked for. */
  readonly clientId: string;
  /** Claims of the ID token; join keys of the CI, Entra and Databricks logs. */
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  readonly jwtId?: string;
  readonly keyId?: string;
  /** Digest of the ID token. */
  readonly idTokenSha256: string;
  /** Digest of the token that was handed out. */
  readonly accessTokenSha256?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Claim `uti` of an Entra token: UniqueTokenIdentifier in Entra's sign-in logs. */
  readonly uniqueTokenIdentifier?: string;
}

/** Authentication 3002, activity Logon: one ID token was exchanged, or refused. */
export function tokenExchangeEvent(exchange: TokenExchange): AuditEvent {
  const { outcome, endpoint, clientId, issuer, subject } = exchange;
  return {
    class_uid: 3002,
    class_name: "Authentication",
    category_uid: 3,
    activity_id: 1,
    activity_name: "Logon",
    severity_id: outcome.ok ? INFORMATIONAL : MEDIUM,
    ...outcomeFields(outcome),
    message: `ID token of ${subject} ${outcome.ok ? "exchanged for" : "refused as"} ${clientId}`,
    // OAuth 2.0
    auth_protocol_id: 6,
    is_remote: true,
    user: { type: "Service", type_id: 4, name: clientId, uid: clientId },
    service: { name: new URL(endpoint).host, uid: endpoint },
    session: { issuer, ...given("uid", exchange.jwtId), ...given("expiration_time", exchange.expiresAt) },
    unmapped: {
      exchange: exchange.exchange,
      issuer,
      subject,
      audience: exchange.audience,
      token_sha256: exchange.idTokenSha256,
      ...given("jti", exchange.jwtId),
      ...given("kid", exchange.keyId),
      ...given("access_token_sha256", exchange.accessTokenSha256),
      ...given("uti", exchange.uniqueTokenIdentifier),
    },
  };
}

export interface AccessChange {
  readonly action: "granted" | "updated" | "revoked" | "denied";
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
}

const ENTITY_ACTIVITY = {
  granted: { activity_id: 1, activity_name: "Create" },
  updated: { activity_id: 3, activity_name: "Update" },
  revoked: { activity_id: 4, activity_name: "Delete" },
  denied: { activity_id: 1, activity_name: "Create" },
} as const;

/** Entity Management 3004: trust was granted, corrected or withdrawn, or a grant was denied; with decision and proof. */
export function accessChangeEvent(change: AccessChange): AuditEvent {
  const { action, outcome, name, kind, decision, scope } = change;
  const policy = {
    uid: name,
    name: `${change.bundle}/${change.target}/${change.job}/${change.purpose}`,
    type: kind,
    is_applied: outcome.ok && action !== "revoked",
    data: change.object,
  };
  return {
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    ...ENTITY_ACTIVITY[action],
    severity_id: outcome.ok ? (action === "revoked" ? INFORMATIONAL : LOW) : MEDIUM,
    ...outcomeFields(outcome),
    message: `${action}: ${change.description} (job ${change.job}, ${change.purpose})`,
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
      revocation_lag: change.revocationLag,
      ...given("job_id", change.jobId),
      ...given("run_as", change.principal),
      ...given("remote_ids", change.remoteIds),
      ...given("decision", decision),
      ...given("scope", scope),
    },
  };
}

export interface ApiCall {
  readonly outcome: Outcome;
  readonly method: string;
  /** Without query and fragment. */
  readonly url: string;
  /** HTTP status of the answer; undefined if none came. */
  readonly status?: number;
  /** The server's own id of the request (`x-request-id`, `x-databricks-request-id`): joins with its log. */
  readonly requestId?: string;
  /** Application ID of the caller. */
  readonly caller: string;
  /** Name of the runner. */
  readonly runner: string;
}

const API_ACTIVITY: Readonly<Record<string, readonly [number, string]>> = {
  POST: [1, "Create"],
  GET: [2, "Read"],
  PUT: [3, "Update"],
  PATCH: [3, "Update"],
  DELETE: [4, "Delete"],
};

/** API Activity 6003: one call that changed something at a remote side, or failed to. */
export function apiCallEvent(call: ApiCall): AuditEvent {
  const { outcome, method, url, status } = call;
  const [activity, activityName] = API_ACTIVITY[method] ?? [99, "Other"];
  const { host, pathname } = new URL(url);
  const result = outcome.ok ? {} : { error: outcome.code, error_message: outcome.reason };
  return {
    class_uid: 6003,
    class_name: "API Activity",
    category_uid: 6,
    activity_id: activity,
    activity_name: activityName,
    severity_id: outcome.ok ? INFORMATIONAL : MEDIUM,
    ...outcomeFields(outcome),
    message: `${method} ${pathname}: ${outcome.ok ? "done" : outcome.code}`,
    api: {
      operation: `${method} ${pathname}`,
      service: { name: host },
      ...(call.requestId === undefined ? {} : { request: { uid: call.requestId } }),
      response: { ...given("code", status), ...result },
    },
    src_endpoint: { name: call.runner },
    dst_endpoint: { name: host, hostname: host },
    unmapped: { caller: call.caller },
  };
}
