import { randomUUID } from "node:crypto";
import type { Clock } from "../../core/base/ports.ts";
import { AZURE_DEVOPS_APPLICATION, ENTRA_ISSUER_AUDIENCE } from "../../core/ci/azure-devops/subject.ts";
import { formBody, type Call, type Route } from "../http/call.ts";
import type { JsonObject } from "../http/json.ts";
import { ok, type Reply } from "../http/reply.ts";
import type { AccessTokens } from "../identity/access-tokens.ts";
import { signingKey, signJwt } from "../identity/issuer.ts";
import {
  entraApplication,
  MOST_CREDENTIALS,
  type EntraApplication,
  type NewFederatedCredential,
  type NewEntraApplication,
} from "./applications.ts";
import { checkAssertion } from "./assertion.ts";
import { CLOUDS, type Cloud } from "./clouds.ts";
import { entraError } from "./errors.ts";

/** Application ID of Azure Databricks, the same in every cloud. */
export const DATABRICKS_RESOURCE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/** Seconds: what an access token of an application lives, and one of a managed identity. */
const LIFE = { application: 3_599, "managed-identity": 86_399 } as const;

export interface EntraOptions {
  readonly clock: Clock;
  /** Base URL of the server. */
  readonly url: string;
  readonly handedOut: string[];
  readonly tokens: AccessTokens;
  readonly tenants: readonly string[];
}

/** Entra ID: the issuer of the newer service connections, and the token endpoint for client assertions. */
export class Entra {
  readonly url: string;
  readonly tenants: Set<string>;
  /** Resources that have a principal in the tenants; Databricks from the start. */
  readonly resources = new Set([
    DATABRICKS_RESOURCE,
    "https://graph.microsoft.com",
    "https://management.azure.com",
  ]);
  readonly #applications: EntraApplication[] = [];
  readonly #options: EntraOptions;

  constructor(options: EntraOptions) {
    this.#options = options;
    this.url = options.url;
    this.tenants = new Set(options.tenants);
  }

  /** What a service connection calls `activeDirectoryAuthority`; ends with a slash. */
  authority(cloud: Cloud = "public"): string {
    return `${this.url}${CLOUDS[cloud].path}/`;
  }

  issuer(tenantId: string, cloud: Cloud = "public"): string {
    return `${this.authority(cloud)}${tenantId}/v2.0`;
  }

  addApplication(application: NewEntraApplication): EntraApplication {
    const added = entraApplication(application);
    this.#applications.push(added);
    return added;
  }

  application(clientId: string): EntraApplication | undefined {
    return this.#applications.find((one) => one.clientId === clientId);
  }

  /**
   * @param delay milliseconds until the token endpoint knows it
   * @throws Error past the limit, or if issuer and subject are there already
   */
  addCredential(clientId: string, credential: NewFederatedCredential, delay = 0): void {
    const application = this.application(clientId);
    if (application === undefined) throw new Error(`no application ${clientId}`);
    const { credentials, cloud } = application;
    const { issuer, subject } = credential;
    if (credentials.length >= MOST_CREDENTIALS) throw new Error("too many federated identity credentials");
    if (credentials.some((one) => one.issuer === issuer && one.subject === subject)) {
      throw new Error("issuer and subject are there already");
    }
    credentials.push({
      audience: CLOUDS[cloud].audience,
      inForceAt: this.#options.clock.now() + delay,
      ...credential,
    });
  }

  /** An ID token of a service connection, as Azure DevOps gets it from Entra ID; times in seconds. */
  async connectionToken(tenantId: string, subject: string, iat: number, life: number): Promise<string> {
    const token = await signJwt(
      {
        aud: ENTRA_ISSUER_AUDIENCE,
        iss: this.issuer(tenantId),
        iat,
        nbf: iat,
        exp: iat + life,
        azp: AZURE_DEVOPS_APPLICATION,
        azpacr: "2",
        idtyp: "app",
        sub: subject,
        tid: tenantId,
        uti: randomUUID(),
        ver: "2.0",
      },
      await signingKey("entra"),
    );
    this.#options.handedOut.push(token);
    return token;
  }

  routes(): Route[] {
    return Object.entries(CLOUDS).flatMap(([name, { path }]) => this.#cloudRoutes(name as Cloud, path));
  }

  #cloudRoutes(cloud: Cloud, path: string): Route[] {
    const base = `${path}/{tenant}`;
    return [
      {
        method: "GET",
        pattern: `${base}/v2.0/.well-known/openid-configuration`,
        access: "public",
        handle: ({ params }) => ok(this.#configuration(params["tenant"] ?? "", cloud)),
      },
      {
        method: "GET",
        pattern: `${base}/discovery/v2.0/keys`,
        access: "public",
        handle: async () => ok({ keys: [{ ...(await signingKey("entra")).publicJwk }] }),
      },
      {
        method: "POST",
        pattern: `${base}/oauth2/v2.0/token`,
        access: "public",
        handle: (call) => this.#token(call, cloud),
      },
    ];
  }

  #configuration(tenantId: string, cloud: Cloud): JsonObject {
    const tenant = `${this.authority(cloud)}${tenantId}`;
    return {
      issuer: this.issuer(tenantId, cloud),
      token_endpoint: `${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${tenant}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      id_token_signing_alg_values_supported: ["RS256"],
    };
  }

  /** RFC 6749 4.4 with a client assertion (RFC 7523 2.2). */
  async #token(call: Call, cloud: Cloud): Promise<Reply> {
    const now = this.#options.clock.now();
    const form = formBody(call);
    const field = (name: string): string => {
      const value = form.get(name) ?? "";
      if (value === "") throw entraError(900144, now, name);
      return value;
    };
    const tenant = call.params["tenant"] ?? "";
    if (!this.tenants.has(tenant)) throw entraError(90002, now, tenant);
    if (field("grant_type") !== "client_credentials") throw entraError(900144, now, "grant_type");
    const clientId = field("client_id");
    const application = this.application(clientId);
    if (application?.tenantId !== tenant || application.cloud !== cloud)
      throw entraError(700016, now, clientId, tenant);
    if (!application.servicePrincipal) throw entraError(7000229, now, clientId, tenant);
    const resource = /^(.+)\/\.default$/.exec(field("scope"))?.[1];
    if (resource === undefined) throw entraError(70011, now, field("scope"));
    if (!this.resources.has(resource)) throw entraError(500011, now, resource, tenant);
    if (form.has("client_secret")) throw entraError(7000215, now);
    if (field("client_assertion_type") !== ASSERTION_TYPE)
      throw entraError(900144, now, "client_assertion_type");
    const isEntraIssuer = (issuer: string): boolean => issuer.startsWith(`${this.url}/`);
    await checkAssertion(field("client_assertion"), application, {
      now,
      isEntraIssuer,
    });
    return this.#issue(application, resource, now);
  }

  async #issue(application: EntraApplication, resource: string, now: number): Promise<Reply> {
    const { clientId, tenantId, cloud, kind } = application;
    const iat = Math.floor(now / 1000);
    const life = LIFE[kind];
    const names = {
      aud: resource,
      iss: this.issuer(tenantId, cloud),
      appid: clientId,
      tid: tenantId,
      ver: "2.0",
    };
    const token = await signJwt(
      { ...names, sub: randomUUID(), iat, nbf: iat, exp: iat + life, uti: randomUUID() },
      await signingKey("entra"),
    );
    this.#options.handedOut.push(token);
    if (resource === DATABRICKS_RESOURCE) this.#options.tokens.accept(token, clientId, now + life * 1000);
    return ok(
      { token_type: "Bearer", expires_in: life, ext_expires_in: life, access_token: token },
      { "cache-control": "no-store" },
    );
  }
}
