import type { Route } from "../http/call.ts";
import { ok } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";
import { WorkspaceTree } from "./files.ts";
import { filesRoutes } from "./files-api.ts";
import { Jobs } from "./jobs.ts";
import { jobsRoutes } from "./jobs-api.ts";
import { Permissions, permissionsRoutes, type PermissionKind } from "./permissions.ts";
import { scimRoutes } from "./scim.ts";
import { telemetryRoutes } from "./telemetry.ts";

/** The state of a workspace, area by area; each area adds its routes in {@link Workspace.routes}. */
export class Workspace {
  readonly host: string;
  readonly workspaceId: string;
  readonly files: WorkspaceTree;
  readonly jobs: Jobs;
  readonly permissions = new Permissions();
  readonly #context: WorkspaceContext;

  constructor(context: WorkspaceContext) {
    this.#context = context;
    this.host = context.host;
    this.workspaceId = context.workspaceId;
    this.files = new WorkspaceTree(context.ids.objects, () => context.clock.now());
    this.jobs = new Jobs(context);
  }

  routes(): Route[] {
    return [
      ...telemetryRoutes(),
      ...scimRoutes(this.#context),
      ...filesRoutes(this.files),
      ...jobsRoutes(this.jobs, (id) => this.permissions.remove(`/jobs/${id}`)),
      ...permissionsRoutes(this.permissions, this.#permissionKinds()),
    ];
  }

  #permissionKinds(): Record<string, PermissionKind> {
    return {
      jobs: { objectType: "job", ownedAs: "job", exists: (id) => this.jobs.all.has(id) },
      directories: {
        objectType: "directory",
        exists: (id) => this.files.withObjectId(id)?.type === "DIRECTORY",
      },
    };
  }
}

/** `GET /.well-known/databricks-config` of a workspace. */
export function workspaceConfigRoute(context: WorkspaceContext, accountId: string): Route {
  const { host, workspaceId } = context;
  return {
    method: "GET",
    pattern: "/.well-known/databricks-config",
    access: "public",
    handle: () =>
      ok({
        oidc_endpoint: `${host}/oidc`,
        account_id: accountId,
        workspace_id: workspaceId,
        cloud: "AWS",
        host_type: "workspace",
        token_federation_default_oidc_audiences: [`${host}/oidc/v1/token`],
      }),
  };
}
