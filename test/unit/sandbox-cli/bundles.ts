import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { BundleFiles } from "./rig.ts";

const NOTEBOOK = "# Databricks notebook source\nprint(1)\n";

/** Two jobs in two targets. `change` edits `databricks.yml`. */
export function twoJobs(change: (yaml: string) => string = (yaml) => yaml): BundleFiles {
  return {
    "databricks.yml": change(TWO_JOBS),
    "src/ingest.py": NOTEBOOK,
    "src/deep/er/load.py": "print(2)\n",
  };
}

const TWO_JOBS = `bundle:
  name: demo

variables:
  runner:
    default: c41d0f6a-7e25-4b9c-a8d3-50e6b2f7194e
  cron:
    description: when
    default: "0 0 3 * * ?"
  retries:
    default: 2
  label:
    default: "\${bundle.name}-\${var.retries}"

targets:
  dev:
    mode: development
    default: true
  prod:
    mode: production
    workspace:
      root_path: /Workspace/Users/\${workspace.current_user.userName}/.bundle/\${bundle.name}/\${bundle.target}
    run_as:
      service_principal_name: \${var.runner}

resources:
  jobs:
    ingest:
      name: ingest-\${bundle.target}
      description: "{{job.id}} of \${var.label}"
      schedule:
        quartz_cron_expression: \${var.cron}
        timezone_id: UTC
      parameters:
        - name: day
          default: 1
      tasks:
        - task_key: main
          max_retries: \${var.retries}
          notebook_task:
            notebook_path: src/ingest.py
            base_parameters:
              count: 3
        - task_key: after
          depends_on:
            - task_key: main
          spark_python_task:
            python_file: ./src/deep/er/load.py
            parameters: ["--target", "\${bundle.target}", 7]
          environment_key: default
      environments:
        - environment_key: default
          spec:
            environment_version: "2"
    second:
      name: second
      run_as:
        service_principal_name: 5f8a6d3c-91b2-4e07-8c4d-6a1f0b9e2d75
      tasks:
        - task_key: only
          notebook_task:
            notebook_path: ./src/ingest.py
`;

/** One job in one target, with the settings of \`more\` at the top level and \`job\` in place of the job. */
export function oneJob({ more = "", job = JOB, target = TARGET } = {}): BundleFiles {
  return {
    "databricks.yml": `bundle:\n  name: small\n${more}${target}resources:\n  jobs:\n    j:\n${job}`,
    "src/n.py": NOTEBOOK,
  };
}

export const TARGET = `targets:
  prod:
    mode: production
    workspace:
      root_path: /Workspace/Users/\${workspace.current_user.userName}/small
`;

export const JOB = `      name: j
      tasks:
        - task_key: a
          notebook_task:
            notebook_path: src/n.py
`;

/** The example bundle of this repository. */
export async function exampleBundle(change: (yaml: string) => string = (yaml) => yaml): Promise<BundleFiles> {
  const root = path.resolve(import.meta.dirname, "../../../examples/lakehouse-jobs");
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const content = await readFile(file, "utf8");
      return [path.relative(root, file), file.endsWith("orders.yml") ? change(content) : content] as const;
    });
  return Object.fromEntries(await Promise.all(files));
}
