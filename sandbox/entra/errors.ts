import { randomUUID } from "node:crypto";
import { textOf, type JsonObject } from "../http/json.ts";
import { Refusal } from "../http/reply.ts";

type OAuthError =
  "invalid_client" | "invalid_request" | "invalid_resource" | "invalid_scope" | "unauthorized_client";

const CHECK =
  "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. " +
  "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

/** Texts of learn.microsoft.com/entra/identity-platform/reference-error-codes, as far as they are known. */
const TEXTS = {
  50027: ["invalid_client", "JWT token is invalid or malformed."],
  50166: ["invalid_client", "Request to External OIDC endpoint failed: {0}"],
  70011: [
    "invalid_scope",
    "The provided value for the input parameter 'scope' is not valid. The scope {0} is not valid.",
  ],
  70021: [
    "invalid_request",
    "No matching federated identity record found for presented assertion. Assertion Issuer: '{0}'. Assertion Subject: '{1}'. Assertion Audience: '{2}'.",
  ],
  70025: ["invalid_client", "The client '{0}' has no configured federated identity credentials."],
  90002: [
    "invalid_request",
    "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  ],
  500011: [
    "invalid_resource",
    "The resource principal named {0} was not found in the tenant named {1}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
  ],
  700016: [
    "unauthorized_client",
    "Application with identifier '{0}' was not found in the directory '{1}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  ],
  700024: [
    "invalid_client",
    "Client assertion is not within its valid time range. Current time: {0}, assertion valid from {1}, expiry time of assertion {2}.",
  ],
  700027: ["invalid_client", "Client assertion failed signature validation."],
  700211: [
    "invalid_client",
    `No matching federated identity record found for presented assertion issuer '{0}'. ${CHECK}`,
  ],
  700212: [
    "invalid_client",
    `No matching federated identity record found for presented assertion audience '{0}'. ${CHECK}`,
  ],
  700213: [
    "invalid_client",
    `No matching federated identity record found for presented assertion subject '{0}'. ${CHECK}`,
  ],
  7002138: [
    "invalid_client",
    "No matching federated identity record found for presented assertion subject '{0}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison.",
  ],
  700214: [
    "invalid_client",
    "The audience '{0}' of the federated identity credential is not valid for this issuer.",
  ],
  700222: [
    "invalid_client",
    "Microsoft Entra ID issued tokens may not be used for federated identity flows.",
  ],
  900144: ["invalid_request", "The request body must contain the following parameter: '{0}'."],
  7000215: [
    "invalid_client",
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
  ],
  7000229: [
    "unauthorized_client",
    "The client application {0} is missing service principal in the tenant {1}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
  ],
} as const satisfies Record<number, readonly [OAuthError, string]>;

export type EntraErrorCode = keyof typeof TEXTS;

/** The error body of the v2 token endpoint; `values` fill the places of its text. */
export function entraErrorBody(code: EntraErrorCode, now: number, ...values: readonly string[]): JsonObject {
  const [error, text] = TEXTS[code];
  const timestamp = new Date(now)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
  const trace = randomUUID();
  const correlation = randomUUID();
  const problem = text.replace(/\{(\d)\}/g, (_, at: string) => values[Number(at)] ?? "");
  return {
    error,
    error_description: `AADSTS${code}: ${problem} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  };
}

/** Entra ID answers 401 to a client that it does not accept, 400 to everything else. */
export function entraError(code: EntraErrorCode, now: number, ...values: readonly string[]): Refusal {
  const body = entraErrorBody(code, now, ...values);
  const status = body["error"] === "invalid_client" ? 401 : 400;
  return new Refusal(
    { status, headers: { "cache-control": "no-store" }, body },
    textOf(body["error_description"]),
  );
}
