/** Every way a run can fail, as a closed set. Each code has its entry in docs/troubleshooting.md (tested). */
export const ERROR_CODES = [
  "INPUT_INVALID",
  "EVENT_NOT_TRUSTED",
  "ID_TOKEN_PERMISSION_MISSING",
  "ID_TOKEN_FORK",
  "ID_TOKEN_REFUSED",
  "ID_TOKEN_NOT_OFFERED",
  "JOB_TOKEN_MISSING",
  "CONNECTION_UNKNOWN",
  "CONNECTION_NOT_REFERENCED",
  "CONNECTION_NOT_FEDERATED",
  "EXCHANGE_REFUSED",
  "ENDPOINT_UNAVAILABLE",
  "ENDPOINT_NOT_TRUSTED",
  "AUDIENCE_NOT_APPROVED",
  "WRONG_PRINCIPAL",
  "WRONG_WORKSPACE",
  "WRONG_ACCOUNT",
  "HOST_NOT_APPROVED",
  "CREDENTIAL_IN_BUNDLE",
  "CREDENTIAL_FOUND",
  "CREDENTIAL_UPLOADED",
  "SCAN_INCOMPLETE",
  "EXCEPTIONS_INVALID",
  "CLI_NOT_FOUND",
  "CLI_TOO_OLD",
  "CLI_DOWNLOAD_FAILED",
  "CLI_HASH_MISMATCH",
  "CLI_ARCHIVE_REFUSED",
  "CLI_INSTALL_FAILED",
  "CLI_OUTPUT_UNREADABLE",
  "CLI_FAILED",
  "TOKEN_SERVICE_LOST",
  "BUNDLE_NOT_FOUND",
  "BUNDLE_INVALID",
  "BUILD_FAILED",
  "DEPLOYMENT_LOCKED",
  "RUNS_ACTIVE",
  "DESTRUCTIVE_PLAN",
  "DEPLOY_FAILED",
  "ACCESS_FILE_INVALID",
  "POLICY_FILE_INVALID",
  "ID_TOKEN_NOT_VERIFIED",
  "ACCESS_DENIED",
  "SCOPE_BROKEN",
  "ACCESS_CLASH",
  "ACCESS_TARGET_UNUSABLE",
  "ACCESS_STATE_UNREADABLE",
  "ACCESS_STATE_FORGED",
  "ACCESS_STATE_FOREIGN",
  "ACCESS_STATE_ORPHANED",
  "ACCESS_STATE_WRITABLE",
  "ACCESS_UNSEPARATED",
  "ACCESS_DEPLOYMENT_UNPROVEN",
  "ACCESS_STANDS",
  "ACCESS_LOCKED",
  "ACCESS_PLAN_OUTDATED",
  "ACCESS_FAILED",
  "AUDIT_LOG_UNWRITABLE",
  "TEMP_FOLDER_UNUSABLE",
  "DESTROY_INCOMPLETE",
  "RESOURCE_UNKNOWN",
  "RUN_FAILED",
  "RUN_CANCELLED",
  "RUN_TIMED_OUT",
  "RUN_SKIPPED",
  "CANCELLED",
  "TIMED_OUT",
  "INTERNAL",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A place in a user's file; `line` and `column` count from 1, `file` is relative to the checkout where it can be. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One mistake: what is wrong, what was wanted, what was found, what to do. Texts never hold a token. */
export interface Mistake {
  readonly problem: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly remedy?: string;
  readonly place?: Place;
}

export interface ErrorOptions extends Mistake {
  /** All single mistakes, where the run found several at once. */
  readonly mistakes?: readonly Mistake[];
  /** Errors that came together with this one; their mistakes are among its own. */
  readonly others?: readonly SecretlessError[];
  readonly cause?: unknown;
}

/**
 * The one error that users see. `message` is the problem alone; core/report/error-text.ts renders the whole,
 * the same in log, annotation and job summary.
 */
export class SecretlessError extends Error {
  override readonly name = "SecretlessError";
  readonly code: ErrorCode;
  readonly details: Mistake;
  readonly mistakes: readonly Mistake[];
  readonly others: readonly SecretlessError[];

  constructor(code: ErrorCode, options: ErrorOptions) {
    const { mistakes = [], others = [], cause, ...details } = options;
    super(details.problem, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    this.mistakes = mistakes;
    this.others = others;
  }
}

/** The error as ours: anything that is not a {@link SecretlessError} is a defect of this product (`INTERNAL`). */
export function toSecretlessError(error: unknown): SecretlessError {
  if (error instanceof SecretlessError) return error;
  return new SecretlessError("INTERNAL", {
    problem: error instanceof Error ? error.message : String(error),
    remedy: "This is a defect of databricks-secretless: please report it with the debug log of the run.",
    cause: error,
  });
}
