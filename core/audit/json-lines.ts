import type { Clock } from "../base/ports.ts";
import { jsonWithoutBidi } from "../base/quote.ts";
import { redact } from "../base/redact.ts";
import type { AuditSink } from "./sinks/sink.ts";
import type { AuditContext, AuditEvent } from "./events/ocsf.ts";

export interface AuditLogOptions {
  readonly context: AuditContext;
  readonly clock: Clock;
  /** Where each event goes. */
  readonly sinks: readonly AuditSink[];
  /** What may leave of a text: without whatever looks like a credential. */
  readonly clean?: (text: string) => string;
}

/** Where audit events go. */
export interface AuditLog {
  /** Resolves when every sink has the event; events keep their order. Rejects if one of the sinks cannot take it. */
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

/** The lines of one sink, one after the other. A line that it refuses holds back neither the next one nor other sinks. */
class Queue {
  readonly #sink: AuditSink;
  #last: Promise<void> = Promise.resolve();

  constructor(sink: AuditSink) {
    this.#sink = sink;
  }

  add(line: string): Promise<void> {
    this.#last = this.#last.catch(() => undefined).then(() => this.#sink.take(line));
    return this.#last;
  }
}

/** Resolves when every sink has taken the line or refused it. @throws what the first of them refused it with */
async function inAll(queues: readonly Queue[], line: string): Promise<void> {
  const taken = await Promise.allSettled(queues.map((queue) => queue.add(line)));
  const refused = taken.find((one) => one.status === "rejected");
  if (refused) throw refused.reason as Error;
}

/** An audit log in JSON Lines: one OCSF 1.8.0 event a line, UTF-8, each line complete before the next is begun. */
export function openAuditLog({ context, clock, sinks, clean = (text) => text }: AuditLogOptions): AuditLog {
  let sequence = 0;
  const queues = sinks.map((sink) => new Queue(sink));
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
      return inAll(queues, text);
    },
  };
}
