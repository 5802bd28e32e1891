/**
 * Pages of resources below the workspace's URL, with its id in the place of `*`. Source: cli
 * `libs/workspaceurls/urls.go` and `bundle/config/resources/*.go`.
 */
const PAGES: Readonly<Record<string, string>> = {
  alerts: "sql/alerts-v2/*",
  apps: "apps/*",
  catalogs: "explore/data/*",
  clusters: "compute/clusters/*",
  dashboards: "dashboardsv3/*/published",
  experiments: "ml/experiments/*",
  genie_spaces: "genie/rooms/*",
  instance_pools: "compute/instance-pools/*",
  jobs: "jobs/*",
  model_serving_endpoints: "ml/endpoints/*",
  models: "ml/models/*",
  pipelines: "pipelines/*",
  registered_models: "explore/data/models/*",
  schemas: "explore/data/*",
  sql_warehouses: "sql/warehouses/*",
  volumes: "explore/data/volumes/*",
};

/** Kinds whose page takes the parts of the id as a path. */
const PATHS: ReadonlySet<string> = new Set(["catalogs", "registered_models", "schemas", "volumes"]);

/** Kinds without a page. */
const NO_PAGE: ReadonlySet<string> = new Set(["external_locations", "secret_scopes"]);

export interface LinkedWorkspace {
  /** Origin. */
  readonly host: string;
  /** Decimal. */
  readonly workspaceId: string;
}

/**
 * The page of a resource, as `bundle summary` would link to it; "" if there is none, undefined for a kind of which it is
 * not known.
 */
export function resourceLink(
  kind: string,
  id: string,
  { host, workspaceId }: LinkedWorkspace,
): string | undefined {
  if (NO_PAGE.has(kind)) return "";
  const page = Object.hasOwn(PAGES, kind) ? PAGES[kind] : undefined;
  if (page === undefined) return undefined;
  const place = (PATHS.has(kind) ? id.split(".") : [id]).map(encodeURIComponent).join("/");
  const link = `${host}/${page.split("*").join(place)}`;
  return new URL(host).hostname.includes(workspaceId) ? link : `${link}?w=${workspaceId}`;
}
