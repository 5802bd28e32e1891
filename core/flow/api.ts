import { connectDatabricks, type ApiWrite, type Connection } from "../api/client.ts";
import type { AuditLog } from "../audit/json-lines.ts";
import { apiCallEvent } from "../audit/events/ocsf.ts";
import type { ErrorCode } from "../base/errors.ts";
import type { Session } from "../federation/session.ts";
import type { Step } from "./step.ts";

/** Who calls, and where that is written down. */
export interface Caller {
  readonly audit: Pick<AuditLog, "write">;
  /** Application ID. */
  readonly clientId: string;
  /** What it means for the run when a call that writes fails. */
  readonly failure: ErrorCode;
}

type StepParts = Pick<Step, "ci" | "inputs" | "ports" | "signal">;

/** The REST API of `host` as `caller`; each call that may change something is audited. */
export function auditedApi(
  { ci, ports, signal }: StepParts,
  host: string,
  token: () => Promise<string>,
  { audit, clientId: caller, failure }: Caller,
): Connection {
  const onWrite = ({ method, url, status, requestId }: ApiWrite): Promise<void> => {
    const reason = status === undefined ? "no answer came" : `status ${status}`;
    const ok = status !== undefined && status < 400;
    return audit.write(
      apiCallEvent({
        outcome: ok ? { ok } : { ok: false, code: failure, reason },
        method,
        url,
        ...(status !== undefined && { status }),
        ...(requestId !== undefined && { requestId }),
        caller,
        runner: ci.context.ciName,
      }),
    );
  };
  return connectDatabricks({ host, token, send: ports.send, clock: ports.clock, signal, onWrite });
}

/** The REST API of the approved workspace, as the principal of the session. */
export function workspaceApi(step: StepParts, session: Session, caller: Caller): Connection {
  const token = async (): Promise<string> => (await session.token()).accessToken;
  return auditedApi(step, step.inputs.host, token, caller);
}
