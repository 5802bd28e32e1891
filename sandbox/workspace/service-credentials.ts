import { render, texts } from "./credential-json.ts";
import { randomUUID } from "node:crypto";
import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { idOf, isObject, jsonId, textOf, type JsonObject } from "../http/json.ts";
import { pageOf } from "../http/paging.ts";
import { apiError, invalidParameter, ok, permissionDenied, type Reply } from "../http/reply.ts";
import type { ServicePrincipal } from "../identity/principals.ts";
import type { WorkspaceContext } from "./context.ts";

const BASE = "/api/2.1/unity-catalog";
const CONNECTORS = "/subscriptions/6a1e/resourceGroups/lake/providers/Microsoft.Databricks/accessConnectors";

export interface Credential {
  readonly name: string;
  readonly purpose: "SERVICE" | "STORAGE";
  /** Application ID, user or group. */
  readonly owner: string;
  isolated: boolean;
  readonly workspaces: Set<string>;
  /** Azure resource id of the access connector whose identity it presents. */
  readonly connector: string;
  readonly managedIdentity: string;
  /** Principal → privileges. */
  readonly grants: Map<string, Set<string>>;
}

/** A token of a credential's cloud identity. */
export interface CloudToken {
  readonly credential: string;
  /** The resource that it was asked for; "" where none was named. */
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export interface NewCredential {
  readonly name: string;
  readonly purpose?: Credential["purpose"];
  /** Default: the metastore's owner. */
  readonly owner?: string;
  /** Bound to this workspace, and usable nowhere else. Default false: every workspace of the metastore. */
  readonly isolated?: boolean;
  /** Default: one of its own. */
  readonly connector?: string;
  /** Azure resource id of the user-assigned identity that it presents; default: the connector's own. */
  readonly managedIdentity?: string;
}

/**
 * Unity Catalog service credentials with their grants, bindings and temporary credentials. Listings show what the caller
 * may see: all grants to the owner, holders of MANAGE and metastore admins, their own to everybody else.
 */
export class ServiceCredentials {
  readonly #all = new Map<string, Credential>();
  readonly #context: WorkspaceContext;
  /** Owner of the metastore: a group or principal. */
  metastoreOwner = "metastore-admins";
  /** Milliseconds until a changed grant shows in listings; vending follows at once. Default 0. */
  propagation = 0;
  /** Milliseconds that a vended token lives. */
  tokenLife = 3_600_000;
  readonly #vended = new Map<string, CloudToken>();
  readonly #shown = new Map<string, { readonly until: number; readonly grants: Map<string, Set<string>> }>();
  /** The largest page that the server gives. */
  pageSize = 100;

  constructor(context: WorkspaceContext) {
    this.#context = context;
  }

  add({ name, purpose = "SERVICE", owner = this.metastoreOwner, ...more }: NewCredential): void {
    const { isolated = false, connector = `${CONNECTORS}/${name}`, managedIdentity = "" } = more;
    const workspaces = new Set(isolated ? [this.#context.workspaceId] : []);
    const about = { name, purpose, owner, isolated, workspaces, connector, managedIdentity };
    this.#all.set(name, { ...about, grants: new Map() });
  }

  /** Grants a privilege as an administrator would, without the API's checks. */
  grant(name: string, principal: string, privilege = "ACCESS"): void {
    const { grants } = this.#find(name);
    grants.set(principal, new Set([...(grants.get(principal) ?? []), privilege]));
  }

  revoke(name: string, principal: string): void {
    this.#find(name).grants.delete(principal);
  }

  /** A vended token that is still valid. */
  vended(token: string): CloudToken | undefined {
    const found = this.#vended.get(token);
    return found !== undefined && found.expires > this.#context.clock.now() ? found : undefined;
  }

  /** How many tokens were vended. */
  get vends(): number {
    return this.#vended.size;
  }

  /** Azure resource id of the connector whose identity it presents. */
  connectorOf(name: string): string {
    return this.#find(name).connector;
  }

  /** Azure resource id of the user-assigned identity that it presents. */
  identityOf(name: string): string {
    return this.#find(name).managedIdentity;
  }

  /** Who holds ACCESS on a credential, sorted. */
  accessOf(name: string): readonly string[] {
    const holders = [...this.#find(name).grants].filter(([, privileges]) => privileges.has("ACCESS"));
    return holders.map(([principal]) => principal).sort();
  }

  /** What code that runs as this principal gets when it asks for the credential: a cloud token, or nothing. */
  played(name: string, applicationId: string, workspaceId?: string): "vended" | "refused" {
    return this.#mayVend(this.#find(name), applicationId, workspaceId) ? "vended" : "refused";
  }

  /** What it gets of the same cloud identity, through whatever credential: the judge of twins. */
  presented(name: string, applicationId: string): "vended" | "refused" {
    const { connector } = this.#find(name);
    const same = [...this.#all.values()].filter(
      (one) => one.connector.toLowerCase() === connector.toLowerCase(),
    );
    return same.some((one) => this.#mayUse(one, applicationId)) ? "vended" : "refused";
  }

  routes(): Route[] {
    const permissions = `${BASE}/permissions/credential/{name}`;
    const bindings = `${BASE}/bindings/credential/{name}`;
    const read = (pattern: string, handle: (call: Call) => Reply): Route => ({
      method: "GET",
      pattern,
      access: "read",
      handle,
    });
    // Unity Catalog's own rights decide, not those in the workspace.
    const change = (method: string, pattern: string, handle: (call: Call) => Reply): Route => ({
      method,
      pattern,
      access: "read",
      handle,
    });
    return [
      read(`${BASE}/metastore_summary`, () => ok({ owner: this.metastoreOwner, name: "main" })),
      read(`${BASE}/credentials`, (call) => this.#list(call)),
      change("POST", `${BASE}/credentials`, (call) => this.#create(call)),
      change("PATCH", `${BASE}/credentials/{name}`, (call) => this.#isolate(call)),
      read(`${BASE}/effective-permissions/storage_credential/{name}`, (call) =>
        this.#permissions(call, true),
      ),
      read(`${BASE}/credentials/{name}`, (call) => ok(render(this.#of(call)))),
      read(permissions, (call) => this.#permissions(call, false)),
      read(`${BASE}/effective-permissions/credential/{name}`, (call) => this.#permissions(call, true)),
      change("PATCH", permissions, (call) => this.#grant(call)),
      read(bindings, (call) => this.#bindings(call)),
      change("PATCH", bindings, (call) => this.#bind(call)),
      change("POST", `${BASE}/temporary-service-credentials`, (call) => this.#vend(call)),
    ];
  }

  #create(call: Call): Reply {
    const caller = callerOf(call);
    if (!caller.workspaceAdmin)
      throw permissionDenied("User does not have CREATE SERVICE CREDENTIAL on Metastore.");
    const { name, purpose, azure_managed_identity: identity } = jsonBody(call);
    if (textOf(purpose) !== "SERVICE" || !isObject(identity))
      throw permissionDenied("a service credential of Azure is made here");
    this.add({
      name: textOf(name),
      owner: caller.applicationId,
      connector: textOf(identity["access_connector_id"]),
    });
    return ok(render(this.#find(textOf(name))));
  }

  /** One that becomes isolated is bound to the workspace that it is changed from. */
  #isolate(call: Call): Reply {
    const credential = this.#of(call);
    this.#mustManage(credential, call);
    const isolated = textOf(jsonBody(call)["isolation_mode"]) === "ISOLATION_MODE_ISOLATED";
    if (isolated) credential.workspaces.add(this.#context.workspaceId);
    this.#all.set(credential.name, { ...credential, isolated });
    return ok(render(this.#of(call)));
  }

  #find(name: string): Credential {
    // Names are not case-sensitive (docs.databricks.com, securable objects in Unity Catalog).
    const found = [...this.#all.values()].find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (found === undefined)
      throw apiError(404, "CREDENTIAL_DOES_NOT_EXIST", `Credential '${name}' does not exist.`);
    return found;
  }

  #of(call: Call): Credential {
    return this.#find(call.params["name"] ?? "");
  }

  #manages(credential: Credential, { applicationId, workspaceAdmin }: ServicePrincipal): boolean {
    const names = [applicationId, ...(workspaceAdmin ? ["admins"] : [])];
    const manages = credential.grants.get(applicationId)?.has("MANAGE") ?? false;
    return manages || names.includes(credential.owner) || names.includes(this.metastoreOwner);
  }

  /** All of them for a metastore admin, for others those that they have some privilege on. */
  #list(call: Call): Reply {
    const caller = callerOf(call);
    const purpose = call.query.get("purpose");
    const seen = [...this.#all.values()].filter(
      (one) =>
        (purpose === null || one.purpose === purpose) &&
        (this.#manages(one, caller) || one.grants.has(caller.applicationId)),
    );
    const page = pageOf(seen.map(render), call.query.get("page_token"), this.pageSize);
    const next = page.nextPageToken === "" ? {} : { next_page_token: page.nextPageToken };
    return ok({ credentials: page.items, ...next });
  }

  #permissions(call: Call, effective: boolean): Reply {
    const credential = this.#of(call);
    const caller = callerOf(call);
    const late = this.#shown.get(credential.name);
    const grants =
      late !== undefined && late.until > this.#context.clock.now() ? late.grants : credential.grants;
    const seen = [...grants].filter(
      ([principal]) => this.#manages(credential, caller) || principal === caller.applicationId,
    );
    const rows = seen.map(([principal, privileges]): JsonObject => {
      const names = [...privileges].sort();
      return { principal, privileges: effective ? names.map((privilege) => ({ privilege })) : names };
    });
    const page = pageOf(rows, call.query.get("page_token"), this.pageSize);
    const next = page.nextPageToken === "" ? {} : { next_page_token: page.nextPageToken };
    return ok({ privilege_assignments: page.items, ...next });
  }

  #grant(call: Call): Reply {
    const credential = this.#of(call);
    this.#mustManage(credential, call);
    const changes = jsonBody(call)["changes"];
    const before = new Map([...credential.grants].map(([who, privileges]) => [who, new Set(privileges)]));
    const list = Array.isArray(changes) ? changes.filter(isObject) : [];
    for (const change of list) this.#mustExist(textOf(change["principal"]));
    for (const change of list) {
      const principal = textOf(change["principal"]);
      const privileges = credential.grants.get(principal) ?? new Set<string>();
      for (const privilege of texts(change["remove"])) privileges.delete(privilege);
      for (const privilege of texts(change["add"])) privileges.add(privilege);
      if (privileges.size > 0) credential.grants.set(principal, privileges);
      else credential.grants.delete(principal);
    }
    this.#shown.set(credential.name, { until: this.#context.clock.now() + this.propagation, grants: before });
    return this.#permissions(call, false);
  }

  #mustManage(credential: Credential, call: Call): void {
    if (this.#manages(credential, callerOf(call))) return;
    throw permissionDenied(`User does not have MANAGE on Credential '${credential.name}'.`);
  }

  #mustExist(principal: string): void {
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(principal);
    if (principal === "" || (uuid && this.#context.principals.withApplicationId(principal) === undefined)) {
      throw apiError(404, "PRINCIPAL_DOES_NOT_EXIST", `Could not find principal with name ${principal}`);
    }
  }

  #bindings(call: Call): Reply {
    const { workspaces } = this.#of(call);
    return ok({
      bindings: [...workspaces].map((id) => ({
        workspace_id: jsonId(id),
        binding_type: "BINDING_TYPE_READ_WRITE",
      })),
    });
  }

  #bind(call: Call): Reply {
    const credential = this.#of(call);
    this.#mustManage(credential, call);
    const body = jsonBody(call);
    const ids = (list: unknown): string[] =>
      Array.isArray(list) ? list.filter(isObject).map((one) => idOf(one["workspace_id"])) : [];
    for (const id of ids(body["add"])) credential.workspaces.add(id);
    for (const id of ids(body["remove"])) credential.workspaces.delete(id);
    return this.#bindings(call);
  }

  #mayVend(credential: Credential, applicationId: string, workspaceId?: string): boolean {
    const { purpose, isolated, workspaces, grants } = credential;
    const privileges = grants.get(applicationId);
    const granted = privileges?.has("ACCESS") === true || privileges?.has("ALL_PRIVILEGES") === true;
    const here = !isolated || workspaces.has(workspaceId ?? this.#context.workspaceId);
    return purpose === "SERVICE" && granted && here;
  }

  /** Vending, or reading storage with a storage credential's identity. */
  #mayUse(credential: Credential, applicationId: string): boolean {
    const privileges = credential.grants.get(applicationId) ?? new Set<string>();
    const reads = [...privileges].some((privilege) => privilege !== "BROWSE" && privilege !== "MANAGE");
    return credential.purpose === "STORAGE" ? reads : this.#mayVend(credential, applicationId);
  }

  #vend(call: Call): Reply {
    const body = jsonBody(call);
    const credential = this.#find(textOf(body["credential_name"]));
    if (credential.purpose !== "SERVICE")
      throw invalidParameter(`Credential '${credential.name}' is not a service credential.`);
    if (!this.#mayVend(credential, callerOf(call).applicationId)) {
      throw permissionDenied(`User does not have ACCESS on Credential '${credential.name}'.`);
    }
    const expires = this.#context.clock.now() + this.tokenLife;
    const token = `sandbox-cloud-token-${randomUUID()}`;
    const azure = body["azure_options"];
    const [resource = ""] = texts(isObject(azure) ? azure["resources"] : undefined);
    const audience = resource.replace(/\/\.default$/, "");
    this.#vended.set(token, { credential: credential.name, audience, expires });
    this.#context.tokens.noteHandedOut(token);
    return ok({ expiration_time: expires, azure_aad: { aad_token: token } });
  }
}
