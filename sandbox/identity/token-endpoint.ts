import { formBody, type Call, type Route } from "../http/call.ts";
import { oauthError, ok, type Reply } from "../http/reply.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { decideExchange, type ExchangeContext } from "./token-exchange.ts";

export interface TokenEndpoint extends ExchangeContext {
  readonly realm: "workspace" | "account";
  /** Base URL of the server. */
  readonly host: string;
  /** Path of the OAuth endpoints, such as `/oidc`. */
  readonly path: string;
  readonly tokens: AccessTokens;
}

/** Discovery and token endpoint of a workspace or an account. Token exchange works though it is not advertised. */
export function tokenEndpointRoutes(endpoint: TokenEndpoint): Route[] {
  const { host, path } = endpoint;
  const base = `${host}${path}`;
  const metadata = (): Reply =>
    ok({
      issuer: base,
      authorization_endpoint: `${base}/v1/authorize`,
      token_endpoint: `${base}/v1/token`,
      jwks_uri: `${base}/jwks.json`,
      scopes_supported: ["all-apis", "email", "offline_access", "openid", "profile", "sql"],
      response_types_supported: ["code", "id_token"],
      grant_types_supported: ["client_credentials", "authorization_code", "refresh_token"],
      code_challenge_methods_supported: ["S256"],
    });
  return [
    {
      method: "GET",
      pattern: `${path}/.well-known/oauth-authorization-server`,
      access: "public",
      handle: metadata,
    },
    {
      method: "GET",
      pattern: `${path}/.well-known/openid-configuration`,
      access: "public",
      handle: metadata,
    },
    {
      method: "POST",
      pattern: `${path}/v1/token`,
      access: "public",
      handle: (call) => exchange(call, endpoint, base),
    },
  ];
}

async function exchange(call: Call, endpoint: TokenEndpoint, issuer: string): Promise<Reply> {
  if (!(call.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
    throw oauthError(400, "invalid_request", "the body must be application/x-www-form-urlencoded");
  }
  const { tokens, realm, host } = endpoint;
  const principal = await decideExchange(formBody(call), endpoint);
  const issued = await tokens.issue(principal, realm, { iss: issuer, aud: host });
  return ok(
    {
      access_token: issued,
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      scope: "all-apis",
      token_type: "Bearer",
      expires_in: tokens.life,
    },
    { "cache-control": "no-store" },
  );
}
