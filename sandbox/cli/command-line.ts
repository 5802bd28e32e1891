import { parseArgs, type ParseArgsConfig } from "node:util";
import { cannot, CliFailure } from "./diagnostics.ts";

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
  run: { "no-wait": { type: "boolean" }, params: { type: "string", multiple: true } },
  destroy: { "auto-approve": { type: "boolean" } },
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
    const common: Options = {
      output: { type: "string", short: "o" },
      target: { type: "string", short: "t" },
    };
    // The one flag that is also given with a value; `parseArgs` takes none for booleans.
    parsed = parseArgs({
      args: args.filter((arg) => arg !== "--force-lock=false"),
      options: { ...common, ...FLAGS[name] },
      allowPositionals: true,
    });
  } catch (error) {
    throw cannot((error as Error).message);
  }
  const { values, positionals } = parsed;
  const keys = positionals.slice(name === "version" ? 1 : 2);
  if (keys.length !== (name === "run" ? 1 : 0)) throw cannot(`arguments ${keys.join(" ")} of \`${name}\``);
  const output = JSON_ONLY.includes(name) ? "json" : "text";
  if ((values["output"] ?? "text") !== output) throw cannot(`\`${name}\` without -o ${output}`);
  if (name === "destroy" && values["auto-approve"] !== true) throw cannot("destroy without --auto-approve");
  return {
    name,
    target: values["target"] as string | undefined,
    autoApprove: values["auto-approve"] === true,
    wait: values["no-wait"] !== true,
    key: keys[0],
    params: paramsOf((values["params"] ?? []) as readonly string[]),
  };
}

/** As pflag's `string_to_string.go`: a line of CSV (RFC 4180), but a single pair as it stands. */
function paramsOf(flags: readonly string[]): Record<string, string> {
  const pairs = flags.flatMap((flag) =>
    flag.split("=").length === 2
      ? [flag.replace(/^"+|"+$/g, "")]
      : [...flag.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
          ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
        ),
  );
  return Object.fromEntries(
    pairs.map((pair) => {
      const mark = pair.indexOf("=");
      if (mark < 1) throw new CliFailure(`invalid argument "${pair}" for "--params" flag: must be key=value`);
      return [pair.slice(0, mark), pair.slice(mark + 1)];
    }),
  );
}
