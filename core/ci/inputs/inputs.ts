import { SecretlessError, type Mistake } from "../../base/errors.ts";
import { COMMANDS, type CommandTraits } from "../../base/commands.ts";
import { EXCHANGES } from "../../base/exchanges.ts";
import type { Environment } from "../../base/ports.ts";
import type { Ci, ServiceConnection } from "../ci.ts";
import { bundleFromEnvironment, unresolved, unresolvedVariables } from "./job-environment.ts";
import type { InputDefinition, InputTable } from "./definition.ts";
import { INPUTS, type SCAN_MODES, type InputName } from "./table.ts";

type CamelCase<Name> = Name extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<CamelCase<Rest>>}`
  : Name;
type Value<Entry> = Entry extends { readonly parse: (text: string) => infer Parsed } ? Parsed : string;
type Present = { readonly required: true } | { readonly default: string } | { readonly many: true };

/** The values of a table of inputs: one field an entry, by its name in camelCase. */
type Values<Table> = {
  readonly [Name in keyof Table as CamelCase<Name>]: Table[Name] extends Present
    ? Value<Table[Name]>
    : Value<Table[Name]> | undefined;
};

/** All inputs of a run, checked. Durations are milliseconds. */
export interface Inputs extends Omit<Values<typeof INPUTS>, "host" | "scan"> {
  /** Origin of the approved workspace, normalised by core/net/workspace.ts. */
  readonly host: string;
  readonly scan: (typeof SCAN_MODES)[number];
  /** The variables of the job's environment that stand for inputs which were left out. */
  readonly fromEnvironment: readonly string[];
}

/**
 * Reads and checks every input, before any request.
 * @param environment of the job; what it says of the bundle counts as it does for the Databricks CLI, or is refused
 * @throws SecretlessError `INPUT_INVALID` with all mistakes at once
 */
export function parseInputs(ci: Ci, table: InputTable = INPUTS, environment: Environment = {}): Inputs {
  const { connection, noConnection } = readConnection(ci);
  // What a connection that cannot be read would have given is not called missing.
  const reader = new InputReader(ci, table, noConnection ? ["client-id"] : []);
  if (connection) {
    const exchange = EXCHANGES.find(({ tenant }) => tenant);
    reader.fallBack({ "client-id": connection.clientId, "tenant-id": connection.tenantId, exchange });
  }
  const values = reader.readAll() as Partial<Values<typeof INPUTS>>;
  const { command, exchange, host, workspaceId } = values;
  const needed = (name: InputName): void => {
    if (reader.isMissing(name)) reader.missing(name);
  };
  if (!noConnection && exchange?.tenant) needed("tenant-id");
  for (const [name, { neededBy = [] }] of Object.entries(table)) {
    const names: readonly string[] = neededBy;
    if (command && names.includes(command.name)) needed(name as InputName);
  }
  if (command) reader.refuseOthers(command);
  reader.refuseClashes();
  const { mistakes } = reader;
  const given = command?.needs.bundle === true ? bundleFromEnvironment(ci, environment) : undefined;
  mistakes.push(...(given?.mistakes ?? []));
  if (command?.needs.bundle === true) mistakes.push(...unresolvedVariables(ci, environment));
  const inUrl = host?.workspaceId;
  if (inUrl !== undefined && workspaceId !== undefined && inUrl !== workspaceId) {
    const wanted = `${inUrl}, the workspace ID in the URL of \`${ci.inputLabel("host")}\``;
    reader.wrong("workspace-id", wanted, workspaceId);
  }
  if (noConnection) {
    if (mistakes.length === 0) throw noConnection;
    mistakes.push(noConnection.details);
  }
  if (mistakes.length > 0) {
    throw new SecretlessError("INPUT_INVALID", {
      problem:
        mistakes.length === 1
          ? "One input is not right."
          : `${String(mistakes.length)} inputs are not right.`,
      remedy: "Correct them in the pipeline file; nothing was requested or changed.",
      mistakes,
    });
  }
  const all = values as Values<typeof INPUTS>;
  return {
    ...all,
    ...given?.values,
    fromEnvironment: given?.variables ?? [],
    host: all.host.origin,
    workspaceId: all.workspaceId ?? all.host.workspaceId,
    accountId: all.accountId ?? all.host.accountId,
    scan: all.scan.name,
  };
}

function readConnection(ci: Ci): {
  readonly connection?: ServiceConnection | undefined;
  readonly noConnection?: SecretlessError;
} {
  try {
    return { connection: ci.connection() };
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    return { noConnection: error };
  }
}

/** Reads the inputs of a table with their defaults. What is wrong with them is gathered in `mistakes`. */
class InputReader {
  readonly mistakes: Mistake[] = [];
  readonly #ci: Ci;
  readonly #table: InputTable;
  readonly #excused: readonly string[];
  readonly #absent = new Set<string>();
  #fallbacks: Readonly<Record<string, unknown>> = {};

  constructor(ci: Ci, table: InputTable, excused: readonly string[]) {
    this.#ci = ci;
    this.#table = table;
    this.#excused = excused;
  }

  /** Values for inputs that the user leaves out; they go before the defaults. */
  fallBack(values: Readonly<Record<string, unknown>>): void {
    this.#fallbacks = values;
  }

  readAll(): Readonly<Record<string, unknown>> {
    const own = Object.entries(this.#table).filter(([, { cis }]) => cis?.(this.#ci.dialect) ?? true);
    return Object.fromEntries(own.map(([name, entry]) => [camelCase(name), this.#read(name, entry)]));
  }

  isMissing(name: string): boolean {
    return this.#absent.has(name);
  }

  missing(name: string): void {
    if (!this.#absent.delete(name)) return;
    this.wrong(name, this.#table[name]?.expected ?? "a value", "", this.#ci.dialect.whyEmpty);
  }

  wrong(name: string, expected: string, actual: string, remedy?: string): void {
    this.mistakes.push({
      problem: `Input \`${this.#ci.inputLabel(name as InputName)}\` ${actual === "" ? "is missing" : "cannot be used"}.`,
      expected,
      actual: actual === "" ? "nothing" : actual,
      remedy:
        remedy ?? "Write what is wanted into the pipeline file, or into the variable that it comes from.",
    });
  }

  /** Inputs of other commands that this one would not heed. */
  refuseOthers(command: CommandTraits): void {
    for (const [name, { for: isFor, refusedElsewhere = false }] of Object.entries(this.#table)) {
      if (!refusedElsewhere || isFor?.(command) !== false || !this.#isGiven(name)) continue;
      const commands: readonly CommandTraits[] = COMMANDS;
      const others = commands.flatMap((one) => (isFor(one) ? [`\`${one.name}\``] : []));
      this.mistakes.push({
        problem: `Input \`${this.#ci.inputLabel(name as InputName)}\` is not for \`command: ${command.name}\`, which would pass over it.`,
        expected: `it with ${others.join(" or ")} alone`,
        actual: this.#ci.input(name as InputName).slice(0, 100),
        remedy: "Take it out of this step, or correct the command.",
      });
    }
  }

  /** Inputs that contradict each other; each pair is told once. */
  refuseClashes(): void {
    const told = new Set<string>();
    for (const [name, { excludes = [] }] of Object.entries(this.#table))
      for (const other of excludes) {
        if (other === name || told.has(other) || !this.#isGiven(name) || !this.#isGiven(other)) continue;
        told.add(name);
        const [label, otherLabel] = [name, other].map((one) => this.#ci.inputLabel(one as InputName));
        this.mistakes.push({
          problem: `Inputs \`${label ?? ""}\` and \`${otherLabel ?? ""}\` contradict each other.`,
          expected: "one of them",
          actual: "both",
          remedy: "Take one of them out of the step.",
        });
      }
  }

  /** Whether the step says something by it: what stands there as the default does not count. */
  #isGiven(name: string): boolean {
    const text = this.#ci.input(name as InputName);
    return text.trim() !== "" && text !== this.#table[name]?.default;
  }

  #read(name: string, entry: InputDefinition): unknown {
    const { pattern, expected = "", many, required } = entry;
    const written = this.#ci.input(name as InputName);
    const fallback = this.#fallbacks[name];
    if (written === "" && fallback !== undefined && fallback !== "") return fallback;
    const text = written === "" ? (entry.default ?? "") : written;
    if (text === "" && many !== true) {
      this.#absent.add(name);
      if (required && !this.#excused.includes(name)) this.missing(name);
      return undefined;
    }
    const left = written === "" ? [] : unresolved(name, written, this.#ci);
    if (left.length > 0) {
      this.mistakes.push(...left);
      return undefined;
    }
    if (pattern?.test(text) === false) {
      this.wrong(name, expected, text);
      return undefined;
    }
    return this.#parse(name, entry, text);
  }

  #parse(name: string, { parse }: InputDefinition, text: string): unknown {
    try {
      return parse ? parse(text) : text;
    } catch (error) {
      if (!(error instanceof SecretlessError)) throw error;
      const { problem, expected = "", actual = problem, remedy } = error.details;
      this.wrong(name, expected, actual, remedy);
      return undefined;
    }
  }
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
