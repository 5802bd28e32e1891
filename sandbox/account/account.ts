import { randomUUID } from "node:crypto";
import { jsonBody, type Call, type Route } from "../http/call.ts";
import { textOf } from "../http/json.ts";
import { doesNotExist, ok } from "../http/reply.ts";
import type {
  FederationPolicies,
  FederationPolicy,
  NewFederationPolicy,
} from "../identity/federation-policies.ts";
import type { NewServicePrincipal, Principals, ServicePrincipal } from "../identity/principals.ts";
import { servicePrincipalList, servicePrincipalResource } from "../identity/scim.ts";
import { policyRoutes } from "./policies-api.ts";
import { PrincipalAccess } from "./principal-access.ts";
import { AccountWorkspaces } from "./workspaces.ts";

export interface AccountOptions {
  readonly host: string;
  readonly accountId: string;
  readonly principals: Principals;
  readonly policies: FederationPolicies;
  /** Called for each principal that is added, so that the workspace can make its home folder. */
  readonly onPrincipal: (principal: ServicePrincipal) => void;
}

/** The account: its service principals and their federation policies. */
export class Account {
  readonly host: string;
  readonly accountId: string;
  readonly principals: Principals;
  readonly policies: FederationPolicies;
  readonly principalAccess: PrincipalAccess;
  readonly workspaces: AccountWorkspaces;
  readonly #onPrincipal: (principal: ServicePrincipal) => void;

  constructor(options: AccountOptions) {
    this.host = options.host;
    this.accountId = options.accountId;
    this.principals = options.principals;
    this.policies = options.policies;
    this.principalAccess = new PrincipalAccess(options.principals, options.accountId);
    this.workspaces = new AccountWorkspaces(options.principals, options.accountId);
    this.#onPrincipal = options.onPrincipal;
  }

  addServicePrincipal(principal: NewServicePrincipal): ServicePrincipal {
    const added = this.principals.add(principal);
    this.#onPrincipal(added);
    return added;
  }

  /** Adds a policy without the checks of the API; `applicationId` names a principal that is there. */
  addFederationPolicy(applicationId: string, policy: NewFederationPolicy): FederationPolicy {
    const owner = this.principals.withApplicationId(applicationId);
    if (owner === undefined) throw new Error(`the sandbox has no service principal ${applicationId}`);
    return this.policies.add(owner.id, policy);
  }

  /** Takes a principal away, with its policies and the use of its tokens. */
  removeServicePrincipal(id: string): void {
    if (!this.principals.remove(id)) throw doesNotExist(`Service principal ${id} not found`);
    this.policies.removeAllOf(id);
  }

  /** RFC 7644 3.3; a principal that is new is in no workspace. */
  #create(call: Call): ServicePrincipal {
    const { displayName, applicationId } = jsonBody(call);
    return this.addServicePrincipal({
      applicationId: textOf(applicationId) || randomUUID(),
      displayName: textOf(displayName),
      workspace: "none",
    });
  }

  routes(): Route[] {
    const scim = `/api/2.0/accounts/${this.accountId}/scim/v2/ServicePrincipals`;
    return [
      {
        method: "GET",
        pattern: scim,
        access: "accountAdmin",
        handle: (call) => ok(servicePrincipalList(this.principals.list(), call.query)),
      },
      {
        method: "POST",
        pattern: scim,
        access: "accountAdmin",
        handle: (call) => ({ status: 201, headers: {}, body: servicePrincipalResource(this.#create(call)) }),
      },
      {
        method: "GET",
        pattern: `${scim}/{id}`,
        access: "accountAdmin",
        handle: (call) => {
          const principal = this.principals.get(call.params["id"] ?? "");
          if (principal === undefined)
            throw doesNotExist(`Service principal ${call.params["id"] ?? ""} not found`);
          return ok(servicePrincipalResource(principal));
        },
      },
      {
        method: "PATCH",
        pattern: `${scim}/{id}`,
        access: "accountAdmin",
        handle: (call) => {
          const { id = "" } = call.params;
          // The one change that is asked for: `roles`, `account_admin` (SCIM API of the account, patch).
          if (JSON.stringify(jsonBody(call)).includes('"value":"account_admin"'))
            this.principals.change(id, { accountAdmin: true });
          return { status: 204, headers: {}, body: Buffer.alloc(0) };
        },
      },
      {
        method: "DELETE",
        pattern: `${scim}/{id}`,
        access: "accountAdmin",
        handle: (call) => {
          this.removeServicePrincipal(call.params["id"] ?? "");
          return ok();
        },
      },
      ...this.principalAccess.routes(),
      ...this.workspaces.routes(),
      ...policyRoutes(this),
    ];
  }
}

/** `GET /.well-known/databricks-config` of an account; `{account_id}` is for the client to fill in. */
export function accountConfigRoute(host: string, accountId: string): Route {
  return {
    method: "GET",
    pattern: "/.well-known/databricks-config",
    access: "public",
    handle: () =>
      ok({
        oidc_endpoint: `${host}/oidc/accounts/{account_id}`,
        account_id: accountId,
        cloud: "AWS",
        host_type: "account",
        token_federation_default_oidc_audiences: [accountId],
      }),
  };
}
