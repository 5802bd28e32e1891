import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";

export interface BundleSize {
  readonly files: number;
  readonly jobs: number;
}

/** Bytes of one source file: what small modules and notebooks have. */
const FILE_SIZE = 2_000;

/**
 * A bundle of `files` files that are uploaded, `databricks.yml` among them, and `jobs` jobs of one task each.
 * @returns its folder
 */
export async function writeBundle({ files, jobs }: BundleSize): Promise<string> {
  const folder = await freshUntilExit("bench-bundle");
  await mkdir(path.join(folder, "src"));
  const sources = Array.from({ length: files - 1 }, (_, index) => `src/part_${String(index)}.py`);
  for (const name of sources) {
    const line = `print("${name}")\n`;
    await writeFile(path.join(folder, name), line.repeat(Math.ceil(FILE_SIZE / line.length)));
  }
  const tasks = Array.from({ length: jobs }, (_, index) => [
    `    job_${String(index)}:`,
    `      name: job ${String(index)}`,
    "      tasks:",
    "        - task_key: only",
    "          spark_python_task:",
    `            python_file: ./${sources[index % sources.length] ?? ""}`,
    "          environment_key: default",
    "      environments:",
    "        - environment_key: default",
    '          spec: { client: "2" }',
  ]).flat();
  const yaml = [
    "bundle:",
    "  name: bench",
    "  engine: direct",
    "targets:",
    "  prod:",
    "    default: true",
    "    workspace:",
    "      root_path: /Workspace/Shared/bench/prod",
    "resources:",
    "  jobs:",
    ...tasks,
  ];
  await writeFile(path.join(folder, "databricks.yml"), `${yaml.join("\n")}\n`);
  return folder;
}
