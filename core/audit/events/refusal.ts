import type { ErrorCode, SecretlessError } from "../../base/errors.ts";
import { outcomeFields, SEVERITY, type AuditEvent } from "./ocsf.ts";

/**
 * Codes by which a run refuses what it was asked for. What policy, proof and scan refuse has events of its own, and what
 * somebody else refuses is in the event of the exchange or call.
 */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "EVENT_NOT_TRUSTED",
  "WRONG_PRINCIPAL",
  "WRONG_WORKSPACE",
  "WRONG_ACCOUNT",
  "HOST_NOT_APPROVED",
  "ENDPOINT_NOT_TRUSTED",
  "AUDIENCE_NOT_APPROVED",
  "CREDENTIAL_IN_BUNDLE",
  "CLI_HASH_MISMATCH",
  "CLI_ARCHIVE_REFUSED",
  "DESTRUCTIVE_PLAN",
  "ID_TOKEN_NOT_VERIFIED",
  "ACCESS_CLASH",
  "ACCESS_STATE_UNREADABLE",
  "ACCESS_STATE_FORGED",
  "ACCESS_STATE_FOREIGN",
  "ACCESS_STATE_ORPHANED",
  "ACCESS_STATE_WRITABLE",
  "ACCESS_UNSEPARATED",
  "ACCESS_DEPLOYMENT_UNPROVEN",
  "ACCESS_STANDS",
  "ACCESS_PLAN_OUTDATED",
]);

export function isRefusal({ code }: SecretlessError): boolean {
  return REFUSALS.has(code);
}

/** API Activity 6003, always a failure: this step itself refused what it was asked for. */
export function refusalEvent(
  { code, details }: SecretlessError,
  { command, host, runner }: { readonly command: string; readonly host: string; readonly runner: string },
): AuditEvent {
  const reason = [details.problem, details.actual].filter((text) => text !== undefined).join(" ");
  const name = new URL(host).host;
  return {
    event_code: "refusal",
    class_uid: 6003,
    class_name: "API Activity",
    category_uid: 6,
    activity_id: 99,
    activity_name: "Other",
    severity_id: SEVERITY.high,
    ...outcomeFields({ ok: false, code, reason }),
    message: `refused: ${code}`,
    api: { operation: command, service: { name }, response: { error: code, error_message: reason } },
    src_endpoint: { name: runner },
    dst_endpoint: { name, hostname: name },
    unmapped: { reason, ...(details.expected !== undefined && { expected: details.expected }) },
  };
}
