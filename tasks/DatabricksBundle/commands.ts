import path from "node:path";
import type { Place } from "../../core/base/errors.ts";
import { harmlessLines } from "../../core/ci/safe-for-log.ts";

/**
 * The commands that the agent reads from the output (learn.microsoft.com/azure/devops/pipelines/scripts/
 * logging-commands). They are written here, not through azure-pipelines-task-lib, since they are needed before that
 * package is loaded.
 */
type CommandName =
  | "task.complete"
  | "task.debug"
  | "task.logissue"
  | "task.setprogress"
  | "task.setsecret"
  | "task.settaskvariable"
  | "task.setvariable";

/** As in task-lib's taskcommand.ts; the agent decodes `%AZP25` last. */
const escapeData = (text: string): string =>
  text.replace(/%/g, "%AZP25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
const escapeProperty = (text: string): string => escapeData(text).replace(/\]/g, "%5D").replace(/;/g, "%3B");

export function command(
  name: CommandName,
  data: string,
  properties: Readonly<Record<string, string>> = {},
): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)};`);
  return `##vso[${name}${list.length > 0 ? ` ${list.join("")}` : ""}]${escapeData(data)}\n`;
}

/** An issue of the run. The agent wants the absolute path and makes it relative to the repository itself. */
export function issue(level: "error" | "warning", text: string, checkout: string, place?: Place): string {
  return command("task.logissue", harmlessLines(text).join("\n"), {
    type: level,
    ...(place && { sourcepath: path.resolve(checkout, place.file) }),
    ...(place?.line !== undefined && { linenumber: String(place.line) }),
    ...(place?.column !== undefined && { columnnumber: String(place.column) }),
  });
}

/** Tells the agent how the task ended. */
export function completion(succeeded: boolean): string {
  return command("task.complete", "", { result: succeeded ? "Succeeded" : "Failed" });
}
