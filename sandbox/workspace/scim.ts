import type { Call, Route } from "../http/call.ts";
import { callerOf } from "../http/call.ts";
import type { JsonObject } from "../http/json.ts";
import { doesNotExist, ok } from "../http/reply.ts";
import { servicePrincipalList, servicePrincipalResource } from "../identity/scim.ts";
import type { ServicePrincipal } from "../identity/principals.ts";
import type { WorkspaceContext } from "./context.ts";

/** `/api/2.0/preview/scim/v2` of a workspace. */
export function scimRoutes({ principals, workspaceId }: WorkspaceContext): Route[] {
  const base = "/api/2.0/preview/scim/v2";
  return [
    {
      method: "GET",
      pattern: `${base}/Me`,
      access: "read",
      handle: (call) => ok(me(call), { "x-databricks-org-id": workspaceId }),
    },
    {
      method: "GET",
      pattern: `${base}/Groups`,
      access: "read",
      handle: (call) => ok(groups(call.query.get("filter") ?? "", principals)),
    },
    {
      method: "GET",
      pattern: `${base}/ServicePrincipals`,
      access: "read",
      handle: (call) =>
        ok(servicePrincipalList(principals.list(), call.query, (one) => withGroups(one, callerOf(call)))),
    },
    {
      method: "GET",
      pattern: `${base}/ServicePrincipals/{id}`,
      access: "read",
      handle: (call) => {
        const principal = principals.get(call.params["id"] ?? "");
        if (principal === undefined)
          throw doesNotExist(`Service principal ${call.params["id"] ?? ""} not found`);
        return ok(servicePrincipalResource(principal));
      },
    },
  ];
}

/** The groups of others are shown to workspace admins. */
function withGroups(principal: ServicePrincipal, caller: ServicePrincipal): JsonObject {
  const shown = caller.workspaceAdmin ? { groups: groupsOf(principal) } : {};
  return { ...servicePrincipalResource(principal), ...shown };
}

function groupsOf({ workspaceAdmin }: ServicePrincipal): JsonObject[] {
  const users = { display: "users", type: "direct", value: "410", $ref: "Groups/410" };
  const admins = { display: "admins", type: "direct", value: "409", $ref: "Groups/409" };
  return workspaceAdmin ? [users, admins] : [users];
}

function me(call: Call): JsonObject {
  const principal = callerOf(call);
  return {
    ...servicePrincipalResource(principal),
    userName: principal.applicationId,
    groups: groupsOf(principal),
  };
}

/** The workspace's own groups by name; their members are its service principals. */
function groups(filter: string, principals: WorkspaceContext["principals"]): JsonObject {
  const name = /^displayName eq "([^"]*)"$/.exec(filter.trim())?.[1];
  const members = principals.list().filter(({ workspaceAdmin }) => name !== "admins" || workspaceAdmin);
  const known = name === "admins" || name === "users";
  const display = ({ id, displayName }: (typeof members)[number]): JsonObject => ({
    display: displayName,
    value: id,
  });
  return { Resources: known ? [{ displayName: name, members: members.map(display) }] : [] };
}
