import { workspaceUrl } from "../../federation/clouds.ts";
import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import type { Apis } from "../../access/kinds/kind.ts";
import type { Audit } from "../../audit/audit.ts";
import { SecretlessError } from "../../base/errors.ts";
import type { Session } from "../../federation/session.ts";
import { auditedApi, workspaceApi } from "../api.ts";
import type { Step } from "../step.ts";
import { accountHost, signIn } from "../sign-in.ts";

interface Identity {
  readonly step: Step;
  readonly audit: Audit;
  readonly session: Session;
  /** Application ID. */
  readonly clientId: string;
}

/** The APIs of the workspace and of its account, if that is known, as one identity. Each writing call is audited. */
export async function connectionOf({ step, audit, session, clientId }: Identity): Promise<Apis> {
  const { inputs, signal } = step;
  const caller = { audit, clientId, failure: "ACCESS_FAILED" } as const;
  const workspace = workspaceApi(step, session, caller);

  const known = await step.workspace;
  const accountId = known.accountId ?? inputs.accountId;
  const accountUrl = accountHost(inputs.host);
  if (accountId === undefined || accountUrl === undefined) {
    return { workspace, account: undefined, elsewhere: undefined };
  }
  const account = { id: accountId, host: accountUrl };
  const ofAccount = inputs.exchange.forAccount
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
  // A token of the account works in each of its workspaces.
  const elsewhere = (deploymentName: string): DatabricksApi | undefined => {
    const url = workspaceUrl(inputs.host, deploymentName);
    return url === undefined ? undefined : auditedApi(step, url, accountToken, caller);
  };
  return { workspace, account: auditedApi(step, accountUrl, accountToken, caller), elsewhere };
}
