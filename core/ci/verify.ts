import type { JSONWebKeySet } from "jose";
import { SecretlessError } from "../base/errors.ts";
import type { Send } from "../base/ports.ts";
import { isLoopback } from "../net/origin.ts";
import { pipelineClaims } from "./claims.ts";
import type { PipelineClaims } from "./pipeline-claims.ts";

export interface VerifyOptions {
  /** Audience that the token was asked for. */
  readonly audience: string;
  /** Exact issuers whose word counts; the shell knows them. */
  readonly issuers: readonly string[];
  readonly send: Send;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface VerifiedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: PipelineClaims;
}

/** Seconds that clocks may differ. */
const CLOCK_TOLERANCE = 60;

function refuse(problem: string, cause?: unknown): SecretlessError {
  return new SecretlessError("ID_TOKEN_NOT_VERIFIED", {
    problem,
    remedy:
      "Policy conditions need a token that its issuer's own keys prove; check the CI's ID-token settings.",
    ...(cause === undefined ? {} : { cause }),
  });
}

function secureUrl(text: unknown): string | undefined {
  if (typeof text !== "string" || !URL.canParse(text)) return undefined;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname)) ? text : undefined;
}

async function fetchJson(send: Send, url: string): Promise<Record<string, unknown>> {
  const response = await send({ method: "GET", url, headers: { accept: "application/json" } });
  if (response.status !== 200) throw refuse(`${url} answered ${response.status}.`);
  const value: unknown = JSON.parse(response.body);
  if (typeof value !== "object" || value === null) throw refuse(`${url} did not answer with a JSON object.`);
  return value as Record<string, unknown>;
}

/**
 * Verifies an ID token against its issuer's published keys (OpenID Connect Discovery 1.0, RFC 7517, RFC 7519).
 * `jwks_uri` is read from the discovery document, never derived.
 * @throws SecretlessError `ID_TOKEN_NOT_VERIFIED`; HttpError if the issuer cannot be reached
 */
export async function verifyPipelineToken(idToken: string, options: VerifyOptions): Promise<VerifiedToken> {
  const { audience, issuers, send, now } = options;
  const { createLocalJWKSet, decodeJwt, errors, jwtVerify } = await import("jose");
  let issuer: string | undefined;
  try {
    issuer = decodeJwt(idToken).iss;
  } catch (error) {
    throw refuse("The CI's ID token is not a JWT.", error);
  }
  if (issuer === undefined || !issuers.includes(issuer) || secureUrl(issuer) === undefined) {
    throw refuse(`The ID token's issuer is "${issuer ?? "(none)"}", expected ${issuers.join(" or ")}.`);
  }
  try {
    const discovery = await fetchJson(send, `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    if (discovery["issuer"] !== issuer)
      throw refuse(`The discovery document of ${issuer} names another issuer.`);
    const jwksUri = secureUrl(discovery["jwks_uri"]);
    if (jwksUri === undefined) throw refuse(`The discovery document of ${issuer} names no secure jwks_uri.`);
    const keys = createLocalJWKSet((await fetchJson(send, jwksUri)) as unknown as JSONWebKeySet);
    const { payload } = await jwtVerify(idToken, keys, {
      issuer,
      audience,
      algorithms: ["RS256", "ES256"],
      requiredClaims: ["sub", "exp", "iat"],
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now),
    });
    return { issuer, subject: payload.sub ?? "", claims: pipelineClaims(payload) };
  } catch (error) {
    if (error instanceof errors.JOSEError)
      throw refuse(`The ID token does not verify: ${error.message}`, error);
    if (error instanceof SyntaxError)
      throw refuse(`${issuer} answered with something that is not JSON.`, error);
    throw error;
  }
}
