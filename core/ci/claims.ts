import type * as Jose from "jose";
import { SecretlessError } from "../base/errors.ts";
import type { Claims, PipelineClaims } from "./pipeline-claims.ts";
import type { Dialect } from "./dialect.ts";
import { DIALECTS } from "./index.ts";

let jose: Promise<typeof Jose> | undefined;

/** Loads the reader of claims, which is no part of the first chunk, while the ID token is still under way. */
export function loadClaimsReader(): Promise<typeof Jose> {
  return (jose ??= import("jose"));
}

/**
 * The claims of an ID token (RFC 7519; OpenID Connect Core 1.0, section 2).
 * @throws SecretlessError `ID_TOKEN_REFUSED` if it is not a JWT with issuer, subject, audience and expiry
 */
export async function readClaims(idToken: string): Promise<Claims> {
  const { decodeJwt } = await loadClaimsReader();
  let payload: ReturnType<typeof decodeJwt>;
  try {
    payload = decodeJwt(idToken);
  } catch {
    throw unreadable("it is not a signed JSON Web Token");
  }
  const { iss, sub, aud, exp, iat, jti } = payload;
  const audience = (Array.isArray(aud) ? aud : [aud]).filter((value) => typeof value === "string");
  if (
    typeof iss !== "string" ||
    typeof sub !== "string" ||
    audience.length === 0 ||
    typeof exp !== "number"
  ) {
    throw unreadable("it lacks one of `iss`, `sub`, `aud` and `exp`");
  }
  return {
    ...pipelineClaims(payload),
    issuer: iss,
    subject: sub,
    audience,
    expiresAt: exp * 1000,
    ...(typeof iat === "number" && { issuedAt: iat * 1000 }),
    ...(typeof jti === "string" && { jwtId: jti }),
  };
}

/** The claims of a payload under our names, whichever CI it comes from. */
export function pipelineClaims(
  payload: Readonly<Record<string, unknown>>,
  dialects: readonly Dialect[] = DIALECTS,
): PipelineClaims {
  return Object.assign({}, ...dialects.map((dialect) => dialect.pipelineClaims(payload))) as PipelineClaims;
}

function unreadable(why: string): SecretlessError {
  return new SecretlessError("ID_TOKEN_REFUSED", {
    problem: `What the CI gave as ID token cannot be read: ${why}.`,
    expected: "an ID token (OpenID Connect Core 1.0, section 2)",
    remedy:
      "Run the job again; if this comes back, look for what answers in place of the CI's token endpoint.",
  });
}
