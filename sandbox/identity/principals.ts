import type { Counter } from "./counter.ts";

/** A service principal of the account. */
export interface ServicePrincipal {
  /** Numeric SCIM id, as text. */
  readonly id: string;
  /** The UUID that is `client_id` in a token exchange and the user name in the workspace. */
  readonly applicationId: string;
  readonly displayName: string;
  /** What it may do in the workspace; `none`: a token is handed out, each API call answers 403. */
  readonly workspace: "none" | "read" | "write";
  readonly accountAdmin: boolean;
  /** In the workspace's group `admins`: sees everything in it. */
  readonly workspaceAdmin: boolean;
}

export interface NewServicePrincipal {
  readonly applicationId: string;
  readonly displayName: string;
  /** Default `write`. */
  readonly workspace?: ServicePrincipal["workspace"];
  /** Default false. */
  readonly accountAdmin?: boolean;
  /** Default false. */
  readonly workspaceAdmin?: boolean;
}

/** The service principals of the account, found by either of their ids. */
export class Principals {
  readonly #all = new Map<string, ServicePrincipal>();
  readonly #ids: Counter;

  constructor(ids: Counter) {
    this.#ids = ids;
  }

  add(principal: NewServicePrincipal): ServicePrincipal {
    const { applicationId, displayName, workspace = "write" } = principal;
    const { accountAdmin = false, workspaceAdmin = false } = principal;
    const id = this.#ids.next();
    const added = { id, applicationId, displayName, workspace, accountAdmin, workspaceAdmin };
    this.#all.set(added.id, added);
    return added;
  }

  get(id: string): ServicePrincipal | undefined {
    return this.#all.get(id);
  }

  withApplicationId(applicationId: string): ServicePrincipal | undefined {
    return this.list().find((principal) => principal.applicationId === applicationId);
  }

  list(): readonly ServicePrincipal[] {
    return [...this.#all.values()];
  }

  /** Changes what a principal may do. */
  change(
    id: string,
    rights: Partial<Pick<ServicePrincipal, "workspace" | "workspaceAdmin" | "accountAdmin">>,
  ): void {
    const principal = this.#all.get(id);
    if (principal !== undefined) this.#all.set(id, { ...principal, ...rights });
  }

  remove(id: string): boolean {
    return this.#all.delete(id);
  }
}
