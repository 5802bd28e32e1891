import { openAudit, type Audit } from "../audit/audit.ts";
import { isRefusal, refusalEvent } from "../audit/events/refusal.ts";
import type { OpenSink } from "../audit/sinks/sink.ts";
import { toSecretlessError, type SecretlessError } from "../base/errors.ts";
import { withoutCredentials } from "../scan/hide.ts";
import type { BegunStep } from "./step.ts";

export type Begun = Pick<BegunStep, "ci" | "ports" | "inputs">;

/** Begins the audit of a step. @throws SecretlessError `AUDIT_LOG_UNWRITABLE` */
export function openAuditOf({ ci, ports, inputs }: Begun, sinks?: readonly OpenSink[]): Promise<Audit> {
  const { auditLog, clientId, command } = inputs;
  const record = { ci, ...ports, command: command.name, clientId, auditLog, clean: withoutCredentials };
  return openAudit(record, sinks);
}

/** Puts on record what was refused; a log that cannot be written must not hide why the run failed. */
export async function recordRefusals(
  { ci, inputs }: Begun,
  audit: Audit,
  failure: SecretlessError,
): Promise<void> {
  const what = { command: inputs.command.name, host: inputs.host, runner: ci.context.ciName };
  const refusals = [failure, ...failure.others].filter(isRefusal);
  for (const refusal of refusals) audit.note(refusalEvent(refusal, what));
  await audit.settled().catch((error: unknown) => {
    if (error !== failure) ci.annotate("warning", toSecretlessError(error).message);
  });
}
