import { SecretlessError } from "../../base/errors.ts";
import { meant } from "../../base/nearest.ts";

/** Kinds of resources that a bundle can have. Source: cli `bundle/config/resources.go`. */
const KINDS: readonly string[] = [
  ...["alerts", "apps", "catalogs", "clusters", "dashboards", "database_catalogs", "database_instances"],
  ...["experiments", "external_locations", "genie_spaces", "instance_pools", "job_runs", "jobs"],
  ...["model_serving_endpoints", "models", "pipelines", "postgres_branches", "postgres_catalogs"],
  ...[
    "postgres_databases",
    "postgres_endpoints",
    "postgres_projects",
    "postgres_roles",
    "postgres_synced_tables",
  ],
  ...["quality_monitors", "registered_models", "schemas", "secret_scopes", "secrets", "sql_warehouses"],
  ...["synced_database_tables", "vector_search_endpoints", "vector_search_indexes", "volumes"],
];

/** What may be deleted or recreated. */
export interface Approval {
  /** @param resource `jobs.nightly` */
  readonly covers: (resource: string) => boolean;
}

/**
 * `true`, `false`, or the kinds that are approved, separated by commas or white space: `jobs, schemas`.
 * @throws SecretlessError `INPUT_INVALID` that names every word that is no kind
 */
export function parseApproval(text: string): Approval {
  if (text === "true" || text === "false") return { covers: () => text === "true" };
  const kinds = text.split(/[\s,]+/).filter((kind) => kind !== "");
  const unknown = kinds.filter((kind) => !KINDS.includes(kind));
  if (unknown.length === 0 && kinds.length > 0)
    return { covers: (resource) => kinds.includes(resource.slice(0, Math.max(resource.indexOf("."), 0))) };
  throw new SecretlessError("INPUT_INVALID", {
    problem: "neither a choice nor kinds of resources",
    expected: `\`true\`, \`false\`, or kinds of resources as the bundle names them, such as \`jobs, schemas\`: ${KINDS.join(", ")}`,
    actual: unknown.length === 0 ? text : unknown.join(", "),
    remedy: [
      ...unknown.slice(0, 3).flatMap((kind) => meant(kind, KINDS)),
      "Write the kinds as the bundle does.",
    ].join(" "),
  });
}
