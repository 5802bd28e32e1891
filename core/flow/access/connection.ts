import { ApiFailure } from "../../api/rest.ts";
import { connectDatabricks } from "../../api/databricks-api.ts";
import type { Apis } from "../../access/plan/plan.ts";
import type { AuditFile } from "../../audit/audit.ts";
import { apiCallEvent } from "../../audit/events/ocsf.ts";
import { SecretlessError } from "../../base/errors.ts";
import type { Session } from "../../federation/session.ts";
import type { Step } from "../step.ts";
import { accountHost, signIn } from "../sign-in.ts";

interface Identity {
  readonly step: Step;
  readonly audit: AuditFile;
  readonly session: Session;
  /** Application ID. */
  readonly clientId: string;
}

/** The APIs of the workspace and of its account, if that is known, as one identity. Each writing call is audited. */
export async function connectionOf({ step, audit, session, clientId }: Identity): Promise<Apis> {
  const { ci, inputs, ports, signal } = step;
  const onWrite = (method: string, url: string, status: number, requestId?: string): Promise<void> => {
    const outcome =
      status < 400
        ? { ok: true as const }
        : { ok: false as const, code: "ACCESS_FAILED", reason: `status ${status}` };
    const ids = requestId === undefined ? {} : { requestId };
    return audit.write(
      apiCallEvent({ outcome, method, url, status, ...ids, caller: clientId, runner: ci.context.ciName }),
    );
  };
  const { clock, send } = ports;
  const api = { send, clock, signal, onWrite };
  const token = async (): Promise<string> => (await session.token()).accessToken;
  const workspace = connectDatabricks({ ...api, host: inputs.host, token });

  const known = await step.workspace;
  const accountId = known.accountId ?? inputs.accountId;
  const accountUrl = accountHost(inputs.host);
  if (accountId === undefined || accountUrl === undefined) return { workspace, account: undefined };
  // Entra's tokens work in workspaces and accounts alike; of Databricks' own, only those of the account's endpoint.
  const account = { id: accountId, host: accountUrl };
  const ofAccount =
    inputs.exchange === "entra"
      ? session
      : signIn(step, { workspace: known, audit, clientId, account, signal });
  let refused: SecretlessError | undefined;
  const accountToken = async (): Promise<string> => {
    try {
      if (refused === undefined) return (await ofAccount.token()).accessToken;
    } catch (error) {
      if (!(error instanceof SecretlessError) || error.code !== "EXCHANGE_REFUSED") throw error;
      refused = error;
    }
    // Not a failure of the run: what only the account shows is unproven then.
    throw new ApiFailure(401, "UNAUTHENTICATED", refused.message);
  };
  return { workspace, account: connectDatabricks({ ...api, host: accountUrl, token: accountToken }) };
}
