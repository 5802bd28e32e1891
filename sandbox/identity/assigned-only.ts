import { permissionDenied } from "../http/reply.ts";
import type { Authenticate } from "../http/server.ts";
import type { AccountWorkspaces } from "../account/workspaces.ts";

/** Whoever is not assigned to a workspace is refused there, whatever its token is good for elsewhere. */
export function assignedOnly(
  workspaceId: string,
  workspaces: AccountWorkspaces,
  authenticate: Authenticate,
): Authenticate {
  return (route, authorization) => {
    const principal = authenticate(route, authorization);
    if (principal !== undefined && !workspaces.isAssigned(workspaceId, principal))
      throw permissionDenied(
        `Service principal ${principal.applicationId} is not assigned to this workspace.`,
      );
    return principal;
  };
}
