import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import { ENTRA_ISSUER_AUDIENCE } from "../../core/ci/azure-devops/subject.ts";
import { keysOf } from "../identity/issuer-keys.ts";
import type { EntraApplication, FederatedCredential } from "./applications.ts";
import { CLOUDS } from "./clouds.ts";
import { entraError } from "./errors.ts";

interface Check {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether an issuer is Entra ID itself. */
  readonly isEntraIssuer: (issuer: string) => boolean;
}

/**
 * Checks a client assertion (RFC 7523 section 3) against the federated identity credentials of an application. The
 * order of the checks inside Entra ID is not documented; this one gives the most telling error.
 * @throws Refusal with the AADSTS error
 */
export async function checkAssertion(
  assertion: string,
  application: EntraApplication,
  check: Check,
): Promise<void> {
  const claims = readAssertion(assertion, check.now);
  const credential = matchingCredential(application, claims, check);
  let keys: JWTVerifyGetKey;
  try {
    keys = await keysOf({ issuer: credential.issuer });
  } catch (error) {
    throw entraError(50166, check.now, (error as Error).message);
  }
  try {
    await jwtVerify(assertion, keys, {
      algorithms: ["RS256"],
      issuer: credential.issuer,
      currentDate: new Date(check.now),
      requiredClaims: ["iss", "sub", "aud", "exp"],
    });
  } catch (error) {
    if (error instanceof errors.JWTExpired || isTooEarly(error)) {
      const times = [check.now / 1000, claims.nbf ?? 0, claims.exp ?? 0].map((at) =>
        new Date(at * 1000).toISOString(),
      );
      throw entraError(700024, check.now, ...times);
    }
    throw entraError(700027, check.now);
  }
}

function isTooEarly(error: unknown): boolean {
  return error instanceof errors.JWTClaimValidationFailed && error.claim === "nbf";
}

function readAssertion(assertion: string, now: number): JWTPayload {
  try {
    const claims = decodeJwt(assertion);
    // Only RS256 is guaranteed to be accepted from outside issuers.
    if (decodeProtectedHeader(assertion).alg === "RS256") return claims;
  } catch {
    // Answered below.
  }
  throw entraError(50027, now);
}

function matchingCredential(
  application: EntraApplication,
  claims: JWTPayload,
  { now, isEntraIssuer }: Check,
): FederatedCredential {
  const { iss = "", sub = "", aud } = claims;
  const { credentials, clientId, cloud } = application;
  const [audience = ""] = [aud ?? []].flat();
  if (credentials.length === 0) throw entraError(70025, now, clientId);
  const known = credentials.filter(({ inForceAt }) => inForceAt <= now);
  if (known.length === 0) throw entraError(70021, now, iss, sub, audience);
  const sameIssuer = known.filter((credential) => credential.issuer === iss);
  if (sameIssuer.length === 0) throw entraError(700211, now, iss);
  // Of its own tokens Entra ID takes those of managed identities, which an application alone can trust, and those for
  // connections of Azure DevOps, whose audience is its own identifier.
  const ofIdentity = typeof claims["xms_mirid"] === "string" && application.kind === "application";
  const own = isEntraIssuer(iss) && !ofIdentity;
  if (own && !sub.startsWith("/eid1/")) throw entraError(700222, now);
  const found = sameIssuer.find((credential) => credential.subject === sub);
  const inOtherCase = sameIssuer.some(({ subject }) => subject.toLowerCase() === sub.toLowerCase());
  if (found === undefined) throw entraError(inOtherCase ? 7002138 : 700213, now, sub);
  if (found.audience !== CLOUDS[cloud].audience) throw entraError(700214, now, found.audience);
  if (audience !== (own ? ENTRA_ISSUER_AUDIENCE : found.audience)) throw entraError(700212, now, audience);
  return found;
}
