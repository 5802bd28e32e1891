/** One command that the agent found in a line of a task's output. */
export interface AgentCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const unescapeData = (text: string): string =>
  text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%AZP25", "%");
const unescapeProperty = (text: string): string =>
  unescapeData(text.replaceAll("%5D", "]").replaceAll("%3B", ";"));

/** A command anywhere in a line, as the agent finds it (azure-pipelines-agent, Command.cs). */
export function findCommand(line: string): AgentCommand | undefined {
  const match = /##vso\[([\w.]+)(?:\s+([^\]]*))?\](.*)$/i.exec(line);
  if (match === null) return undefined;
  const properties = (match[2] ?? "").split(";").flatMap((pair) => {
    const equals = pair.indexOf("=");
    return equals < 0 ? [] : [[pair.slice(0, equals).trim(), unescapeProperty(pair.slice(equals + 1))]];
  });
  return {
    name: (match[1] ?? "").toLowerCase(),
    properties: Object.fromEntries(properties) as Record<string, string>,
    data: unescapeData(match[3] ?? ""),
  };
}
