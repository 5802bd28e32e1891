import type { Clock } from "../base/ports.ts";
import { jsonWithoutBidi } from "../base/quote.ts";
import { redact } from "../base/redact.ts";
import type { AuditContext, AuditEvent } from "./events/ocsf.ts";

export interface AuditLogOptions {
  readonly context: AuditContext;
  readonly clock: Clock;
  /** Appends text to where the audit log is kept; rejects if it cannot. */
  readonly append: (text: string) => Promise<void>;
  /** What may leave of a text: without whatever looks like a credential. */
  readonly clean?: (text: string) => string;
}

/** Where audit events go. */
export interface AuditLog {
  /** Resolves when the event is written; events keep their order. Rejects if the log cannot be written. */
  write(event: AuditEvent): Promise<void>;
  /** How many events were written. */
  readonly count: number;
}

const SCHEMA_VERSION = "1.8.0";

/** Removes whatever looks like a token from every text of an event, however deep. */
function withoutTokens(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === "string") return clean(redact(value));
  if (Array.isArray(value)) return value.map((inner) => withoutTokens(inner, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutTokens(inner, clean)]));
}

/** An audit log in JSON Lines: one OCSF 1.8.0 event a line, UTF-8, each line complete before the next is begun. */
export function openAuditLog({ context, clock, append, clean = (text) => text }: AuditLogOptions): AuditLog {
  let sequence = 0;
  let last: Promise<void> = Promise.resolve();
  return {
    get count() {
      return sequence;
    },
    write(event) {
      sequence += 1;
      const line = {
        ...event,
        type_uid: event.class_uid * 100 + event.activity_id,
        time: clock.now(),
        metadata: {
          version: SCHEMA_VERSION,
          product: {
            name: "databricks-secretless",
            vendor_name: "databricks-secretless",
            version: context.productVersion,
          },
          correlation_uid: context.correlationId,
          uid: `${context.correlationId}#${sequence}`,
          sequence,
        },
        unmapped: { ...event.unmapped, run: context.run },
      };
      const text = `${jsonWithoutBidi(JSON.stringify(withoutTokens(line, clean)))}\n`;
      // A failed write does not hold back the next one; whoever asked for it is told.
      last = last.catch(() => undefined).then(() => append(text));
      return last;
    },
  };
}
