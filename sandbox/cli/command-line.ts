import { parseArgs, type ParseArgsConfig } from "node:util";
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
  /** Job parameters of a run. */
  readonly params: Readonly<Record<string, string>>;
}

type Options = NonNullable<ParseArgsConfig["options"]>;

const FLAGS: Readonly<Record<CommandName, Options>> = {
  version: {},
  plan: {},
  deploy: { "auto-approve": { type: "boolean" } },
  summary: {},
  run: { "no-wait": { type: "boolean" }, params: { type: "string", default: "" } },
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
    params: paramsOf((values["params"] ?? "") as string),
  };
}

/** A line of CSV (RFC 4180) with quoted pairs, two of them at least: a single one is read in another way. */
function paramsOf(line: string): Record<string, string> {
  if (line !== "" && !/^"(?:[^"]|"")+"(?:,"(?:[^"]|"")+")+$/.test(line)) throw cannot(`--params ${line}`);
  const pairs = [...line.matchAll(/"((?:[^"]|"")+)"/g)].map(([, pair = ""]) => pair.replaceAll('""', '"'));
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}
