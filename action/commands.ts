import type { Place } from "../core/base/errors.ts";
import { harmlessLines } from "../core/ci/safe-for-log.ts";

/**
 * The commands that the runner reads from stdout (docs.github.com, "Workflow commands for GitHub Actions"). They are
 * written here, not through @actions/core, since they are needed before that package is loaded.
 */
type CommandName = "add-mask" | "debug" | "error" | "warning" | "notice" | "group" | "endgroup";

const escapeData = (text: string): string =>
  text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
const escapeProperty = (text: string): string => escapeData(text).replace(/:/g, "%3A").replace(/,/g, "%2C");

export function command(
  name: CommandName,
  data = "",
  properties: Readonly<Record<string, string>> = {},
): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name}${list.length > 0 ? ` ${list.join(",")}` : ""}::${escapeData(data)}\n`;
}

export function annotation(
  level: "error" | "warning" | "notice",
  text: string,
  title: string,
  place?: Place,
): string {
  return command(level, harmlessLines(text).join("\n"), {
    title,
    ...(place && { file: place.file }),
    ...(place?.line !== undefined && { line: String(place.line) }),
    ...(place?.column !== undefined && { col: String(place.column) }),
  });
}
