import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { textOf, type JsonObject } from "../http/json.ts";
import { apiError, ok, permissionDenied, type Reply } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";
import type { Grants } from "./grants.ts";

const BASE = "/api/2.1/unity-catalog";

/** A connection as Unity Catalog describes it. */
export interface NewConnection {
  readonly owner?: string;
  /** Such as HTTP or POSTGRESQL. */
  readonly type?: string;
  /** Such as BEARER_TOKEN: how it signs in. */
  readonly credentialType?: string;
}

/** Secrets and connections of Unity Catalog, by full name: what code gets of them by the grants that there are. */
export class Kept {
  readonly secrets = new Map<string, JsonObject & { readonly value: string }>();
  readonly connections = new Map<string, JsonObject>();
  readonly #context: WorkspaceContext;
  readonly #grants: () => Grants;

  constructor(context: WorkspaceContext, grants: () => Grants) {
    this.#context = context;
    this.#grants = grants;
  }

  /** @param fullName catalog.schema.secret, in lower case */
  addSecret(fullName: string, value: string, owner = "platform"): void {
    const [catalog = "", schema = "", name = ""] = fullName.split(".");
    const names = { name, catalog_name: catalog, schema_name: schema, full_name: fullName };
    this.secrets.set(fullName, { ...names, owner, effective_owner: owner, value });
  }

  addConnection(name: string, { owner = "platform", type = "HTTP", ...more }: NewConnection = {}): void {
    const { credentialType = "BEARER_TOKEN" } = more;
    const about = { connection_type: type, credential_type: credentialType, owner };
    this.connections.set(name, { name: name.split(".").at(-1) ?? "", full_name: name, ...about });
  }

  /** What code that runs as this principal gets when it asks for the value. */
  reads(fullName: string, applicationId: string): "read" | "refused" {
    return this.#may("secret", fullName, applicationId, "READ_SECRET") ? "read" : "refused";
  }

  /** What code that runs as this principal gets when it calls through the connection. */
  calls(name: string, applicationId: string): "called" | "refused" {
    return this.#may("connection", name, applicationId, "USE_CONNECTION") ? "called" : "refused";
  }

  routes(): Route[] {
    const route = (method: string, pattern: string, handle: (call: Call) => Reply): Route => ({
      ...{ method, pattern, handle },
      // Unity Catalog's own rights decide, not those in the workspace.
      access: "read",
    });
    return [
      route("GET", `${BASE}/secrets/{name}`, (call) => this.#secret(call)),
      route("GET", `${BASE}/connections/{name}`, (call) => this.#connection(call)),
      route("POST", "/api/2.0/external-function", (call) => this.#call(call)),
    ];
  }

  #may(type: string, fullName: string, applicationId: string, privilege: string): boolean {
    const grants = this.#grants();
    const [catalog = "", schema, object] = fullName.split(".");
    const inside =
      object === undefined ||
      (grants.holds("catalog", catalog, applicationId, "USE_CATALOG") &&
        grants.holds("schema", `${catalog}.${schema ?? ""}`, applicationId, "USE_SCHEMA"));
    return inside && grants.holds(type, fullName, applicationId, privilege);
  }

  #secret(call: Call): Reply {
    const { value, ...secret } = find(this.secrets, "Secret", call.params["name"]);
    const name = textOf(secret["full_name"]);
    const caller = callerOf(call);
    if (call.query.get("include_value") !== "true") {
      if (this.#grants().manages("secret", name, caller)) return ok(secret);
      throw permissionDenied(`User does not have MANAGE on Secret '${name}'.`);
    }
    if (!this.#may("secret", name, caller.applicationId, "READ_SECRET"))
      throw permissionDenied(`User does not have READ SECRET on Secret '${name}'.`);
    this.#context.tokens.noteHandedOut(value);
    return ok({ ...secret, effective_value: value });
  }

  #connection(call: Call): Reply {
    const connection = find(this.connections, "Connection", call.params["name"]);
    const name = textOf(connection["full_name"]);
    const caller = callerOf(call);
    const seen = this.#grants().of("connection", name).has(caller.applicationId);
    if (seen || this.#grants().manages("connection", name, caller)) return ok(connection);
    throw permissionDenied(`User does not have USE CONNECTION on Connection '${name}'.`);
  }

  /** Answers as the host behind the connection would: with what was asked, and as whom it was signed in. */
  #call(call: Call): Reply {
    const body = jsonBody(call);
    const connection = find(this.connections, "Connection", body["connection_name"]);
    const name = textOf(connection["full_name"]);
    if (!this.#may("connection", name, callerOf(call).applicationId, "USE_CONNECTION"))
      throw permissionDenied(`User does not have USE CONNECTION on Connection '${name}'.`);
    const signedInAs = connection["credential_type"] ?? null;
    return ok({ status_code: 200, text: JSON.stringify({ path: body["path"] ?? "", signedInAs }) });
  }
}

function find<T>(all: ReadonlyMap<string, T>, kind: "Secret" | "Connection", name: unknown): T {
  const found = all.get(textOf(name).toLowerCase());
  if (found === undefined)
    throw apiError(404, `${kind.toUpperCase()}_DOES_NOT_EXIST`, `${kind} '${textOf(name)}' does not exist.`);
  return found;
}
