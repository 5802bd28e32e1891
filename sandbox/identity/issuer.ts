import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWK,
} from "jose";
import type { Route } from "../http/call.ts";
import type { JsonObject } from "../http/json.ts";
import { ok } from "../http/reply.ts";

export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK & { readonly kid: string };
  readonly alg: string;
}

/** RSA keys take a while to make; one pair a name is enough for a process, for issuers differ by their port. */
const keys = new Map<string, Promise<SigningKey>>();

export function signingKey(name: string, alg: "RS256" | "ES256" = "RS256"): Promise<SigningKey> {
  const id = `${alg} ${name}`;
  let key = keys.get(id);
  if (key === undefined) {
    key = makeKey(alg);
    keys.set(id, key);
  }
  return key;
}

async function makeKey(alg: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { privateKey, publicJwk: { ...jwk, kid, alg, use: "sig" }, alg };
}

/** A JWT signed with `key`; with `none` an unsecured one (RFC 7519 6). Claims are taken as they are. */
export async function signJwt(claims: JsonObject, key: SigningKey | "none"): Promise<string> {
  if (key === "none") return new UnsecuredJWT(claims).encode();
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.publicJwk.kid, typ: "JWT" })
    .sign(key.privateKey);
}

/**
 * Discovery document (OpenID Connect Discovery 1.0, section 4) and key set of an issuer at `path` of its server.
 * `published` is read at each request, so that keys can be rotated.
 */
export function issuerRoutes(issuer: string, path: string, published: () => readonly SigningKey[]): Route[] {
  const jwksPath = `${path}/.well-known/jwks`;
  return [
    {
      method: "GET",
      pattern: `${path}/.well-known/openid-configuration`,
      access: "public",
      handle: () =>
        ok({
          issuer,
          jwks_uri: `${issuer}/.well-known/jwks`,
          subject_types_supported: ["public", "pairwise"],
          response_types_supported: ["id_token"],
          id_token_signing_alg_values_supported: ["RS256"],
          scopes_supported: ["openid"],
        }),
    },
    {
      method: "GET",
      pattern: jwksPath,
      access: "public",
      handle: () => ok({ keys: published().map((key) => ({ ...key.publicJwk })) }),
    },
  ];
}
