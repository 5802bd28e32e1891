import { createHash } from "node:crypto";

/** What every event of a step says about the step itself. */
export interface AuditContext {
  readonly productVersion: string;
  /** Joins all events of one run of the CI, whichever step wrote them; also the place to look at in the CI. */
  readonly correlationId: string;
  /** This use of the step: a UUID. */
  readonly stepId: string;
  /** Application ID of the service principal that acts where an event names no other. */
  readonly principal: string;
  /** Facts about the CI run; no secrets. */
  readonly run: Readonly<Record<string, string>>;
}

export type Data = { readonly [key: string]: unknown };

/** Every kind of event, as docs/audit.md lists them. */
export type EventCode =
  | "token_exchange"
  | "attestation"
  | "decision"
  | "access_change"
  | "resource_change"
  | "api_call"
  | "scan"
  | "refusal";

/**
 * An OCSF 1.8.0 event without what the log adds (time, sequence, run). `unmapped` takes what the class has no place for.
 * Source: ocsf/ocsf-schema v1.8.0.
 */
export interface AuditEvent {
  /** What kind of event of ours it is; becomes `metadata.event_code`. */
  readonly event_code: EventCode;
  readonly class_uid: 3002 | 3004 | 6003;
  readonly class_name: "Authentication" | "Entity Management" | "API Activity";
  readonly category_uid: 3 | 6;
  readonly activity_id: number;
  readonly activity_name: string;
  readonly severity_id: number;
  readonly status_id: 0 | 1 | 2 | 99;
  readonly status: "Unknown" | "Success" | "Failure" | "Other";
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

/** OCSF `severity_id`. */
export const SEVERITY = { informational: 1, low: 2, medium: 3, high: 4 } as const;

/** The service principal that did what an event tells, as OCSF's `actor.user`. */
export function servicePrincipal(applicationId: string): Data {
  return { type: "Service", type_id: 4, name: applicationId, uid: applicationId };
}

export function outcomeFields(outcome: Outcome): Pick<AuditEvent, "status_id" | "status"> & Data {
  if (outcome.ok) return { status_id: 1, status: "Success" };
  return { status_id: 2, status: "Failure", status_code: outcome.code, status_detail: outcome.reason };
}

/** An attribute only if it has a value. */
export const given = (name: string, value: unknown): Data =>
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
    event_code: "token_exchange",
    class_uid: 3002,
    class_name: "Authentication",
    category_uid: 3,
    activity_id: 1,
    activity_name: "Logon",
    severity_id: outcome.ok ? SEVERITY.informational : SEVERITY.medium,
    ...outcomeFields(outcome),
    message: `ID token of ${subject} ${outcome.ok ? "exchanged for" : "refused as"} ${clientId}`,
    // OAuth 2.0
    auth_protocol_id: 6,
    is_remote: true,
    user: servicePrincipal(clientId),
    actor: { user: servicePrincipal(clientId) },
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
  const { host, pathname } = new URL(url);
  // Some deletions of Databricks are a POST.
  const verb = method === "POST" && pathname.endsWith("/delete") ? "DELETE" : method;
  const [activity, activityName] = API_ACTIVITY[verb] ?? [99, "Other"];
  const result = outcome.ok ? {} : { error: outcome.code, error_message: outcome.reason };
  return {
    event_code: "api_call",
    class_uid: 6003,
    class_name: "API Activity",
    category_uid: 6,
    activity_id: activity,
    activity_name: activityName,
    severity_id: outcome.ok ? SEVERITY.informational : SEVERITY.medium,
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
    actor: { user: servicePrincipal(call.caller) },
    unmapped: { caller: call.caller },
  };
}
