/** `npm run docs`: writes inputs and outputs into the manifests of the shells, from core's tables. A test compares. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { stringify } from "yaml";
import { COMMANDS, type CommandTraits } from "../core/base/commands.ts";
import { AZURE_DEVOPS } from "../core/ci/azure-devops/dialect.ts";
import type { Dialect } from "../core/ci/dialect.ts";
import { GITHUB } from "../core/ci/github/dialect.ts";
import type { InputDefinition, InputTable } from "../core/ci/inputs/definition.ts";
import { INPUTS } from "../core/ci/inputs/table.ts";
import { EXPORTED, OUTPUTS } from "../core/ci/outputs.ts";

const root = path.resolve(import.meta.dirname, "..");

/** The manifests, and what makes their text anew from what they are and the table of inputs. */
export const MANIFESTS = {
  "action/action.yml": actionManifest,
  "action.yml": rootManifest,
  "tasks/DatabricksBundle/task.json": taskManifest,
} as const;

function inputsOf(table: InputTable, dialect: Dialect): [string, InputDefinition][] {
  return Object.entries(table).filter(([, { cis }]) => cis?.(dialect) ?? true);
}

async function pretty(file: keyof typeof MANIFESTS, text: string): Promise<string> {
  const filepath = path.join(root, file);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

/** `action.yml` (docs.github.com, "Metadata syntax for GitHub Actions") with these inputs. */
export function actionManifest(text: string, table: InputTable = INPUTS): Promise<string> {
  const inputs = inputsOf(table, GITHUB).map(([name, { description, required, default: value }]) => [
    name,
    { description, ...(required && { required }), ...(value !== undefined && { default: value }) },
  ]);
  const outputs = OUTPUTS.map(({ name, description }) => [name, { description }]);
  const part = /^inputs:\n[^]*?(?=^runs:)/m;
  if (!part.test(text)) throw new Error("action.yml has no inputs before its runs");
  const yaml = (key: string, entries: unknown[][]): string =>
    stringify({ [key]: Object.fromEntries(entries) as object }, { lineWidth: 0 });
  const made = `${yaml("inputs", inputs)}\n${yaml("outputs", outputs)}\n`;
  return pretty(
    "action/action.yml",
    text.replace(part, () => made),
  );
}

/** The same action as `<owner>/databricks-secretless@v1`, from the root of the repository. */
async function rootManifest(): Promise<string> {
  const text = await actionManifest(await readFile(path.join(root, "action/action.yml"), "utf8"));
  const moved = text.replace(/^( {2}(?:main|post): )dist\//gm, "$1action/dist/");
  return `# Generated from action/action.yml by npm run docs.\n${moved}`;
}

/** `task.json` (tasks.schema.json of azure-pipelines-task-lib) with these inputs. */
export function taskManifest(text: string, table: InputTable = INPUTS): Promise<string> {
  const manifest = JSON.parse(text) as Record<string, unknown>;
  const outputVariables = OUTPUTS.map(({ name, description }) => ({
    name: AZURE_DEVOPS.inputLabel(name),
    description,
  }));
  const allowed = [...outputVariables.map(({ name }) => name), ...EXPORTED, "secretless.*"];
  const made = {
    ...manifest,
    inputs: inputsOf(table, AZURE_DEVOPS).map(([name, definition]) => taskInput(name, definition)),
    outputVariables,
    restrictions: { ...(manifest["restrictions"] as object), settableVariables: { allowed } },
  };
  return pretty("tasks/DatabricksBundle/task.json", JSON.stringify(made, null, 2));
}

function taskInput(name: string, definition: InputDefinition): object {
  const { description, form, choices, flag, many } = definition;
  if (!form) throw new Error(`the input ${name} says nothing of its form`);
  const type = form.type ?? (choices ? "pickList" : flag ? "boolean" : many ? "multiLine" : "string");
  const required = form.required ?? definition.required ?? false;
  const defaultValue = form.open ? undefined : definition.default;
  const visibleRule = form.visibleRule ?? visibleFor(definition);
  return {
    name: AZURE_DEVOPS.inputLabel(name),
    type,
    label: form.label,
    ...(defaultValue !== undefined && { defaultValue }),
    ...(required && { required }),
    ...(form.group && { groupName: form.group }),
    ...(visibleRule !== undefined && { visibleRule }),
    ...(choices && { options: Object.fromEntries(choices.map((choice) => [choice, choice])) }),
    // What may come from a variable cannot be one of a fixed list.
    ...(choices && !required && { properties: { EditableOptions: "True" } }),
    ...(many && { properties: { resizable: true, rows: "4", maxLength: "20000" } }),
    helpMarkDown: form.more === undefined ? description : `${description} ${form.more}`,
  };
}

/** The shortest rule that shows an input for its commands alone; undefined if it is for all. */
function visibleFor({ for: isFor }: InputDefinition): string | undefined {
  const commands: readonly CommandTraits[] = COMMANDS;
  const shown = commands.filter((command) => isFor?.(command) ?? true);
  const hidden = commands.filter((command) => !shown.includes(command));
  if (hidden.length === 0) return undefined;
  return hidden.length === 1
    ? `command != ${hidden[0]?.name ?? ""}`
    : shown.map(({ name }) => `command = ${name}`).join(" || ");
}

async function write(): Promise<void> {
  for (const [name, make] of Object.entries(MANIFESTS)) {
    const file = path.join(root, name);
    await writeFile(file, await make(await readFile(file, "utf8")));
  }
}

if (process.argv[1] === import.meta.filename) void write();
