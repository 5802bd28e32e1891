import type { AzureStepResult } from "../../../sandbox/runner/azure.ts";
import { freshUntilExit } from "../../../sandbox/runner/scratch.ts";
import { buildTask } from "../../../scripts/extension.ts";

let built: Promise<string> | undefined;

/** The folder of the task, built once for all tests of a process. */
export function builtTask(): Promise<string> {
  built ??= freshUntilExit("task").then(async (folder) => {
    await buildTask(folder, "0.1.0");
    return folder;
  });
  return built;
}

/** The error code that a failed task ends with. */
export function codeOf(result: AzureStepResult): string | undefined {
  const { message = "" } = result.issues.find(({ level }) => level === "error") ?? {};
  return /^([A-Z_]+): /.exec(message)?.[1];
}
