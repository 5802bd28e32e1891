import { parseArgs } from "node:util";

export const USAGE = `Usage: databricks-secretless scan [path] [options]

Looks for static credentials in what the bundle at path (default: .) would upload. Where path is no bundle, everything
below it is looked at, with the bundles in there as their own files say. A file is looked at alone.

  -t, --target name          the target whose settings select files
      --format text|json|sarif
  -o, --output file          writes the report there; the terminal gets its last line
  -h, --help
      --version

Exit code: 0 nothing found, 1 findings, 2 something could not be scanned, 3 wrong arguments.
What is accepted stands in .secretless-ignore.yml beside databricks.yml. NO_COLOR turns colours off, FORCE_COLOR on.`;

export type Format = "text" | "json" | "sarif";

export interface ScanArguments {
  readonly path: string;
  readonly target: string | undefined;
  readonly format: Format;
  /** The file for the report; undefined for stdout. */
  readonly output: string | undefined;
}

/** What was asked for; a text is what is wrong with the arguments. */
export type Asked = "help" | "version" | ScanArguments | { readonly wrong: string };

const FORMATS: readonly string[] = ["text", "json", "sarif"] satisfies Format[];

function isFormat(text: string): text is Format {
  return FORMATS.includes(text);
}

export function readArguments(args: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        target: { type: "string", short: "t" },
        format: { type: "string", default: "text" },
        output: { type: "string", short: "o" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
    const { format, target, output } = values;
    if (values.help) return "help";
    if (values.version) return "version";
    const [command, path = ".", ...more] = positionals;
    if (command === undefined) return { wrong: "A command is missing: `scan` is the one that there is." };
    if (command !== "scan")
      return { wrong: `There is no command ${command}; the one that there is is \`scan\`.` };
    if (more.length > 0) return { wrong: `One path at most, found ${[path, ...more].join(" ")}.` };
    if (!isFormat(format)) return { wrong: `There is no format ${format}, only ${FORMATS.join(", ")}.` };
    for (const [name, value] of Object.entries({ path, target, output }))
      if (value === "") return { wrong: `The ${name} is empty.` };
    return { path, target, format, output };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
