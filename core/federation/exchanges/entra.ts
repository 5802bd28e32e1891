import { SecretlessError, type Mistake } from "../../base/errors.ts";
import { HttpError } from "../../net/http.ts";
import type { Claims } from "../../ci/pipeline-claims.ts";
import type { Dialect } from "../../ci/dialect.ts";
import type { Clock, Environment, Send } from "../../base/ports.ts";
import { isLoopback } from "../../net/origin.ts";
import { databricksCloud, ENTRA_CLOUDS, type EntraCloud } from "../clouds.ts";
import type { Exchange } from "../exchange.ts";
import type { ExchangeRequest, OpenedExchange } from "./open.ts";
import { findEntraError, type EntraError } from "./entra-errors.ts";
import { shellQuoted } from "../../base/shell-quoted.ts";
import { requestToken, type TokenRefusal } from "../token-response.ts";

export interface EntraExchangeOptions {
  readonly cloud: Pick<EntraCloud, "authority" | "audience">;
  readonly tenantId: string;
  /** Application ID, or the client ID of a user-assigned managed identity. */
  readonly clientId: string;
  /** Where the user overrides the cloud's own. */
  readonly audience?: string | undefined;
  /** What the token is for; default: Azure Databricks. */
  readonly tokenFor?: string | undefined;
  /** Of the CI that the ID tokens come from. */
  readonly dialect: Dialect;
  readonly send: Send;
  readonly clock: Clock;
}

/** Azure Databricks as a resource in Entra ID, the same in all clouds. */
const DATABRICKS_APPLICATION = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";
/**
 * How long a credential, or an application, that was just written may stay unknown before we give up, in milliseconds.
 * Answers in that time that we cannot read do not end the wait.
 */
const PATIENCE = { propagation: 45_000, soon: 10_000, unknown: 45_000 } as const;

/**
 * Exchange at Entra ID: the ID token is a client assertion (RFC 7521 4.2, RFC 7523 2.2).
 * Source: learn.microsoft.com, "OAuth 2.0 client credentials flow", third case.
 */
export function entraExchange(options: EntraExchangeOptions): Exchange {
  const { cloud, tenantId, clientId, clock } = options;
  const endpoint = `${cloud.authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  let refusedSince: number | undefined;
  return {
    audience: options.audience ?? cloud.audience,
    async exchange({ token, claims }, signal) {
      const form = {
        grant_type: "client_credentials",
        client_id: clientId,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: token,
        scope: `${options.tokenFor ?? DATABRICKS_APPLICATION}/.default`,
      };
      const answer = await requestToken(endpoint, form, { ...options, signal });
      if ("accessToken" in answer) {
        refusedSince = undefined;
        return answer;
      }
      const error = findEntraError(codesOf(answer));
      const refusal = explain(answer, claims, options);
      const retry = error?.retry ?? "unknown";
      if (retry === "propagation" || retry === "soon") refusedSince ??= clock.now();
      const mayHelp =
        retry === "transient" ||
        (retry !== "no" && refusedSince !== undefined && clock.now() < refusedSince + PATIENCE[retry]);
      if (!mayHelp) throw refusal;
      throw new HttpError(refusal.message, { status: answer.status, retryable: true, cause: refusal });
    },
  };
}

/**
 * The Entra cloud of a workspace: by `AZURE_AUTHORITY_HOST` if it is set (a known cloud or this machine), else by the
 * workspace's host.
 * @throws SecretlessError `ENDPOINT_NOT_TRUSTED` for another authority, `INPUT_INVALID` for a workspace outside Azure
 */
export function entraCloud(host: string, environment: Environment): EntraCloud {
  const byHost =
    databricksCloud(host)?.entra ?? (isLoopback(new URL(host).hostname) ? ENTRA_CLOUDS[0] : undefined);
  if (!byHost) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: `${host} is not a workspace of Azure Databricks, so it accepts no token of Entra ID.`,
      remedy: "Use `exchange: databricks`, with a federation policy of the service principal.",
    });
  }
  const named = (environment["AZURE_AUTHORITY_HOST"] ?? "").trim();
  if (named === "") return byHost;
  const url = URL.canParse(named) ? new URL(named) : undefined;
  const known = ENTRA_CLOUDS.find(({ authority }) => authority === url?.origin);
  if (known) return known;
  if (url && isLoopback(url.hostname)) {
    return { ...byHost, authority: `${url.origin}${url.pathname}`.replace(/\/+$/, "") };
  }
  throw new SecretlessError("ENDPOINT_NOT_TRUSTED", {
    problem: "AZURE_AUTHORITY_HOST does not name Entra ID; the ID token is not sent there.",
    expected: ENTRA_CLOUDS.map(({ authority }) => authority).join(", "),
    actual: url?.origin ?? "not a URL",
    remedy: "Remove AZURE_AUTHORITY_HOST, or set it to the authority of your cloud.",
  });
}

/** In the tenant, at the authority of the workspace's cloud. */
export function openEntra({ tenantId = "", ...request }: ExchangeRequest): OpenedExchange {
  const cloud = entraCloud(request.host, request.environment);
  return {
    exchange: entraExchange({ ...request, cloud, tenantId }),
    endpoint: `${cloud.authority}/${tenantId}/oauth2/v2.0/token`,
  };
}

/** `error_codes`, or what the text says. */
function codesOf({ codes, description }: TokenRefusal): readonly number[] {
  return codes.length > 0 ? codes : [...description.matchAll(/AADSTS(\d+)/g)].map(([, code]) => Number(code));
}

function explain(refusal: TokenRefusal, claims: Claims, options: EntraExchangeOptions): SecretlessError {
  const error = findEntraError(codesOf(refusal));
  const audience = claims.audience[0] ?? options.cloud.audience;
  const presented: readonly Mistake[] = [
    { problem: "issuer presented", actual: claims.issuer },
    { problem: "subject presented", actual: options.dialect.readable(claims.subject) },
    {
      problem: "audience presented",
      actual: audience,
      ...(audience !== options.cloud.audience &&
        !options.dialect.ownAudiences.includes(audience) && { expected: options.cloud.audience }),
    },
  ];
  const lookUp = "Look the code up at https://login.microsoftonline.com/error.";
  return new SecretlessError("EXCHANGE_REFUSED", {
    problem: `Entra ID does not accept this ID token for application ${options.clientId}: ${error?.cause ?? "see its answer."}`,
    actual: `status ${refusal.status}: ${refusal.description}`,
    remedy:
      (error?.remedy ?? lookUp) +
      note(error?.about, options.dialect) +
      (error?.credentialHelps ? `\n${credentialCommand(claims, options)}` : ""),
    mistakes: presented,
  });
}

function note(about: EntraError["about"], { entraNotes }: Dialect): string {
  return about === undefined || entraNotes[about] === "" ? "" : ` ${entraNotes[about]}`;
}

/** For an app registration; a managed identity has its credentials under `az identity federated-credential`. */
function credentialCommand(claims: Claims, { clientId, cloud }: EntraExchangeOptions): string {
  const credential = {
    name: "databricks-secretless",
    issuer: claims.issuer,
    subject: claims.subject,
    audiences: [cloud.audience],
  };
  return [
    `az ad app federated-credential create --id ${shellQuoted(clientId)} --parameters ${shellQuoted(JSON.stringify(credential))}`,
    "(for a user-assigned managed identity: az identity federated-credential create, with the same three values)",
  ].join("\n");
}
