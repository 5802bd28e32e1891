import { randomUUID } from "node:crypto";
import type { Clock } from "../../core/base/ports.ts";
import { apiError } from "../http/reply.ts";
import { signingKey, signJwt } from "./issuer.ts";
import type { Principals, ServicePrincipal } from "./principals.ts";

interface Issued {
  readonly applicationId: string;
  /** Where it was issued: a workspace's token works in that workspace only, an account's everywhere. */
  readonly realm: "workspace" | "account";
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Every Databricks access token that was issued, whom it belongs to and until when. */
export class AccessTokens {
  readonly #issued = new Map<string, Issued>();
  readonly #principals: Principals;
  readonly #clock: Clock;
  readonly #handedOut: string[];
  /** Seconds; may be changed at any time for the tokens issued from then on. */
  life: number;

  constructor(principals: Principals, clock: Clock, handedOut: string[], life: number) {
    this.#principals = principals;
    this.#clock = clock;
    this.#handedOut = handedOut;
    this.life = life;
  }

  async issue(
    principal: ServicePrincipal,
    realm: Issued["realm"],
    claims: { readonly iss: string; readonly aud: string },
  ): Promise<string> {
    const now = this.#clock.now();
    const iat = Math.floor(now / 1000);
    const { applicationId } = principal;
    const body = { ...claims, sub: applicationId, client_id: "databricks-session", scope: "all-apis" };
    const times = { iat, exp: iat + this.life, jti: randomUUID() };
    const token = await signJwt({ ...body, ...times }, await signingKey("databricks", "ES256"));
    this.#issued.set(token, { applicationId, realm, expiresAt: now + this.life * 1000 });
    this.#handedOut.push(token);
    return token;
  }

  /** Takes down a secret that another part of the sandbox hands out. */
  noteHandedOut(secret: string): void {
    this.#handedOut.push(secret);
  }

  /** A personal access token of a workspace: opaque, whoever made it. */
  personal(applicationId: string, expiresAt: number): string {
    const token = `dapi${randomUUID().replaceAll("-", "")}`;
    this.#issued.set(token, { applicationId, realm: "workspace", expiresAt });
    this.#handedOut.push(token);
    return token;
  }

  revoke(token: string): void {
    this.#issued.delete(token);
  }

  /** Takes a token that Entra ID issued for Databricks: it works in workspaces and accounts alike. */
  accept(token: string, applicationId: string, expiresAt: number): void {
    this.#issued.set(token, { applicationId, realm: "account", expiresAt });
  }

  /**
   * The principal that a bearer token stands for.
   * @throws Refusal 401 for a token that is missing, unknown, expired or of another realm
   */
  authenticate(authorization: string, realm: Issued["realm"]): ServicePrincipal {
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) {
      throw unauthenticated("Credential was not sent or was of an unsupported type for this API.");
    }
    const issued = this.#issued.get(token);
    if (issued === undefined) throw unauthenticated("Invalid Token");
    if (issued.expiresAt <= this.#clock.now()) throw unauthenticated("Token is expired");
    if (realm === "account" && issued.realm !== "account") {
      throw unauthenticated("A token of a workspace does not authenticate to the account API.");
    }
    const principal = this.#principals.withApplicationId(issued.applicationId);
    if (principal === undefined) throw unauthenticated("Invalid Token");
    return principal;
  }

  revokeAll(): void {
    this.#issued.clear();
  }
}

function unauthenticated(message: string): Error {
  return apiError(401, "UNAUTHENTICATED", message);
}
