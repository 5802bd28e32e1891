import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { BundleFiles } from "./rig.ts";

/** One job in one target, with the settings of `more` at the top level and `job` in place of the job. */
export function oneJob({ more = "", job = JOB, target = TARGET } = {}): BundleFiles {
  return {
    "databricks.yml": `bundle:\n  name: small\n${more}${target}resources:\n  jobs:\n    j:\n${job}`,
    "src/n.py": "# Databricks notebook source\nprint(1)\n",
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

/** The example bundle of this repository; `change` edits its resources. */
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
