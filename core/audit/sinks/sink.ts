import type { Platform } from "../../base/ports.ts";

/**
 * Where audit events go. Lines come one after the other, each when the one before was taken or refused, so that they keep
 * their order; a sink loses none silently.
 */
export interface AuditSink {
  /** Takes one event: a line of JSON with its line feed. Rejects if it cannot: what asked for the event is told. */
  take(line: string): Promise<void>;
}

/** What a sink is opened with. */
export interface SinkOptions {
  /** Absolute path of the audit log of this run. */
  readonly file: string;
  /** Folders in which the step may write: the checkout and the CI's temporary folder. */
  readonly roots: readonly string[];
  readonly platform: Platform;
}

/** @throws SecretlessError `AUDIT_LOG_UNWRITABLE`: what cannot be recorded is not done */
export type OpenSink = (options: SinkOptions) => Promise<AuditSink>;
