import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { OidcPolicy } from "./federation-policies.ts";

const TIMEOUT = 5_000;

/** What the fetcher calls itself, so that it can be told apart in the request log. */
const FETCHER = "databricks-federation";

/**
 * Fetches the OpenID configuration of an issuer, as Databricks does when a policy is written.
 * @throws Error if there is none, or if it names another issuer
 */
export async function fetchConfiguration(issuer: string): Promise<{ readonly jwks_uri: string }> {
  const found = (await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`)) as {
    issuer?: unknown;
    jwks_uri?: unknown;
  } | null;
  if (found?.issuer !== issuer || typeof found.jwks_uri !== "string") {
    throw new Error(`the configuration at ${issuer} is not that of this issuer`);
  }
  return { jwks_uri: found.jwks_uri };
}

/** The keys that a policy trusts: its own, those at its `jwks_uri`, or the ones that its issuer publishes. */
export async function keysOf(policy: OidcPolicy): Promise<JWTVerifyGetKey> {
  if (policy.jwks_json !== undefined) return createLocalJWKSet(JSON.parse(policy.jwks_json) as JSONWebKeySet);
  const uri = policy.jwks_uri ?? (await fetchConfiguration(policy.issuer)).jwks_uri;
  return createLocalJWKSet((await fetchJson(uri)) as JSONWebKeySet);
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { "user-agent": FETCHER },
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
