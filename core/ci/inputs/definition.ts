import type { CommandName, CommandTraits } from "../../base/commands.ts";
import type { Dialect } from "../dialect.ts";

/** One input: how it is read, and how it stands in the manifests. */
export interface InputDefinition {
  /** One sentence for the manifests and the documentation. */
  readonly description: string;
  readonly required?: true;
  /** The default as it stands in the manifests; the parser applies it too, for CIs that do not. */
  readonly default?: string;
  /** What is wanted, for the error where it is missing or does not fit. */
  readonly expected?: string;
  readonly pattern?: RegExp;
  /** The value of a text; without it the text itself. @throws SecretlessError `INPUT_INVALID` */
  readonly parse?: (text: string) => unknown;
  /** Takes many values: several lines, of which there may be none. */
  readonly many?: true;
  /** What can be chosen; undefined: any text. */
  readonly choices?: readonly string[];
  readonly flag?: true;
  /** The commands that it is for; undefined: all. */
  readonly for?: (command: CommandTraits) => boolean;
  /** Whether it is a mistake with other commands: they would do more, or something else, than it says. */
  readonly refusedElsewhere?: true;
  /** Inputs that say something else than this one. */
  readonly excludes?: readonly string[];
  /** Commands that cannot do without it. */
  readonly neededBy?: readonly CommandName[];
  /** The CIs that have it; undefined: all. */
  readonly cis?: (dialect: Dialect) => boolean;
  /** How it stands in the form of Azure DevOps. */
  readonly form?: InputForm;
}

/** What only the form of a task says of an input (learn.microsoft.com, tasks.schema.json). */
export interface InputForm {
  readonly label: string;
  readonly group?: "identity" | "bundle" | "run" | "guards" | "cli";
  /** Follows the description. */
  readonly more?: string;
  /** Where it does not follow from the definition. */
  readonly type?: string;
  readonly visibleRule?: string;
  /** Whether the form must have a value: set where it differs from `required`. */
  readonly required?: boolean;
  /** Whether the form leaves the default to the step. */
  readonly open?: true;
}

export type InputTable = Readonly<Record<string, InputDefinition>>;
