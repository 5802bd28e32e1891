import type { Clock, Environment, Send } from "../../base/ports.ts";
import type { Dialect } from "../../ci/dialect.ts";
import type { Workspace } from "../discovery.ts";
import type { Exchange } from "../exchange.ts";

/** Who wants a token, from where, and for what. */
export interface ExchangeRequest {
  /** Origin of the approved workspace. */
  readonly host: string;
  readonly workspace: Workspace;
  /** Set for a token that the account's API takes. */
  readonly account?: { readonly id: string; readonly host: string } | undefined;
  /** Application ID. */
  readonly clientId: string;
  /** What the token is for, where that is not Databricks: Entra ID alone has such. */
  readonly tokenFor?: string | undefined;
  readonly tenantId: string | undefined;
  readonly accountId: string | undefined;
  /** Where the user overrides the exchange's own. */
  readonly audience: string | undefined;
  /** The audience of all ID tokens of this CI, if it chooses one itself. */
  readonly fixedAudience?: string | undefined;
  /** Of the CI that the ID tokens come from. */
  readonly dialect: Dialect;
  readonly environment: Environment;
  readonly send: Send;
  readonly clock: Clock;
}

/** An exchange made ready, and the token endpoint that it asks, for the audit. */
export interface OpenedExchange {
  readonly exchange: Exchange;
  readonly endpoint: string;
}

/** @throws SecretlessError if the request cannot be met */
export type OpenExchange = (request: ExchangeRequest) => OpenedExchange;
