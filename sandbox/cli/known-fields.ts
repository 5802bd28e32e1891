import { isObject, type Json } from "../http/json.ts";
import { joinPath, type Config } from "./config-file.ts";
import { cannot, CliFailure, type Diagnostic } from "./diagnostics.ts";

interface Fields {
  readonly known: string;
  /** Fields of the real CLI that the stand-in must refuse, or `*` for everything else. */
  readonly refused?: string;
}

/** By pattern of the path; what is in neither list earns the real CLI's warning. Deeper settings are not looked at. */
const FIELDS: Readonly<Record<string, Fields>> = {
  "": {
    known: "bundle include variables workspace targets resources run_as",
    refused: "artifacts permissions experimental presets python scripts environments sync definitions",
  },
  bundle: {
    known: "name uuid engine",
    refused: "cluster_id compute_id databricks_cli_version deployment git",
  },
  "variables.*": { known: "description default type", refused: "lookup" },
  workspace: {
    known: "host root_path file_path state_path artifact_path resource_path",
    refused:
      "profile auth_type client_id azure_client_id azure_environment azure_login_app_id azure_resource_id azure_tenant_id azure_use_msi azure_workspace_resource_id google_service_account account_id workspace_id experimental_is_unified_host",
  },
  "targets.*": {
    known: "default mode workspace run_as variables",
    refused: "artifacts bundle cluster_id compute_id git permissions presets resources sync",
  },
  resources: { known: "jobs schemas", refused: "*" },
  "resources.schemas.*": { known: "catalog_name name comment", refused: "*" },
  "resources.jobs.*": {
    known:
      "name description tags tasks schedule continuous trigger parameters run_as max_concurrent_runs timeout_seconds email_notifications webhook_notifications notification_settings environments job_clusters queue health performance_target budget_policy_id usage_policy_id",
    refused: "permissions lifecycle git_source edit_mode format deployment parent_path triggers",
  },
  "resources.jobs.*.tasks[*]": {
    known:
      "task_key description depends_on notebook_task spark_python_task run_job_task environment_key job_cluster_key new_cluster existing_cluster_id timeout_seconds max_retries min_retry_interval_millis retry_on_timeout run_if email_notifications webhook_notifications notification_settings health disabled disable_auto_optimization",
    refused: "*",
  },
};

/**
 * Warnings for fields that nobody knows.
 * @throws CliFailure for everything that the stand-in cannot do, all at once
 */
export function checkFields(config: Config): Diagnostic[] {
  const warnings: Diagnostic[] = [];
  const refusals: Diagnostic[] = [];
  const visit = (value: Json | undefined, path: string, pattern: string): void => {
    const place = config.places.get(path);
    const fields = FIELDS[pattern];
    if (Array.isArray(value)) {
      value.forEach((item: Json, index) => visit(item, `${path}[${index}]`, `${pattern}[*]`));
    } else if (isObject(value)) {
      for (const [key, child] of Object.entries(value)) {
        if (fields !== undefined && !fields.known.split(" ").includes(key)) {
          const location = config.places.get(joinPath(path, key))?.key;
          if (fields.refused === "*" || fields.refused?.split(" ").includes(key) === true) {
            refusals.push(cannot(`\`${key}\``, joinPath(path, key), location));
          } else {
            const at = path === "" ? {} : { path };
            warnings.push({ severity: "Warning", summary: `unknown field: ${key}`, ...at, location });
          }
          continue;
        }
        const below = fields === undefined ? "*" : key;
        const next = joinPath(pattern, below);
        if (hasFields(next)) visit(child, joinPath(path, key), next);
      }
    } else if (value !== null && value !== undefined) {
      // The one short form: `variables: { name: value }` in a target.
      refusals.push(cannot(`${typeof value} in place of a map or list`, path, place?.value));
    }
  };
  visit(config.value, "", "");
  const targets = config.value["targets"];
  for (const name of isObject(targets) ? Object.keys(targets) : []) {
    const workspace = isObject(targets) && isObject(targets[name]) ? targets[name]["workspace"] : undefined;
    visit(workspace, `targets.${name}.workspace`, "workspace");
  }
  if (refusals.length > 0) throw new CliFailure(...refusals);
  return warnings;
}

function hasFields(pattern: string): boolean {
  return Object.keys(FIELDS).some((known) => known.startsWith(pattern));
}
