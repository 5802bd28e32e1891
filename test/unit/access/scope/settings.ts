import type { Json } from "../../../../core/api/json.ts";

/** Settings of jobs, in as few words as a test needs. */
export type Settings = Readonly<Record<string, Json>>;
export const task = (fields: Settings): Settings => ({ tasks: [{ task_key: "a", ...fields }] });
export const notebook = (path: string): Settings => task({ notebook_task: { notebook_path: path } });
export const python = { spark_python_task: { python_file: "/files/a.py" } };
export const cluster = (fields: Settings): Settings =>
  task({ ...python, new_cluster: { spark_version: "16.4.x-scala2.12", num_workers: 1, ...fields } });
export const library = (one: Settings): Settings => task({ ...python, libraries: [one] });
export const environment = (...dependencies: string[]): Settings => ({
  ...task({ ...python, environment_key: "e" }),
  environments: [{ environment_key: "e", spec: { client: "3", dependencies } }],
});
export const git = (fields: Settings, more: Settings): Settings => ({
  ...more,
  git_source: { git_url: "https://git.example.com/x", git_provider: "gitHub", ...fields },
});
export const DIGEST = `registry.example.com/x@sha256:${"a".repeat(64)}`;
