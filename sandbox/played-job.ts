import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { isObject, textOf, type Json } from "./http/json.ts";
import { runToEnd, RUNTIME, type Finished } from "./runner/python.ts";
import { freshUntilExit } from "./runner/scratch.ts";
import type { Sandbox } from "./sandbox.ts";

/**
 * Runs the notebook or file of a deployed job on this machine, as its run-as principal: what was uploaded, with all that
 * lies beside it, and a `dbutils` that vends from the sandbox's Unity Catalog.
 * @param python with a version that the runtime package supports
 * @param name the job's name
 */
export async function playJob(
  python: string,
  { workspace, workspaceUrl, tokens }: Sandbox,
  name: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const job = [...workspace.jobs.all.values()].find(({ settings }) => settings["name"] === name);
  if (job === undefined) throw new Error(`no job "${name}" is deployed`);
  const [task] = listOf(job.settings["tasks"]);
  const code = [at(task, "notebook_task", "notebook_path"), at(task, "spark_python_task", "python_file")];
  const file = code.find((one) => one !== "");
  if (file === undefined) throw new Error(`job "${name}" runs neither a notebook nor a file`);

  const folder = await freshUntilExit("played-job");
  let played = "";
  for (const object of workspace.files.objects.values()) {
    if (object.type !== "FILE" && object.type !== "NOTEBOOK") continue;
    const local = path.join(folder, object.path) + (object.type === "NOTEBOOK" ? ".py" : "");
    await mkdir(path.dirname(local), { recursive: true });
    await writeFile(local, object.content);
    if (object.path === workspace.files.find(file).path) played = local;
  }
  const token = `sandbox-session-${randomUUID()}`;
  tokens.accept(token, at(job.settings, "run_as", "service_principal_name"), Date.now() + 600_000);
  const doubles = path.join(import.meta.dirname, "python");
  const given = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  return runToEnd(python, [path.join(doubles, "play.py"), played, ...given], {
    cwd: path.dirname(played),
    env: {
      PYTHONPATH: [path.join(RUNTIME, "src"), doubles].join(path.delimiter),
      DATABRICKS_RUNTIME_VERSION: "16.4",
      SANDBOX_WORKSPACE: workspaceUrl,
      SANDBOX_TOKEN: token,
    },
  });
}

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

function at(value: Json | undefined, outer: string, inner: string): string {
  const found = isObject(value) ? value[outer] : undefined;
  return isObject(found) ? textOf(found[inner]) : "";
}
