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
  {
    name: "plan-markdown",
    description:
      "Markdown of `plan` for a comment on a pull request, at most 30,000 bytes; its first line marks the bundle and target, so that the comment can be found again.",
  },
  {
    name: "run",
    description:
      "JSON object: `id`, `url` and `result` of a run, and its `tasks`: of each `task` the `result`, and what there is of `output`, `error` and `trace`, cut to 4,000 characters each.",
  },
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
