import { given, outcomeFields, SEVERITY, type AuditEvent } from "./ocsf.ts";

/** What was proven about the scope of one job. */
export interface Attestation {
  readonly job: string;
  readonly jobId?: string | undefined;
  /** Application ID that the job runs as. */
  readonly principal: string;
  readonly grade: "proven" | "unproven" | "broken";
  /** The one wording for the proof. */
  readonly words: string;
  readonly checks: readonly { readonly name: string; readonly grade: string; readonly says: string }[];
  readonly bundle: string;
  readonly target: string;
}

/**
 * Entity Management 3004, activity Read: the identity of a job was looked at. Proven is a success, broken a failure;
 * unproven is neither.
 */
export function attestationEvent(attestation: Attestation): AuditEvent {
  const { job, principal, grade, words, checks } = attestation;
  const weak = checks.filter((check) => check.grade === grade).map(({ says }) => says);
  const reason = `scope ${words}: ${weak.join("; ")}`;
  const status =
    grade === "unproven"
      ? ({ status_id: 99, status: "Other", status_detail: reason } as const)
      : outcomeFields(grade === "proven" ? { ok: true } : { ok: false, code: "SCOPE_BROKEN", reason });
  const severity = { proven: SEVERITY.informational, unproven: SEVERITY.low, broken: SEVERITY.high };
  return {
    event_code: "attestation",
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    activity_id: 2,
    activity_name: "Read",
    severity_id: severity[grade],
    ...status,
    message: `scope of job ${job}: ${words}`,
    entity: { uid: principal, name: job, type: "User", type_id: 2 },
    unmapped: {
      job,
      run_as: principal,
      grade,
      words,
      checks: checks.map(({ name, grade: one, says }) => ({ name, grade: one, says })),
      bundle: attestation.bundle,
      bundle_target: attestation.target,
      ...given("job_id", attestation.jobId),
    },
  };
}
