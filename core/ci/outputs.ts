/** Every output of the step, for the manifests of the shells. */
export const OUTPUTS: readonly { readonly name: string; readonly description: string }[] = [
  {
    name: "principal",
    description: "Application ID of the service principal that the workspace saw.",
  },
  { name: "workspace-url", description: "URL of the workspace." },
  { name: "jobs", description: "JSON object: key of each deployed job → `id` and `url`." },
  {
    name: "resources",
    description:
      "JSON object: kind (`jobs`, `pipelines`, `apps`) → key of each deployed resource → `id`, `name` and `url`.",
  },
  {
    name: "plan",
    description: "JSON object: changes of the plan and the number of unchanged resources.",
  },
  { name: "run", description: "JSON object: `id`, `url` and `result` of a run." },
  {
    name: "access",
    description:
      "JSON object: entries `granted`, `updated` and `revoked`, and the number of unchanged ones; of `plan`, what would be.",
  },
  { name: "audit-log", description: "Path of the audit log." },
];

/** Every environment variable that `login` sets for later steps; the agent of Azure Pipelines lets a task set no others. */
export const EXPORTED: readonly string[] = [
  "DATABRICKS_HOST",
  "DATABRICKS_AUTH_TYPE",
  "DATABRICKS_METADATA_SERVICE_URL",
  "DATABRICKS_WORKSPACE_ID",
  // Names of variables have no letter case there.
  "NO_PROXY",
];
