import { jsonBody, type Call, type Route } from "../http/call.ts";
import { jsonId, listOf, textOf, type JsonObject } from "../http/json.ts";
import { doesNotExist, ok } from "../http/reply.ts";
import { Counter } from "../identity/counter.ts";
import type { Principals, ServicePrincipal } from "../identity/principals.ts";

export interface AccountWorkspace {
  readonly workspaceId: string;
  readonly name: string;
  /** In a cloud the first part of the host name, here all of it with its port. */
  readonly deploymentName: string;
}

interface Group {
  readonly id: string;
  readonly name: string;
  /** Numeric ids of principals and groups. */
  readonly members: readonly string[];
}

/** The workspaces of the account, who is assigned to them, and the account's groups. */
export class AccountWorkspaces {
  readonly #principals: Principals;
  readonly #accountId: string;
  readonly #all: AccountWorkspace[] = [];
  readonly #groups = new Map<string, Group>();
  readonly #ids = new Counter(880_001n);
  /** Workspace id → numeric ids of principals and groups. */
  readonly #assigned = new Map<string, Set<string>>();

  constructor(principals: Principals, accountId: string) {
    this.#principals = principals;
    this.#accountId = accountId;
  }

  add(workspace: AccountWorkspace): void {
    this.#all.push(workspace);
    this.#assigned.set(workspace.workspaceId, new Set());
  }

  /** A group of principals (by application ID) or groups (by id); returns its id. */
  addGroup(name: string, members: readonly string[]): string {
    const id = this.#ids.next();
    this.#groups.set(id, { id, name, members: members.map((one) => this.#idOf(one)) });
    return id;
  }

  /** @param who application ID of a principal, or id of a group */
  assign(workspaceId: string, who: string): void {
    this.#assigned.get(workspaceId)?.add(this.#idOf(who));
  }

  /** Whether a principal is assigned, by itself or through groups. */
  isAssigned(workspaceId: string, { id }: ServicePrincipal): boolean {
    const seen = new Set(this.#assigned.get(workspaceId));
    for (const one of seen) for (const member of this.#groups.get(one)?.members ?? []) seen.add(member);
    return seen.has(id);
  }

  routes(): Route[] {
    const base = `/api/2.0/accounts/${this.#accountId}`;
    return [
      {
        method: "GET",
        pattern: `${base}/workspaces`,
        access: "accountAdmin",
        // An array, without pages.
        handle: () => ok(this.#all.map((one) => this.#workspace(one))),
      },
      {
        method: "GET",
        pattern: `${base}/workspaces/{workspace}/permissionassignments`,
        access: "accountAdmin",
        handle: (call) => ok({ permission_assignments: this.#assignments(call) }),
      },
      {
        method: "PUT",
        pattern: `${base}/workspaces/{workspace}/permissionassignments/principals/{principal}`,
        access: "accountAdmin",
        handle: (call) => ok(this.#assign(call)),
      },
      {
        method: "GET",
        pattern: `${base}/scim/v2/Groups/{id}`,
        access: "accountAdmin",
        handle: (call) => ok(this.#group(call.params["id"] ?? "")),
      },
    ];
  }

  #idOf(who: string): string {
    return this.#principals.withApplicationId(who)?.id ?? who;
  }

  #workspace({ workspaceId, name, deploymentName }: AccountWorkspace): JsonObject {
    return {
      account_id: this.#accountId,
      workspace_id: jsonId(workspaceId),
      workspace_name: name,
      deployment_name: deploymentName,
      workspace_status: "RUNNING",
    };
  }

  #assignments(call: Call): JsonObject[] {
    const assigned = this.#assigned.get(call.params["workspace"] ?? "");
    if (assigned === undefined)
      throw doesNotExist(`Workspace ${call.params["workspace"] ?? ""} does not exist`);
    return [...assigned].map((id) => {
      const group = this.#groups.get(id);
      const applicationId = this.#principals.get(id)?.applicationId ?? id;
      const named = group ? { group_name: group.name } : { service_principal_name: applicationId };
      return { permissions: ["USER"], principal: { principal_id: jsonId(id), ...named } };
    });
  }

  /** One workspace is the sandbox's own: what a principal may do there is what it may do in the sandbox. */
  #assign(call: Call): JsonObject {
    const { workspace = "", principal = "" } = call.params;
    const found = this.#principals.get(principal);
    if (found === undefined) throw doesNotExist(`Principal ${principal} not found`);
    const permissions = listOf(jsonBody(call)["permissions"]).map(textOf);
    this.#assigned.get(workspace)?.add(principal);
    this.#principals.change(principal, { workspace: "write", workspaceAdmin: permissions.includes("ADMIN") });
    const named = { principal_id: jsonId(principal), service_principal_name: found.applicationId };
    return { permissions, principal: named };
  }

  #group(id: string): JsonObject {
    const group = this.#groups.get(id);
    if (group === undefined) throw doesNotExist(`Group ${id} not found`);
    const members = group.members.map((value) => ({
      value,
      $ref: `${this.#groups.has(value) ? "Groups" : "ServicePrincipals"}/${value}`,
    }));
    return { id, displayName: group.name, members };
  }
}
