import { parseArgs, type ParseArgsConfig } from "node:util";
import type { JsonObject } from "../http/json.ts";
import { cannot } from "./diagnostics.ts";

type CommandName = "version" | "plan" | "deploy" | "summary" | "run" | "destroy";

export interface Command {
  readonly name: CommandName;
  readonly target: string | undefined;
  readonly autoApprove: boolean;
  /** Whether to follow a run to its end. */
  readonly wait: boolean;
  /** Key of the resource to run. */
  readonly key: string | undefined;
  /** Lists and maps of `run`, by the names of their fields in `jobs/run-now`. */
  readonly parameters: JsonObject;
  /** Keys of the resources to plan and deploy, with their kinds or without; none: all. */
  readonly select: readonly string[];
  readonly failOnActiveRuns: boolean;
}

/** Flags of `run` that take maps, and the fields that they set. */
const MAPS: Readonly<Record<string, string>> = {
  params: "job_parameters",
  "notebook-params": "notebook_params",
  "python-named-params": "python_named_params",
  "sql-params": "sql_params",
};
/** The same for lists. */
const LISTS: Readonly<Record<string, string>> = {
  only: "only",
  "python-params": "python_params",
  "jar-params": "jar_params",
  "spark-submit-params": "spark_submit_params",
  "dbt-commands": "dbt_commands",
};

type Options = NonNullable<ParseArgsConfig["options"]>;

const FLAGS: Readonly<Record<CommandName, Options>> = {
  version: {},
  plan: { select: { type: "string" } },
  deploy: {
    "auto-approve": { type: "boolean" },
    "fail-on-active-runs": { type: "boolean" },
    select: { type: "string" },
  },
  summary: {},
  run: {
    "no-wait": { type: "boolean" },
    ...Object.fromEntries(
      [...Object.keys(MAPS), ...Object.keys(LISTS)].map((flag) => [flag, { type: "string" as const }]),
    ),
  },
  destroy: { "auto-approve": { type: "boolean" } },
};
const COMMON: Options = {
  output: { type: "string", short: "o", default: "text" },
  target: { type: "string", short: "t" },
};
/** Those that print JSON; the others print text. */
const JSON_ONLY: readonly CommandName[] = ["version", "plan", "summary"];

/** @throws CliFailure for what is unknown */
export function parseCommandLine(args: readonly string[]): Command {
  const name = (args[0] === "bundle" ? args[1] : args[0]) as CommandName;
  if (!(name in FLAGS) || (name === "version") !== (args[0] === "version")) {
    throw cannot(`command \`${args.slice(0, 2).join(" ")}\``);
  }
  let parsed;
  try {
    parsed = parseArgs({
      // The one flag that is also given with a value; `parseArgs` takes none for booleans.
      args: args.filter((arg) => arg !== "--force-lock=false"),
      options: { ...COMMON, ...FLAGS[name] },
      allowPositionals: true,
    });
  } catch (error) {
    throw cannot((error as Error).message);
  }
  const { values, positionals } = parsed;
  const keys = positionals.slice(name === "version" ? 1 : 2);
  if (keys.length !== (name === "run" ? 1 : 0)) throw cannot(`arguments ${keys.join(" ")} of \`${name}\``);
  const output = JSON_ONLY.includes(name) ? "json" : "text";
  if (values["output"] !== output) throw cannot(`\`${name}\` without -o ${output}`);
  const autoApprove = values["auto-approve"] === true;
  if (name === "destroy" && !autoApprove) throw cannot("destroy without --auto-approve");
  return {
    name,
    target: values["target"] as string | undefined,
    autoApprove,
    wait: values["no-wait"] !== true,
    key: keys[0],
    parameters: parametersOf(values as Readonly<Record<string, string>>),
    select: ((values["select"] ?? "") as string).split(",").filter((one) => one !== ""),
    failOnActiveRuns: values["fail-on-active-runs"] === true,
  };
}

function parametersOf(values: Readonly<Record<string, string>>): JsonObject {
  const given = (fields: Readonly<Record<string, string>>): [string, string, string][] =>
    Object.entries(fields).flatMap(([flag, field]) => {
      const line = values[flag] ?? "";
      return line === "" ? [] : [[flag, field, line]];
    });
  const lists = given(LISTS).map(([flag, field, line]) => [field, cellsOf(flag, line)] as const);
  const maps = given(MAPS).map(([flag, field, line]) => {
    const pairs = cellsOf(flag, line);
    // A single pair is read in another way.
    if (line.split("=").length < 3) throw cannot(`--${flag} ${line}`);
    const map = pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
    return [field, Object.fromEntries(map) as JsonObject] as const;
  });
  return Object.fromEntries<JsonObject[string]>([...lists, ...maps]);
}

/** A line of CSV (RFC 4180), all of it quoted. */
function cellsOf(flag: string, line: string): readonly string[] {
  if (!/^"(?:[^"]|"")+"(?:,"(?:[^"]|"")+")*$/.test(line)) throw cannot(`--${flag} ${line}`);
  return [...line.matchAll(/"((?:[^"]|"")+)"/g)].map(([, cell = ""]) => cell.replaceAll('""', '"'));
}
