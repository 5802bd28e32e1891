import { isObject, type Json, member, members, textAt } from "../api/json.ts";
import { unreadable } from "./json-output.ts";

/** What the CLI means to do with a resource. `resize` and `update_id` keep it. Source: cli `bundle/deployplan/action.go`. */
const ACTIONS = ["skip", "resize", "update", "update_id", "create", "recreate", "delete"] as const;
export type PlanAction = (typeof ACTIONS)[number];

export interface PlanEntry {
  /** As in the bundle, without `resources.`: `jobs.nightly`, `jobs.nightly.permissions`. */
  readonly resource: string;
  readonly action: PlanAction;
  /** Whether it is part of a resource (permissions, grants) and not one itself. */
  readonly child: boolean;
  /** Of a deletion: somebody has deleted it already, and only the state forgets it. */
  readonly gone: boolean;
  /** Paths of the fields that change. */
  readonly fields: readonly string[];
  /** What these are and become, where the plan says it. */
  readonly values?: readonly { readonly path: string; readonly old?: Json; readonly now?: Json }[];
}

export interface Plan {
  /** Who keeps the state; with `terraform` the plan has neither fields nor a serial number. */
  readonly engine: "direct" | "terraform";
  /** Sorted by resource. */
  readonly entries: readonly PlanEntry[];
}

export const PLAN_COMMAND = "databricks bundle plan -o json";

/**
 * Reads what `bundle plan -o json` printed, parsed by parseJson.
 * @throws SecretlessError `CLI_OUTPUT_UNREADABLE`
 */
export function readPlan(json: Json): Plan {
  const plan = member(json, "plan");
  // Nothing to do prints no plan at all in some versions.
  if (!isObject(json) || (plan !== undefined && plan !== null && !isObject(plan))) {
    throw unreadable(PLAN_COMMAND, "JSON without a plan", "a JSON object with the member `plan`");
  }
  const entries = members(plan).map(([key, entry]) => readEntry(key, entry));
  return {
    engine: member(json, "plan_version") === undefined ? "terraform" : "direct",
    entries: entries.sort((a, b) => (a.resource < b.resource ? -1 : 1)),
  };
}

function readEntry(key: string, entry: Json): PlanEntry {
  const action = ACTIONS.find((known) => known === member(entry, "action"));
  const [prefix, group, name, ...rest] = key.split(".");
  if (action === undefined || prefix !== "resources" || group === undefined || name === undefined) {
    const found = textAt(entry, "action") || "none";
    throw unreadable(
      PLAN_COMMAND,
      `the entry ${key} with the action ${found}`,
      `one of the actions ${ACTIONS.join(", ")}`,
    );
  }
  const changes = members(member(entry, "changes")).filter(
    ([, change]) => member(change, "action") !== "skip",
  );
  const values = changes.flatMap(([path, change]) => {
    // What is in the workspace, where the CLI had not set it before.
    const [old, now] = [member(change, "old") ?? member(change, "remote"), member(change, "new")];
    if (old === undefined && now === undefined) return [];
    return [{ path, ...(old !== undefined && { old }), ...(now !== undefined && { now }) }];
  });
  return {
    resource: [group, name, ...rest].join("."),
    action,
    child: rest.length > 0,
    gone: member(entry, "gone") === true,
    fields: changes.map(([field]) => field).sort(),
    ...(values.length > 0 && { values }),
  };
}

/**
 * Whether the later plan would do something else than the earlier one. What neither of them touches does not count, nor
 * the order, nor serial numbers and lineage of the state.
 */
export function planChanged(before: Plan, after: Plan): boolean {
  const doings = ({ engine, entries }: Plan): string => {
    const changes = entries
      .filter(({ action }) => action !== "skip")
      .map(({ resource, action, gone, fields }) =>
        JSON.stringify([resource, action, gone, [...fields].sort()]),
      );
    return JSON.stringify([engine, changes.sort()]);
  };
  return doings(before) !== doings(after);
}

/** What is lost when a resource of this kind is deleted. Source: the kinds that the CLI itself asks about, and jobs. */
const LOSSES: Readonly<Record<string, string>> = {
  jobs: "its run history and its ID",
  pipelines: "the streaming tables and materialized views that it keeps",
  schemas: "every table and volume in it",
  volumes: "every file in it, if it is a managed one",
  catalogs: "every schema in it",
  dashboards: "its address and its subscriptions",
  genie_spaces: "its address and its conversations",
  database_instances: "every database in it",
  database_catalogs: "every schema in it",
  synced_database_tables: "its rows",
  postgres_projects: "every branch and database in it",
  postgres_branches: "every database in it",
  postgres_databases: "every table in it",
  vector_search_indexes: "what it has indexed",
  registered_models: "every version of it",
  experiments: "every run of it",
  model_serving_endpoints: "its address",
  secret_scopes: "every secret in it",
};

export interface Loss {
  readonly resource: string;
  readonly action: "delete" | "recreate";
  readonly lost: string;
}

/** The resources that a deployment by this plan would delete, for good or to make them anew. */
export function losses(plan: Plan): Loss[] {
  return plan.entries.flatMap(({ resource, action, child, gone }) => {
    if (child || gone || (action !== "delete" && action !== "recreate")) return [];
    const kind = resource.slice(0, resource.indexOf("."));
    return [{ resource, action, lost: LOSSES[kind] ?? "what it holds, and its ID" }];
  });
}
