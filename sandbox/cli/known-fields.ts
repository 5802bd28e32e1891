import { isObject, type Json, type JsonObject } from "../http/json.ts";
import { cannot } from "./diagnostics.ts";

/** By pattern of the path. Deeper settings are not looked at: they go to the API as they are. */
const KNOWN: Readonly<Record<string, string>> = {
  "": "bundle include variables workspace targets resources run_as",
  bundle: "name engine",
  "variables.*": "description default",
  workspace: "host root_path",
  "targets.*": "default mode workspace run_as",
  "targets.*.workspace": "host root_path",
  resources: "jobs schemas",
  "resources.schemas.*": "catalog_name name comment",
  "resources.jobs.*":
    "name description tasks schedule parameters run_as max_concurrent_runs timeout_seconds environments",
  "resources.jobs.*.tasks[*]":
    "task_key depends_on notebook_task spark_python_task run_job_task environment_key new_cluster timeout_seconds max_retries",
};
const PATTERNS = Object.keys(KNOWN);

/** @throws CliFailure for every field that the stand-in does not know, all at once */
export function checkFields(config: JsonObject): void {
  const refused: string[] = [];
  const visit = (value: Json | undefined, path: string, pattern: string): void => {
    if (!PATTERNS.some((known) => known.startsWith(pattern))) return;
    if (Array.isArray(value)) {
      value.forEach((item: Json, index) => visit(item, `${path}[${index}]`, `${pattern}[*]`));
    } else if (isObject(value)) {
      const known = KNOWN[pattern]?.split(" ");
      for (const [key, child] of Object.entries(value)) {
        const inner = path === "" ? key : `${path}.${key}`;
        if (known !== undefined && !known.includes(key)) refused.push(`\`${inner}\``);
        else visit(child, inner, `${pattern}${pattern === "" ? "" : "."}${known === undefined ? "*" : key}`);
      }
    } else if (value !== null && value !== undefined) {
      refused.push(`${typeof value} in place of a map or list at \`${path}\``);
    }
  };
  visit(config, "", "");
  if (refused.length > 0) throw cannot(...refused);
}
