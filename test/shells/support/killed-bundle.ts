import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** One of two states of a bundle; from each to the other, a job goes and another comes, and all else changes. */
export type Edition = "first" | "second";

/** What is in a workspace once an edition is deployed, as `<kind> <name>`. */
export function contentOf(edition: Edition): readonly string[] {
  const jobs = edition === "first" ? ["load", "old"] : ["load", "new"];
  return [
    "dashboards Sales",
    ...jobs.map((name) => `jobs ${name}`).sort(),
    "pipelines flow",
    "schemas main.orders",
    "volumes main.orders.landing",
  ];
}

function filesOf(edition: Edition): Readonly<Record<string, string>> {
  const other = edition === "first" ? "old" : "new";
  const text = (name: string): string => `${name} of the ${edition} edition`;
  return {
    "databricks.yml": `
bundle: { name: killed, engine: direct }
resources:
  jobs:
    load:
      name: load
      description: ${text("load")}
      tasks:
        - { task_key: note, notebook_task: { notebook_path: ./src/note.py } }
        - { task_key: flow, pipeline_task: { pipeline_id: "\${resources.pipelines.flow.id}" } }
    ${other}:
      name: ${other}
      tasks: [{ task_key: again, run_job_task: { job_id: "\${resources.jobs.load.id}" } }]
  pipelines:
    flow:
      name: flow
      catalog: main
      schema: \${resources.schemas.orders.name}
      serverless: true
      configuration: { edition: ${edition} }
      libraries: [{ file: { path: ./src/flow.sql } }]
  schemas:
    orders: { catalog_name: main, name: orders, comment: ${text("orders")} }
  volumes:
    landing:
      catalog_name: main
      schema_name: \${resources.schemas.orders.name}
      name: landing
      volume_type: MANAGED
      comment: ${text("landing")}
  dashboards:
    sales: { display_name: Sales, file_path: ./src/sales.lvdash.json, warehouse_id: 0a1b2c3d4e5f6789 }
targets:
  prod:
    mode: production
    default: true
    workspace:
      root_path: /Workspace/Users/\${workspace.current_user.userName}/.bundle/\${bundle.name}/\${bundle.target}
`,
    "src/note.py": `# Databricks notebook source\nprint("${edition}")\n`,
    "src/flow.sql": `CREATE OR REFRESH STREAMING TABLE t AS SELECT '${edition}';\n`,
    "src/sales.lvdash.json": `{"pages":[{"name":"p","displayName":"${text("Sales")}"}],"datasets":[]}\n`,
  };
}

/** Writes an edition over whatever is checked out. */
export async function checkOut(folder: string, edition: Edition): Promise<void> {
  await mkdir(path.join(folder, "src"), { recursive: true });
  for (const [name, content] of Object.entries(filesOf(edition)))
    await writeFile(path.join(folder, name), content);
}
