import type { AuditEvent } from "./ocsf.ts";

/** One credential that the scan has found; no value, and nothing from which one could be told. */
export interface AuditedFinding {
  readonly rule: string;
  readonly file: string;
  readonly line: number | undefined;
  readonly fingerprint: string;
  readonly blocking: boolean;
}

const MOST = 100;

/** API Activity 6003: one look of the scan for static credentials at what was about to be uploaded to `host`. */
export function scanEvent(scan: {
  readonly host: string;
  readonly runner: string;
  readonly accepted: number;
  readonly findings: readonly AuditedFinding[];
}): AuditEvent {
  const { findings, accepted, host, runner } = scan;
  const blocked = findings.some(({ blocking }) => blocking);
  const name = new URL(host).host;
  return {
    event_code: "scan",
    class_uid: 6003,
    class_name: "API Activity",
    category_uid: 6,
    activity_id: 99,
    activity_name: "Other",
    // OCSF severity: High, Low, Informational.
    severity_id: blocked ? 4 : findings.length > 0 ? 2 : 1,
    status_id: blocked ? 2 : 1,
    status: blocked ? "Failure" : "Success",
    ...(blocked && { status_code: "CREDENTIAL_FOUND" }),
    message: `Scan for static credentials: ${findings.length} found, ${accepted} accepted by exceptions${blocked ? "; the deployment was stopped" : ""}`,
    api: { operation: "Scan of the deployment", service: { name } },
    src_endpoint: { name: runner },
    dst_endpoint: { name, hostname: name },
    unmapped: { accepted, findings: findings.slice(0, MOST), findings_count: findings.length },
  };
}
