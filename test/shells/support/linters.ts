import { execFile } from "node:child_process";
import { access, constants, mkdir, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import path from "node:path";
import { validate } from "@actions/languageservice";
import { Ajv } from "ajv";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";
import { schemaOf } from "../../fixtures/schemas.ts";

/** The absolute path of a program on PATH, or undefined. */
export async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const file = path.join(folder, name);
    if (!path.isAbsolute(file)) continue;
    const there = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  return undefined;
}

export interface Run {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end, whatever it answers. */
export function runTool(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Run> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}

/** What actionlint finds in all of these workflows (path → text) at once. */
export async function actionlint(
  file: string,
  folder: string,
  workflows: ReadonlyMap<string, string>,
): Promise<Run> {
  for (const [name, text] of workflows) {
    const full = path.join(folder, name);
    await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, text);
  }
  // Without the shell and Python checkers that may or may not be there.
  return runTool(file, ["-shellcheck=", "-pyflakes=", ...workflows.keys()], folder);
}

/** What zizmor finds, at its strictest, in the workflows of these projects. */
export function zizmor(file: string, folders: readonly string[]): Promise<Run> {
  return runTool(file, ["--offline", "--no-progress", "--persona=auditor", ...folders], "/");
}

let documents = 0;

/** What GitHub's own language service says about a workflow. */
export async function languageService(name: string, text: string): Promise<readonly string[]> {
  // The service caches by URI.
  const uri = `file:///${String(documents++)}/.github/workflows/${path.basename(name)}`;
  const found = await validate(TextDocument.create(uri, "yaml", 0, text));
  return found.map(({ message }) => `${name}: ${JSON.stringify(message)}`);
}

interface PipelineSchema {
  readonly definitions: {
    readonly task: {
      readonly anyOf: object[];
      readonly properties: { readonly task: { readonly anyOf: object[] } };
    };
  };
}

/** A check of pipelines by Microsoft's schema, which knows in-box tasks only, and by the inputs in our task.json. */
export function pipelineChecker(): (file: string, text: string) => readonly string[] {
  const schema = schemaOf("azure-pipelines/service-schema.json") as unknown as PipelineSchema;
  const manifest = path.resolve(import.meta.dirname, "../../../tasks/DatabricksBundle/task.json");
  const { inputs } = JSON.parse(readFileSync(manifest, "utf8")) as { inputs: readonly { name: string }[] };
  const { task } = schema.definitions;
  const ours = { enum: ["DatabricksBundle@1"] };
  const known = Object.fromEntries(inputs.map(({ name }) => [name, { type: "string" }]));
  task.properties.task.anyOf.push(ours);
  task.anyOf.push({
    properties: { task: ours, inputs: { properties: known, additionalProperties: false } },
    required: ["task", "inputs"],
  });
  // Its patterns are no Unicode ones, and to it every scalar is a text.
  const check = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
  return (file, text) =>
    check(parse(text, { schema: "failsafe" })) ? [] : [`${file}: ${String(check.errors?.[0]?.message)}`];
}
