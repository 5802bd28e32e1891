import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from "jose";
import type { Clock } from "../../core/base/ports.ts";
import { oauthError } from "../http/reply.ts";
import type { FederationPolicies, FederationPolicy, OidcPolicy } from "./federation-policies.ts";
import { keysOf } from "./issuer-keys.ts";
import type { Principals, ServicePrincipal } from "./principals.ts";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt";
const ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";

export interface ExchangeContext {
  readonly clock: Clock;
  readonly accountId: string;
  readonly principals: Principals;
  readonly policies: FederationPolicies;
}

/**
 * Decides a token exchange (RFC 8693) as Databricks does: the form names the principal by `client_id`, and the subject
 * token must fit one of that principal's federation policies. Error texts: databricks-identity reference, section 1.6;
 * those for expired, early and badly signed tokens are not documented and only keep the form of the others.
 * @throws Refusal with the OAuth error
 */
export async function decideExchange(
  form: URLSearchParams,
  context: ExchangeContext,
): Promise<ServicePrincipal> {
  const token = checkForm(form);
  const claims = readClaims(token);
  const clientId = form.get("client_id") ?? "";
  const principal = context.principals.withApplicationId(clientId);
  if (principal === undefined) throw noPolicy(claims);
  const policy = choosePolicy(context.policies.inForce(principal.id), claims, context.accountId);
  await verify(token, claims, policy.oidc, context.clock);
  return principal;
}

function checkForm(form: URLSearchParams): string {
  const grant = form.get("grant_type");
  if (grant === "client_credentials" && form.has("client_assertion")) {
    throw oauthError(
      401,
      "invalid_client",
      "Invalid private key JWT authentication: The client identifier doesn't match the client assertion subject",
    );
  }
  if (grant === null) throw oauthError(400, "invalid_request", "grant_type is missing");
  if (grant !== TOKEN_EXCHANGE)
    throw oauthError(400, "unsupported_grant_type", `grant_type ${grant} is not supported`);
  for (const name of form.keys()) {
    if (form.getAll(name).length > 1) throw oauthError(400, "invalid_request", `${name} is there twice`);
  }
  const token = form.get("subject_token") ?? "";
  if (token === "") throw oauthError(400, "invalid_request", "subject_token is missing");
  if (form.get("subject_token_type") !== JWT_TYPE) {
    throw oauthError(400, "invalid_request", `subject_token_type must be ${JWT_TYPE}`);
  }
  const requested = form.get("requested_token_type") ?? ACCESS_TOKEN_TYPE;
  if (requested !== ACCESS_TOKEN_TYPE) {
    throw invalidGrant(`TOKEN_AUDIENCE_INVALID (Token audience '${requested}' invalid)`);
  }
  const scope = form.get("scope") ?? "";
  if (scope === "") throw oauthError(400, "invalid_scope", "scope is missing");
  return token;
}

function readClaims(token: string): JWTPayload {
  try {
    const { alg } = decodeProtectedHeader(token);
    if (alg !== "RS256" && alg !== "ES256") throw new Error(`algorithm ${alg ?? "none"} is not supported`);
    return decodeJwt(token);
  } catch (error) {
    throw invalidGrant(`TOKEN_INVALID (${(error as Error).message})`);
  }
}

function choosePolicy(
  policies: readonly FederationPolicy[],
  claims: JWTPayload,
  accountId: string,
): FederationPolicy {
  const sameIssuer = policies.filter(({ oidc }) => oidc.issuer === claims.iss);
  if (sameIssuer.length === 0) throw noPolicy(claims);
  const sent = audiencesOf(claims);
  const sameAudience = sameIssuer.filter(({ oidc }) =>
    accepted(oidc, accountId).some((one) => sent.includes(one)),
  );
  if (sameAudience.length === 0) {
    const { oidc } = sameIssuer[0] as FederationPolicy;
    const wanted = {
      issuer: oidc.issuer,
      subject: subjectOf(claims, oidc),
      audience: accepted(oidc, accountId)[0] ?? "",
    };
    throw invalidGrant(
      `TOKEN_AUDIENCE_INVALID (Token audience '${sent.join(",")}' invalid). ${hint(wanted)}`,
    );
  }
  const fitting = sameAudience.find(
    ({ oidc }) => oidc.subject === undefined || oidc.subject === subjectOf(claims, oidc),
  );
  if (fitting === undefined) {
    const { oidc } = sameAudience[0] as FederationPolicy;
    const wanted = { issuer: oidc.issuer, subject: subjectOf(claims, oidc), audience: sent[0] ?? "" };
    throw invalidGrant(
      `TOKEN_SUBJECT_INVALID (Token subject '${subjectOf(claims, oidc)}' invalid). ${hint(wanted)}`,
    );
  }
  return fitting;
}

async function verify(token: string, claims: JWTPayload, policy: OidcPolicy, clock: Clock): Promise<void> {
  try {
    await jwtVerify(token, await keysOf(policy), {
      algorithms: ["RS256", "ES256"],
      issuer: policy.issuer,
      currentDate: new Date(clock.now()),
      requiredClaims: ["iss", "aud", "exp", "iat"],
      maxTokenAge: "24h",
    });
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw invalidGrant(`TOKEN_EXPIRED (Token expired at ${String(claims.exp)})`);
    throw invalidGrant(`TOKEN_INVALID (${(error as Error).message})`);
  }
}

function noPolicy(claims: JWTPayload): Error {
  const wanted = {
    issuer: claims.iss ?? "",
    subject: claims.sub ?? "",
    audience: audiencesOf(claims)[0] ?? "",
  };
  return invalidGrant(
    `TOKEN_INVALID (Ensure a valid federation policy has been configured). ${hint(wanted)}`,
  );
}

function accepted(policy: OidcPolicy, accountId: string): readonly string[] {
  return policy.audiences === undefined || policy.audiences.length === 0 ? [accountId] : policy.audiences;
}

function subjectOf(claims: JWTPayload, policy: OidcPolicy): string {
  const value = claims[policy.subject_claim ?? "sub"];
  return typeof value === "string" ? value : "";
}

function audiencesOf(claims: JWTPayload): readonly string[] {
  if (Array.isArray(claims.aud)) return claims.aud;
  return claims.aud === undefined ? [] : [claims.aud];
}

function hint(policy: { issuer: string; subject: string; audience: string }): string {
  const { issuer, subject, audience } = policy;
  return `Valid federation policy for provided token: {issuer: '${issuer}', subject: '${subject}', audience: '${audience}'}`;
}

function invalidGrant(description: string): Error {
  return oauthError(400, "invalid_grant", `Failed to process token: ${description}`);
}
