import type { Clock, Send } from "../../base/ports.ts";
import { explainRefusal, type RefusedExchange } from "./databricks-refusal.ts";
import { approvedAudience } from "../discovery.ts";
import type { Exchange } from "../exchange.ts";
import type { ExchangeRequest, OpenedExchange } from "./open.ts";
import { requestToken } from "../token-response.ts";

/** `tokenEndpoint` comes from discoverWorkspace. */
export interface DatabricksExchangeOptions extends RefusedExchange {
  readonly send: Send;
  readonly clock: Clock;
}

/**
 * Exchange at Databricks (RFC 8693), against a federation policy of a service principal.
 * Source: docs.databricks.com, "Authenticate with an identity provider token"; the form is that of databricks-sdk-go.
 */
export function databricksExchange(options: DatabricksExchangeOptions): Exchange {
  return {
    audience: options.audience,
    async exchange({ token, claims }, signal) {
      const form = {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: token,
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        client_id: options.clientId,
        scope: "all-apis",
      };
      const answer = await requestToken(options.tokenEndpoint, form, { ...options, signal });
      if ("accessToken" in answer) return answer;
      throw await explainRefusal(answer, claims, options);
    },
  };
}

/** In the workspace, or in the account: a token from a workspace's endpoint works in that workspace alone. */
export function openDatabricks(request: ExchangeRequest): OpenedExchange {
  const { workspace, account } = request;
  const tokenEndpoint = account
    ? `${account.host}/oidc/accounts/${account.id}/v1/token`
    : workspace.tokenEndpoint;
  const { host } = request;
  const named = (defaultAudience: string): string => approvedAudience({ host, defaultAudience });
  // A CI that chooses the audience itself is asked for none.
  const audience =
    request.audience ?? request.fixedAudience ?? named(account?.id ?? workspace.defaultAudience);
  const accountId = workspace.accountId ?? request.accountId;
  return {
    exchange: databricksExchange({ ...request, tokenEndpoint, audience, accountId }),
    endpoint: tokenEndpoint,
  };
}
