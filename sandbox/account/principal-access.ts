import { randomUUID } from "node:crypto";
import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { isObject, textOf, type JsonObject } from "../http/json.ts";
import { apiError, doesNotExist, invalidParameter, ok, permissionDenied, type Reply } from "../http/reply.ts";
import type { Principals, ServicePrincipal } from "../identity/principals.ts";

interface RoleGrant {
  readonly role: string;
  readonly principals: readonly string[];
}

/**
 * Who may act as a service principal, and its OAuth secrets: rule sets and secrets, on the routes of a workspace (for
 * principal managers) and of the account (for its admins).
 */
export class PrincipalAccess {
  readonly #principals: Principals;
  readonly #accountId: string;
  /** Application ID → its rule set. */
  readonly #rules = new Map<string, { readonly etag: string; readonly grants: readonly RoleGrant[] }>();
  /** Numeric id → ids of secrets. */
  readonly #secrets = new Map<string, string[]>();

  constructor(principals: Principals, accountId: string) {
    this.#principals = principals;
    this.#accountId = accountId;
  }

  /** Gives somebody (`users/…`, `groups/…`, `servicePrincipals/…`) a role on a principal. */
  grantRole(applicationId: string, who: string, role: "user" | "manager" = "user"): void {
    const { grants } = this.#ruleSet(applicationId);
    const added = { role: `roles/servicePrincipal.${role}`, principals: [who] };
    this.#rules.set(applicationId, { etag: randomUUID(), grants: [...grants, added] });
  }

  /** Makes an OAuth secret; its value is nobody's business. */
  addSecret(applicationId: string): string {
    const owner = this.#principals.withApplicationId(applicationId);
    if (owner === undefined) throw new Error(`the sandbox has no service principal ${applicationId}`);
    const id = randomUUID();
    this.#secrets.set(owner.id, [...(this.#secrets.get(owner.id) ?? []), id]);
    return id;
  }

  routes(): Route[] {
    const ruleSets = "/access-control/rule-sets";
    const secrets = "servicePrincipals/{id}/credentials/secrets";
    const workspace = `/api/2.0/preview/accounts${ruleSets}`;
    const account = `/api/2.0/preview/accounts/${this.#accountId}${ruleSets}`;
    return [
      { method: "GET", pattern: workspace, access: "read", handle: (call) => this.#show(call) },
      { method: "PUT", pattern: workspace, access: "read", handle: (call) => this.#replace(call) },
      { method: "GET", pattern: account, access: "accountAdmin", handle: (call) => this.#show(call) },
      { method: "PUT", pattern: account, access: "accountAdmin", handle: (call) => this.#replace(call) },
      {
        method: "GET",
        pattern: `/api/2.0/accounts/${secrets}`,
        access: "read",
        handle: (call) => this.#list(call),
      },
      {
        method: "GET",
        pattern: `/api/2.0/accounts/${this.#accountId}/${secrets}`,
        access: "accountAdmin",
        handle: (call) => this.#list(call),
      },
    ];
  }

  #ruleSet(applicationId: string): { readonly etag: string; readonly grants: readonly RoleGrant[] } {
    return this.#rules.get(applicationId) ?? { etag: "initial", grants: [] };
  }

  #mustManage(applicationId: string, caller: ServicePrincipal): void {
    const manager = this.#ruleSet(applicationId).grants.some(
      ({ role, principals }) =>
        role === "roles/servicePrincipal.manager" &&
        principals.includes(`servicePrincipals/${caller.applicationId}`),
    );
    if (!manager && !caller.accountAdmin)
      throw permissionDenied(`Not a manager of service principal ${applicationId}.`);
  }

  #target(name: string, call: Call): string {
    const found = /^accounts\/([^/]+)\/servicePrincipals\/([^/]+)\/ruleSets\/default$/.exec(name);
    const applicationId = found?.[2] ?? "";
    if (found?.[1] !== this.#accountId) throw invalidParameter(`Invalid rule set name: ${name}`);
    if (this.#principals.withApplicationId(applicationId) === undefined)
      throw doesNotExist(`${name} does not exist`);
    this.#mustManage(applicationId, callerOf(call));
    return applicationId;
  }

  #show(call: Call): Reply {
    const name = call.query.get("name") ?? "";
    if (!call.query.has("etag")) throw invalidParameter("etag is missing");
    return ok(render(name, this.#ruleSet(this.#target(name, call))));
  }

  /** Replaces all rules; the etag must be that of the last GET. */
  #replace(call: Call): Reply {
    const body = jsonBody(call);
    const name = textOf(body["name"]);
    const applicationId = this.#target(name, call);
    const wanted = isObject(body["rule_set"]) ? body["rule_set"] : {};
    if (textOf(wanted["etag"]) !== this.#ruleSet(applicationId).etag) {
      throw apiError(409, "RESOURCE_CONFLICT", "The rule set has changed since it was read.");
    }
    const rules = Array.isArray(wanted["grant_rules"]) ? wanted["grant_rules"].filter(isObject) : [];
    const grants = rules.map((rule) => {
      const principals = Array.isArray(rule["principals"]) ? rule["principals"].map(textOf) : [];
      return { role: textOf(rule["role"]), principals };
    });
    this.#rules.set(applicationId, { etag: randomUUID(), grants });
    return ok(render(name, this.#ruleSet(applicationId)));
  }

  #list(call: Call): Reply {
    const id = call.params["id"] ?? "";
    const owner = this.#principals.get(id);
    if (owner === undefined) throw doesNotExist(`Service principal ${id} not found`);
    this.#mustManage(owner.applicationId, callerOf(call));
    return ok({ secrets: (this.#secrets.get(id) ?? []).map((secret) => ({ id: secret, status: "ACTIVE" })) });
  }
}

function render(
  name: string,
  { etag, grants }: { readonly etag: string; readonly grants: readonly RoleGrant[] },
): JsonObject {
  return {
    name,
    etag,
    grant_rules: grants.map(({ role, principals }) => ({ role, principals: [...principals] })),
  };
}
