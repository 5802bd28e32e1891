import type { Access } from "../http/call.ts";
import { permissionDenied } from "../http/reply.ts";
import type { Authenticate } from "../http/server.ts";
import type { AccessTokens } from "./access-tokens.ts";
import type { ServicePrincipal } from "./principals.ts";

/** The check that every Databricks system makes before a handler runs: 401 without a good token, 403 without the right. */
export function authenticator(tokens: AccessTokens): Authenticate {
  return (route, authorization) => {
    if (route.access === "public") return undefined;
    const realm = route.access === "accountAdmin" ? "account" : "workspace";
    const principal = tokens.authenticate(authorization, realm);
    authorise(principal, route.access);
    return principal;
  };
}

function authorise(principal: ServicePrincipal, access: Access): void {
  const { applicationId, workspace, accountAdmin } = principal;
  if (access === "accountAdmin" && !accountAdmin) {
    throw permissionDenied(`Service principal ${applicationId} is not an administrator of this account.`);
  }
  if ((access === "read" || access === "write") && workspace === "none") {
    throw permissionDenied(`Service principal ${applicationId} is not assigned to this workspace.`);
  }
  if (access === "write" && workspace !== "write") {
    throw permissionDenied(`Service principal ${applicationId} does not have permission to do this.`);
  }
}
