import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { parse } from "yaml";
import { schemaOf } from "../../fixtures/schemas.ts";
import { blocksOf } from "../../shells/support/documents.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const read = (file: string): Promise<string> => readFile(path.join(root, file), "utf8");

interface TaskManifest {
  readonly name: string;
  readonly version: { readonly Major: number };
  readonly inputs: readonly {
    readonly name: string;
    readonly required?: boolean;
    readonly defaultValue?: string;
  }[];
}
/** One task of the schema: `{ properties: { task: { pattern: "^AzureCLI@2$" }, inputs: … } }`. */
interface TaskSchema {
  readonly properties: { readonly task: { readonly pattern: string } };
}
interface TaskDefinition {
  readonly properties: { task: unknown };
  anyOf: unknown[];
}

/** Microsoft's schema of pipelines, with these tasks of its own (all 259 compile for seconds) and the one of this repository. */
async function pipelineSchema(used: ReadonlySet<string>): Promise<ValidateFunction> {
  const manifest = JSON.parse(await read("tasks/DatabricksBundle/task.json")) as TaskManifest;
  const names = manifest.inputs.map(({ name }) => name);
  const inputs = {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: ["string", "boolean"] }])),
    additionalProperties: false,
    required: manifest.inputs
      .filter(({ required, defaultValue = "" }) => required === true && defaultValue === "")
      .map(({ name }) => name),
  };
  const schema = schemaOf("azure-pipelines/service-schema.json");
  const { task } = schema["definitions"] as { task: TaskDefinition };
  const known = (task.anyOf as TaskSchema[]).filter(({ properties }) =>
    [...used].some((name) => new RegExp(properties.task.pattern).test(name)),
  );
  const ours = { const: `${manifest.name}@${manifest.version.Major}` };
  task.properties.task = { type: "string" };
  task.anyOf = [...known, { properties: { task: ours, inputs }, required: ["task", "inputs"] }];
  return new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
}

/** To this schema every scalar is a text. */
const SCALARS = { schema: "failsafe" } as const;

/** Code blocks of a page that use a task, or publish what one made; steps alone are a pipeline as they are. */
async function pipelinesOf(page: string): Promise<unknown[]> {
  return (await blocksOf(page))
    .filter(({ text }) => /^ *- (?:task: \w+@\d|publish:)/m.test(text))
    .map(({ text }) => parse(text, SCALARS) as unknown)
    .map((value) => (Array.isArray(value) ? { steps: value as unknown[] } : value));
}

describe("the pipelines of the documentation", () => {
  it("fit Microsoft's schema and the inputs of task.json", async () => {
    const docs = (await readdir(path.join(root, "docs"))).map((page) => `docs/${page}`);
    const pages = ["README.md", "extension/overview.md", ...docs];
    const found = await Promise.all(
      pages.map(async (page) => (await pipelinesOf(page)).map((pipeline) => ({ page, pipeline }))),
    );
    for (const example of [
      "examples/registrar/azure-pipelines.yml",
      "examples/workflows/azure-pipelines.yml",
    ])
      found.push([{ page: example, pipeline: parse(await read(example), SCALARS) as unknown }]);
    const texts = found.flat().map(({ page, pipeline }) => ({ page, text: JSON.stringify(pipeline) }));
    const used = texts.flatMap(({ text }) => text.match(/(?<="task":")[^"]+/g) ?? []);
    const validate = await pipelineSchema(new Set(used));
    for (const { page, text } of texts) {
      assert.ok(validate(JSON.parse(text)), `${page}: ${text}`);
      const [key = ""] = /"(?:target|scriptType|host)":/.exec(text) ?? [];
      if (key === "") continue;
      assert.ok(
        !validate(JSON.parse(text.replace(key, `"x${key.slice(1)}`))),
        `${page}: any input is accepted`,
      );
    }
    const showing = new Set(texts.map(({ page }) => page));
    for (const page of [
      "README.md",
      "extension/overview.md",
      "docs/setup-azure-devops.md",
      "docs/migrate.md",
    ])
      assert.ok(showing.has(page), `${page} shows no pipeline`);
    assert.ok(used.includes("AzureCLI@2") && used.includes("DatabricksBundle@1"));
  });
});
