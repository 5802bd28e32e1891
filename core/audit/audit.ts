import { randomUUID } from "node:crypto";
import path from "node:path";
import type { AuditContext, AuditEvent } from "./events/ocsf.ts";
import { SINKS } from "./sinks/index.ts";
import type { OpenSink } from "./sinks/sink.ts";
import { openAuditLog, type AuditLog } from "./json-lines.ts";
import { PRODUCT } from "../base/product.ts";
import type { Ci } from "../ci/ci.ts";
import type { Clock, Platform } from "../base/ports.ts";

/** The audit of one use of the step; its file stays until the job ends. */
export interface Audit extends AuditLog {
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

/** Whose audit it is. */
interface AuditedRun {
  readonly ci: Pick<Ci, "context">;
  readonly command: string;
  /** Application ID of the deploying service principal. */
  readonly clientId: string;
}

export interface AuditOptions extends AuditedRun {
  readonly ci: Pick<Ci, "context" | "output">;
  readonly clock: Clock;
  readonly platform: Platform;
  /** What may leave of a text (core/scan/hide.ts). */
  readonly clean: (text: string) => string;
  /** The input `audit-log`. */
  readonly auditLog: string | undefined;
}

/**
 * Begins the audit, and tells the path of its file in the output `audit-log`.
 * @throws SecretlessError `AUDIT_LOG_UNWRITABLE`: what cannot be recorded is not done
 */
export async function openAudit(
  { ci, clock, platform, command, clientId, auditLog, clean }: AuditOptions,
  open: readonly OpenSink[] = SINKS,
): Promise<Audit> {
  const { checkout, tempFolder } = ci.context;
  const file =
    auditLog === undefined
      ? path.join(tempFolder, `databricks-secretless-audit-${randomUUID()}.jsonl`)
      : path.resolve(checkout, auditLog);
  const sinks = await Promise.all(open.map((one) => one({ file, roots: [checkout, tempFolder], platform })));
  await ci.output("audit-log", file);
  const context = auditContext({ ci, command, clientId });
  return auditOver(openAuditLog({ context, clock, sinks, clean }), file);
}

/** What each event of a process says about the run. */
export function auditContext({ ci, command, clientId }: AuditedRun): AuditContext {
  const { runUrl, ciName } = ci.context;
  return {
    productVersion: PRODUCT.version,
    correlationId: runUrl || randomUUID(),
    stepId: randomUUID(),
    principal: clientId,
    run: { ci: ciName, command, ...(runUrl !== "" && { url: runUrl }) },
  };
}

/** An {@link Audit} over a log whose lines belong into `file`. */
export function auditOver(log: AuditLog, file: string): Audit {
  let last: Promise<void> = Promise.resolve();
  return {
    file,
    get count() {
      return log.count;
    },
    write: (event) => log.write(event),
    identify(pipeline) {
      log.identify(pipeline);
    },
    note(event) {
      last = Promise.all([last, log.write(event)]).then(() => undefined);
      last.catch(() => undefined);
    },
    settled: () => last,
  };
}
