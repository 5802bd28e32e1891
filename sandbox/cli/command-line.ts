import { parseArgs, type ParseArgsConfig } from "node:util";
import { cannot, CliFailure } from "./diagnostics.ts";

type CommandName = "version" | "plan" | "deploy" | "summary" | "run" | "destroy";

export interface Command {
  readonly name: CommandName;
  /** `bundle_plan`, as it stands in the User-Agent. */
  readonly label: string;
  readonly json: boolean;
  readonly target: string | undefined;
  readonly autoApprove: boolean;
  readonly forceLock: boolean;
  readonly forcePull: boolean;
  readonly wait: boolean;
  /** Key of the resource to run. */
  readonly key: string | undefined;
  /** Job parameters of a run. */
  readonly params: Readonly<Record<string, string>>;
}

type Options = NonNullable<ParseArgsConfig["options"]>;

const GLOBAL = {
  output: { type: "string", short: "o" },
  target: { type: "string", short: "t" },
} satisfies Options;

const FLAGS: Readonly<Record<CommandName, Options>> = {
  version: {},
  plan: {},
  deploy: { "auto-approve": { type: "boolean" }, "force-lock": { type: "boolean" } },
  summary: { "force-pull": { type: "boolean" } },
  run: { "no-wait": { type: "boolean" }, params: { type: "string", multiple: true } },
  destroy: { "auto-approve": { type: "boolean" }, "force-lock": { type: "boolean" } },
};

/** @throws CliFailure for what is unknown */
export function parseCommandLine(args: readonly string[]): Command {
  const name = commandName(args);
  let parsed;
  try {
    const options: Options = { ...GLOBAL, ...FLAGS[name] };
    // The one flag that is also given with a value; `parseArgs` takes none for booleans.
    parsed = parseArgs({
      args: args.filter((arg) => arg !== "--force-lock=false"),
      options,
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const flag = /'(-[^' ]+)/.exec((error as Error).message)?.[1];
    throw new CliFailure(
      flag === undefined ? cannot((error as Error).message) : cannot(`flag ${flag} of \`${name}\``),
    );
  }
  const { values, positionals } = parsed;
  const rest = positionals.slice(name === "version" ? 1 : 2);
  if (rest.length > (name === "run" ? 1 : 0)) {
    throw new CliFailure(`accepts ${name === "run" ? 1 : 0} arg(s), received ${rest.length}`);
  }
  const output = values["output"] ?? "text";
  if (output !== "text" && output !== "json") {
    throw new CliFailure(
      `invalid argument "${String(output)}" for "-o, --output" flag: accepted: text, json`,
    );
  }
  return {
    name,
    label: name === "version" ? name : `bundle_${name}`,
    json: output === "json",
    target: values["target"] as string | undefined,
    autoApprove: values["auto-approve"] === true,
    forceLock: values["force-lock"] === true,
    forcePull: values["force-pull"] === true,
    wait: values["no-wait"] !== true,
    key: rest[0],
    params: paramsOf((values["params"] ?? []) as readonly string[]),
  };
}

function commandName(args: readonly string[]): CommandName {
  const [first, second] = args;
  if (first === "version") return "version";
  const known = Object.keys(FLAGS).filter((name) => name !== "version");
  if (first === "bundle" && second !== undefined && known.includes(second)) return second as CommandName;
  throw new CliFailure(
    cannot(`command \`${args.slice(0, 2).join(" ")}\`; it knows version and bundle ${known.join(", ")}`),
  );
}

/** As pflag's `string_to_string.go`: a line of CSV, but a single pair as it stands. */
function paramsOf(flags: readonly string[]): Record<string, string> {
  const pairs = flags.flatMap((flag) =>
    flag.split("=").length === 2 ? [flag.replace(/^"+|"+$/g, "")] : csvFields(flag),
  );
  return Object.fromEntries(
    pairs.map((pair) => {
      const mark = pair.indexOf("=");
      if (mark < 1) throw new CliFailure(`invalid argument "${pair}" for "--params" flag: must be key=value`);
      return [pair.slice(0, mark), pair.slice(mark + 1)];
    }),
  );
}

/** One record of RFC 4180. */
function csvFields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}
