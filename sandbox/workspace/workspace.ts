import type { Route } from "../http/call.ts";
import { ok } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";
import { Apps } from "./apps.ts";
import { Clusters } from "./clusters.ts";
import { Dashboards } from "./dashboards.ts";
import { WorkspaceTree } from "./files.ts";
import { filesRoutes } from "./files-api.ts";
import { Grants } from "./grants.ts";
import { Homes } from "./homes.ts";
import { Jobs } from "./jobs.ts";
import { jobsRoutes } from "./jobs-api.ts";
import { Kept } from "./kept.ts";
import { Permissions, type PermissionKinds } from "./permissions.ts";
import { Pipelines } from "./pipelines.ts";
import { Runs } from "./runs.ts";
import { runsRoutes } from "./runs-api.ts";
import { ServiceCredentials } from "./service-credentials.ts";
import { scimRoutes } from "./scim.ts";
import { TokenManagement } from "./token-management.ts";
import { telemetryRoutes } from "./telemetry.ts";
import { UnityCatalog } from "./unity-catalog.ts";

/** A workspace: one field for each area of its API. A new area is a file, a field, and its routes in the list below. */
export class Workspace {
  readonly host: string;
  readonly workspaceId: string;
  readonly files: WorkspaceTree;
  readonly jobs: Jobs;
  readonly runs: Runs;
  readonly pipelines: Pipelines;
  readonly dashboards: Dashboards;
  readonly apps: Apps;
  readonly unityCatalog: UnityCatalog;
  readonly serviceCredentials: ServiceCredentials;
  readonly grants: Grants;
  readonly kept: Kept;
  readonly permissions: Permissions;
  readonly clusters: Clusters;
  readonly tokenManagement: TokenManagement;
  readonly #context: WorkspaceContext;
  readonly #homes: Homes;

  constructor(context: WorkspaceContext) {
    this.#context = context;
    this.host = context.host;
    this.workspaceId = context.workspaceId;
    this.files = new WorkspaceTree(context.ids.objects, () => context.clock.now());
    this.jobs = new Jobs(context);
    this.runs = new Runs(context);
    this.pipelines = new Pipelines(context);
    this.dashboards = new Dashboards(this.files, context);
    this.apps = new Apps(context);
    this.unityCatalog = new UnityCatalog(context);
    this.clusters = new Clusters();
    this.tokenManagement = new TokenManagement(context);
    this.serviceCredentials = new ServiceCredentials(context);
    const { catalogs: catalog, schemas: schema, volumes: volume } = this.unityCatalog;
    this.kept = new Kept(context, () => this.grants);
    const { secrets: secret, connections: connection } = this.kept;
    this.grants = new Grants(
      { catalog, schema, volume, secret, connection },
      context,
      () => this.serviceCredentials.metastoreOwner,
    );
    this.#homes = new Homes(this.files, () => this.permissions);
    this.permissions = new Permissions(this.#permissionKinds(), context, this.#homes);
  }

  routes(): Route[] {
    return [
      telemetryRoutes(),
      scimRoutes(this.#context),
      filesRoutes(this.files, this.#homes),
      jobsRoutes(this.jobs),
      runsRoutes(this.runs, this.jobs, this.#context),
      this.pipelines.routes(),
      this.dashboards.routes(),
      this.apps.routes(),
      this.unityCatalog.routes(),
      this.serviceCredentials.routes(),
      this.kept.routes(),
      this.grants.routes(),
      this.permissions.routes(),
      this.clusters.routes(),
      this.tokenManagement.routes(),
    ].flat();
  }

  #permissionKinds(): PermissionKinds {
    return {
      jobs: { objectType: "job", owner: (id) => this.jobs.all.get(id)?.creator },
      pipelines: { objectType: "pipelines", owner: (id) => this.pipelines.all.get(id)?.creator },
      apps: { objectType: "apps", exists: (name) => this.apps.all.has(name) },
      dashboards: { objectType: "dashboard", exists: (id) => this.dashboards.all.has(id) },
      clusters: { objectType: "cluster", exists: (id) => this.clusters.all.has(id) },
      directories: this.#treeKind("directory", "DIRECTORY"),
      notebooks: this.#treeKind("notebook", "NOTEBOOK"),
      files: this.#treeKind("file", "FILE"),
    };
  }

  #treeKind(objectType: string, type: string): PermissionKinds[string] {
    return {
      objectType,
      exists: (id) => this.files.withObjectId(id)?.type === type,
      path: (id) => this.files.withObjectId(id)?.path,
      manager: (id) => /^\/Workspace\/Users\/([^/]+)/.exec(this.files.withObjectId(id)?.path ?? "")?.[1],
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
