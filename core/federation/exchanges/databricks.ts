import { readClaims } from "../../ci/claims.ts";
import type { Clock, Send } from "../../base/ports.ts";
import { explainRefusal, type RefusedExchange } from "./databricks-refusal.ts";
import type { Exchange } from "../exchange.ts";
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
    async exchange(idToken, signal) {
      const form = {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: idToken,
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        client_id: options.clientId,
        scope: "all-apis",
      };
      const answer = await requestToken(options.tokenEndpoint, form, { ...options, signal });
      if ("accessToken" in answer) return answer;
      throw explainRefusal(answer, await readClaims(idToken), options);
    },
  };
}
