import { randomUUID } from "node:crypto";
import { createLocalJWKSet, jwtVerify } from "jose";
import type { Clock } from "../../core/base/ports.ts";
import { jsonBody, type Call, type Route } from "../http/call.ts";
import { textOf, type JsonObject } from "../http/json.ts";
import { ok, Refusal, type Reply } from "../http/reply.ts";
import { signingKey, signJwt } from "../identity/issuer.ts";
import { MOST_CREDENTIALS, type EntraApplication, type FederatedCredential } from "./applications.ts";
import { CLOUDS } from "./clouds.ts";
import type { Entra } from "./entra.ts";

export const GRAPH_RESOURCE = "https://graph.microsoft.com";
export const ARM_RESOURCE = "https://management.azure.com";

/** A user-assigned managed identity. */
export interface ManagedIdentity {
  /** Azure resource id. */
  readonly id: string;
  readonly tenantId: string;
  readonly principalId: string;
  readonly clientId: string;
}

export interface DirectoryOptions {
  readonly clock: Clock;
  readonly entra: Entra;
  readonly handedOut: string[];
  /** Base URL of the server: of Microsoft Graph and of Azure Resource Manager. */
  readonly url: string;
}

/**
 * Microsoft Graph's federated identity credentials of applications, and Azure Resource Manager's managed identities. Each
 * request's token is verified. Graph lets owners of an application change it (Application.ReadWrite.OwnedBy), Resource Manager
 * shows identities to its readers.
 */
export class Directory {
  readonly url: string;
  readonly identities: ManagedIdentity[] = [];
  /** Application IDs that hold Reader on the identities. */
  readonly readers = new Set<string>();
  /** Milliseconds until a change shows in listings. Default 0. */
  propagation = 0;
  /** Milliseconds until the token endpoint knows a credential. Default 0. */
  delay = 0;
  readonly #late = new Map<
    string,
    { readonly until: number; readonly before: readonly FederatedCredential[] }
  >();
  readonly #options: DirectoryOptions;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.url = options.url;
  }

  addIdentity(name: string, tenantId: string): ManagedIdentity {
    const id = `/subscriptions/6a1e/resourceGroups/lake/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
    const identity = { id, tenantId, principalId: randomUUID(), clientId: randomUUID() };
    this.identities.push(identity);
    return identity;
  }

  /** A token of a managed identity, as Unity Catalog vends it for that resource. */
  async identityToken(resourceId: string, audience: string): Promise<string> {
    const identity = this.identities.find(({ id }) => id.toLowerCase() === resourceId.toLowerCase());
    if (identity === undefined) throw new Error(`no managed identity ${resourceId}`);
    const { tenantId: tid, principalId, clientId, id } = identity;
    const iat = Math.floor(this.#options.clock.now() / 1000);
    const names = { iss: this.#options.entra.issuer(tid), aud: audience, sub: principalId, oid: principalId };
    const about = { tid, azp: clientId, idtyp: "app", xms_mirid: id, ver: "2.0", uti: randomUUID() };
    const times = { iat, nbf: iat, exp: iat + 86_399 };
    const token = await signJwt({ ...names, ...about, ...times }, await signingKey("entra"));
    this.#options.handedOut.push(token);
    return token;
  }

  /** Whether the token endpoint lets whoever presents this assertion in as the application. */
  async signsIn(clientId: string, assertion: string): Promise<"in" | "refused"> {
    const { entra } = this.#options;
    const { tenantId = "" } = entra.application(clientId) ?? {};
    const form = {
      grant_type: "client_credentials",
      client_id: clientId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
      scope: `${GRAPH_RESOURCE}/.default`,
    };
    const body = new URLSearchParams(form);
    const answer = await fetch(`${entra.authority()}${tenantId}/oauth2/v2.0/token`, { method: "POST", body });
    await answer.arrayBuffer();
    return answer.ok ? "in" : "refused";
  }

  routes(): Route[] {
    const folder = "/v1.0/{application}/federatedIdentityCredentials";
    const route = (method: string, pattern: string, handle: Route["handle"]): Route => ({
      ...{ method, pattern, handle },
      access: "public",
    });
    const identity =
      "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}";
    return [
      route("GET", folder, (call) => this.#list(call)),
      route("POST", folder, (call) => this.#create(call)),
      route("PATCH", `${folder}/{name}`, (call) => this.#update(call)),
      route("DELETE", `${folder}/{name}`, (call) => this.#delete(call)),
      route("GET", identity, (call) => this.#identity(call)),
    ];
  }

  /** Application ID of the caller. */
  async #caller(call: Call, audience: string): Promise<string> {
    const token = (call.headers["authorization"] ?? "").replace(/^Bearer /, "");
    const keys = createLocalJWKSet({ keys: [(await signingKey("entra")).publicJwk] });
    const currentDate = new Date(this.#options.clock.now());
    try {
      const { payload } = await jwtVerify(token, keys, { audience, currentDate });
      return textOf(payload["appid"]);
    } catch {
      throw refusal(401, "InvalidAuthenticationToken", "Access token validation failure.");
    }
  }

  async #application(call: Call): Promise<EntraApplication> {
    const caller = await this.#caller(call, GRAPH_RESOURCE);
    const clientId = /^applications\(appId='(.*)'\)$/.exec(call.params["application"] ?? "")?.[1] ?? "";
    const application = this.#options.entra.application(clientId);
    if (application?.kind !== "application")
      throw refusal(404, "Request_ResourceNotFound", `Resource '${clientId}' does not exist.`);
    if (!application.owners.includes(caller))
      throw refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    return application;
  }

  #shown({ clientId, credentials }: EntraApplication): readonly FederatedCredential[] {
    const late = this.#late.get(clientId);
    return late !== undefined && late.until > this.#options.clock.now() ? late.before : credentials;
  }

  #change(application: EntraApplication, change: (credentials: FederatedCredential[]) => void): void {
    const before = [...application.credentials];
    change(application.credentials);
    const until = this.#options.clock.now() + this.propagation;
    this.#late.set(application.clientId, { until, before });
  }

  async #list(call: Call): Promise<Reply> {
    return ok({ value: this.#shown(await this.#application(call)).map(render) });
  }

  #read(application: EntraApplication, body: JsonObject, own: string): Omit<FederatedCredential, "name"> {
    const [issuer, subject, description] = ["issuer", "subject", "description"].map((key) =>
      textOf(body[key]),
    );
    const audiences = Array.isArray(body["audiences"]) ? body["audiences"].map(textOf) : [];
    const [audience = ""] = audiences;
    if (audiences.length !== 1 || audience !== CLOUDS[application.cloud].audience)
      throw refusal(
        400,
        "Request_BadRequest",
        "Federated identity credential must have exactly one audience.",
      );
    if (!issuer || !subject || `${issuer}${subject}`.includes("*") || (description ?? "").length > 600)
      throw refusal(400, "Request_BadRequest", "Invalid value specified for a property.");
    if (
      application.credentials.some(
        (one) => one.name !== own && one.issuer === issuer && one.subject === subject,
      )
    )
      throw refusal(
        400,
        "Request_MultipleObjectsWithSameKeyValue",
        "FederatedIdentityCredential with the same issuer and subject already exists.",
      );
    const inForceAt = this.#options.clock.now() + this.delay;
    return { issuer, subject, audience, description: description ?? "", inForceAt };
  }

  async #create(call: Call): Promise<Reply> {
    const application = await this.#application(call);
    const body = jsonBody(call);
    const name = textOf(body["name"]);
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_-]{2,119}$/.test(name))
      throw refusal(400, "Request_BadRequest", "Invalid value specified for property 'name'.");
    if (application.credentials.some((one) => one.name === name))
      throw refusal(409, "Request_MultipleObjectsWithSameKeyValue", "The name is there already.");
    if (application.credentials.length >= MOST_CREDENTIALS)
      throw refusal(
        400,
        "Directory_QuotaExceeded",
        "There can be at most 20 federated identity credentials.",
      );
    const created = { name, ...this.#read(application, body, name) };
    this.#change(application, (credentials) => credentials.push(created));
    return { status: 201, body: render(created) };
  }

  async #update(call: Call): Promise<Reply> {
    const application = await this.#application(call);
    const at = this.#position(application, call);
    const name = application.credentials[at]?.name ?? "";
    const changed = { name, ...this.#read(application, jsonBody(call), name) };
    this.#change(application, (credentials) => credentials.splice(at, 1, changed));
    return { status: 204, body: Buffer.alloc(0) };
  }

  async #delete(call: Call): Promise<Reply> {
    const application = await this.#application(call);
    const at = this.#position(application, call);
    this.#change(application, (credentials) => credentials.splice(at, 1));
    return { status: 204, body: Buffer.alloc(0) };
  }

  #position({ credentials }: EntraApplication, call: Call): number {
    const at = credentials.findIndex(({ name }) => name === call.params["name"]);
    if (at < 0) throw refusal(404, "Request_ResourceNotFound", "Resource does not exist.");
    return at;
  }

  async #identity(call: Call): Promise<Reply> {
    const caller = await this.#caller(call, ARM_RESOURCE);
    if (call.query.get("api-version") === null)
      throw refusal(400, "MissingApiVersionParameter", "The api-version query parameter is required.");
    if (!this.readers.has(caller))
      throw refusal(403, "AuthorizationFailed", `The client '${caller}' has no authorization to read here.`);
    const found = this.identities.find(({ id }) => id.toLowerCase() === call.path.toLowerCase());
    if (found === undefined) throw refusal(404, "ResourceNotFound", "The resource was not found.");
    const { id, tenantId, principalId, clientId } = found;
    return ok({ id, location: "westeurope", properties: { tenantId, principalId, clientId } });
  }
}

/** OData's error envelope. */
function refusal(status: number, code: string, message: string): Refusal {
  return new Refusal({ status, body: { error: { code, message } } }, message);
}

function render({ name, issuer, subject, audience, description = "" }: FederatedCredential): JsonObject {
  return { id: `${name}-id`, name, issuer, subject, audiences: [audience], description };
}
