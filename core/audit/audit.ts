import { randomUUID } from "node:crypto";
import path from "node:path";
import type { AuditEvent } from "./events/ocsf.ts";
import { openAuditLog, type AuditLog } from "./json-lines.ts";
import { RefusedFile } from "../base/checkout-file.ts";
import { SecretlessError } from "../base/errors.ts";
import { PRODUCT } from "../base/product.ts";
import type { Ci } from "../ci/ci.ts";
import type { Clock, Platform } from "../base/ports.ts";
import { appendOwnFile } from "../base/written-file.ts";

/** The audit log of one use of the step: a file that stays until the job ends. */
export interface AuditFile extends AuditLog {
  /** Absolute path. */
  readonly file: string;
  /** Writes an event without being waited for; a failure comes out in {@link settled}. */
  note(event: AuditEvent): void;
  /**
   * Resolves when everything is written.
   * @throws SecretlessError `AUDIT_LOG_UNWRITABLE`
   */
  settled(): Promise<void>;
}

export interface AuditOptions {
  readonly ci: Pick<Ci, "context" | "output">;
  readonly clock: Clock;
  readonly platform: Platform;
  readonly command: string;
  /** What may leave of a text (core/scan/hide.ts). */
  readonly clean: (text: string) => string;
  /** The input `audit-log`. */
  readonly auditLog: string | undefined;
}

/**
 * Begins the audit log, and tells its path in the output `audit-log`.
 * @throws SecretlessError `AUDIT_LOG_UNWRITABLE`: what cannot be recorded is not done
 */
export async function openAuditFile({
  ci,
  clock,
  platform,
  command,
  auditLog,
  clean,
}: AuditOptions): Promise<AuditFile> {
  const { checkout, tempFolder, runUrl, ciName } = ci.context;
  const file =
    auditLog === undefined
      ? path.join(tempFolder, `databricks-secretless-audit-${randomUUID()}.jsonl`)
      : path.resolve(checkout, auditLog);
  const append = async (text: string): Promise<void> => {
    try {
      await appendOwnFile(file, text, { roots: [checkout, tempFolder], platform });
    } catch (error) {
      throw new SecretlessError("AUDIT_LOG_UNWRITABLE", {
        problem: `The audit log ${file} cannot be written.`,
        expected: "a path in the checkout or in the CI's temporary folder, with no link in it",
        actual: error instanceof RefusedFile ? `it ${error.message}` : String(error),
        remedy: "Set the input `audit-log` to such a path.",
        cause: error,
      });
    }
  };
  await append("");
  await ci.output("audit-log", file);
  const context = {
    productVersion: PRODUCT.version,
    correlationId: runUrl || randomUUID(),
    run: { ci: ciName, command, ...(runUrl !== "" && { url: runUrl }) },
  };
  const log = openAuditLog({ context, clock, append, clean });
  let last: Promise<void> = Promise.resolve();
  return {
    file,
    get count() {
      return log.count;
    },
    write: (event) => log.write(event),
    note(event) {
      last = Promise.all([last, log.write(event)]).then(() => undefined);
      last.catch(() => undefined);
    },
    settled: () => last,
  };
}
