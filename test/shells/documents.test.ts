import assert from "node:assert/strict";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { allBlocks, filled, pages, workflowOf, yamlOf } from "./support/documents.ts";
import { actionlint, languageService, onPath, zizmor } from "./support/linters.ts";
import { commandsOf } from "./support/page-commands.ts";

const root = path.resolve(import.meta.dirname, "../..");
const linters = { actionlint: await onPath("actionlint"), zizmor: await onPath("zizmor") };
const absent = (name: keyof typeof linters): string =>
  linters[name] === undefined ? ` (skipped: there is no ${name} on PATH)` : "";

/** Every workflow of the pages and examples, by a path as in a repository. */
async function workflows(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const block of await allBlocks()) {
    const text = workflowOf(block);
    if (text !== undefined) found.set(`.github/workflows/${block.where.replace(/[/:]/g, "-")}.yml`, text);
  }
  for (const folder of ["registrar", "workflows"])
    for (const file of await readdir(path.join(root, "examples", folder))) {
      if (!file.startsWith("github")) continue;
      const text = filled(await readFile(path.join(root, "examples", folder, file), "utf8"));
      found.set(`.github/workflows/examples-${folder}-${file}`, text);
    }
  return found;
}

describe("the workflows of the documentation", function () {
  this.timeout(120_000);
  let all: ReadonlyMap<string, string>;
  before(async () => {
    all = await workflows();
  });

  it("are found on the pages that show one", () => {
    const names = [...all.keys()].join("\n");
    for (const page of [
      "README",
      "docs-setup-github",
      "docs-login",
      "docs-scan",
      "docs-audit",
      "docs-environments",
    ])
      assert.ok(names.includes(page), `${page} shows no workflow`);
    assert.ok(all.size >= 12, names);
  });

  it("name inputs that the action has", async () => {
    const manifest = parse(await readFile(path.join(root, "action.yml"), "utf8")) as { inputs: object };
    const used = [...all.values()].flatMap((text) => stepsOf(parse(text)));
    assert.ok(used.length >= 12);
    for (const step of used)
      for (const input of Object.keys(step.with ?? {})) assert.ok(input in manifest.inputs, input);
  });

  it("GitHub's own language service finds nothing", async () => {
    const found = await Promise.all([...all].map(([name, text]) => languageService(name, text)));
    assert.deepEqual(found.flat(), []);
    const [[name, text] = ["", ""]] = all;
    assert.notDeepEqual(await languageService(name, text.replace("runs-on:", "runson:")), []);
  });

  it(`actionlint finds nothing${absent("actionlint")}`, async function () {
    if (linters.actionlint === undefined) this.skip();
    const { code, output } = await actionlint(linters.actionlint, await freshUntilExit("documents"), all);
    assert.deepEqual([code, output], [0, ""]);
  });

  it(`zizmor finds nothing at its strictest${absent("zizmor")}`, async function () {
    if (linters.zizmor === undefined) this.skip();
    const folder = await freshUntilExit("documents");
    for (const [name, text] of all) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    const { code, output } = await zizmor(linters.zizmor, [folder]);
    assert.equal(code, 0, output);
    assert.match(output, /No findings to report/);
  });
});

interface Step {
  readonly uses?: string;
  readonly with?: object;
}

function stepsOf(workflow: unknown): readonly Step[] {
  const { jobs = {} } = workflow as { jobs?: Readonly<Record<string, { steps?: readonly Step[] }>> };
  const steps = Object.values(jobs).flatMap(({ steps: all = [] }) => all);
  return steps.filter(({ uses = "" }) => uses.includes("databricks-secretless"));
}

/** What a block of YAML that is no workflow is, by a schema of ours; undefined for a pipeline, a hook of pre-commit, a bundle. */
function userFileOf(value: object): { readonly schema: string; readonly file: object } | undefined {
  const has = (name: string): boolean => name in value;
  const policy = (part: object): { schema: string; file: object } => ({
    schema: "policy",
    file: { version: 1, rules: [], ...part },
  });
  if (has("exceptions")) return { schema: "secretless-ignore", file: value };
  if (has("version") && has("jobs")) return { schema: "access", file: value };
  if (has("rules") || has("providers") || has("on_denied") || has("scan")) return policy(value);
  if (has("when")) return policy({ rules: [{ name: "part", effect: "allow", ...value }] });
  return undefined;
}

describe("the files of users that the documentation shows", () => {
  it("fit their schemas, and would not with a key more", async () => {
    const ajv = new Ajv2020({ strict: false });
    const seen: string[] = [];
    for (const block of await allBlocks()) {
      const found = userFileOf(yamlOf(block) ?? {});
      if (found === undefined) continue;
      const text = await readFile(path.join(root, `schemas/${found.schema}.schema.json`), "utf8");
      const schema = JSON.parse(text) as { $id: string };
      const check = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
      // A name that is left out with an ellipsis is no mistake of the page.
      const shown = JSON.parse(
        JSON.stringify(found.file).replace(/"\w{8}-…"/g, '"5f8a6d3c-91b2-4e07-8c4d-6a1f0b9e2d75"'),
      ) as object;
      assert.ok(check(shown), `${block.where}: ${JSON.stringify(check.errors?.[0])}`);
      assert.ok(!check({ ...shown, unknown_key: 1 }), block.where);
      seen.push(found.schema);
    }
    assert.deepEqual([...new Set(seen)].sort(), ["access", "policy", "secretless-ignore"]);
  });
});

/** What every block of commands is tried by. */
const TRIED: Readonly<Record<string, string>> = {
  "README.md npm ci && npm run demo": "itself: it ends with 1 if anything is not as it says",
  "README.md npm run step": "test/full/documents-executed.test.ts",
  "README.md databricks bundle init": "test/shells/templates.test.ts",
  "README.md npm install --global": "test/full/laptop-command.test.ts",
  "README.md npm ci && npm test": "this run",
  "CONTRIBUTING.md npm ci && npm test": "this run",
  "SECURITY.md gh attestation verify": "nothing: it needs a release on GitHub",
  "docs/cli.md node --import tsx": "test/unit/cli/install/add-cli-version.test.ts",
  "docs/environments.md az ad app": "nothing: it needs Entra ID",
  "docs/performance.md npm run bench": "nothing: it measures for minutes",
  "docs/scan.md npm install --global": "test/full/laptop-command.test.ts",
  "docs/setup-azure-devops.md npm ci && npm run build": "test/shells/extension.test.ts",
  "docs/templates.md databricks bundle init": "test/shells/templates.test.ts",
  "docs/templates.md databricks auth login": "test/full/documents-executed.test.ts",
  "docs/setup-azure-devops.md databricks service-principals create":
    "nothing: it needs a managed identity of Entra ID",
  "docs/setup-azure-devops.md host=": "test/full/documents-executed.test.ts",
  "docs/setup-github.md host=": "test/full/documents-executed.test.ts",
  "docs/setup-github.md ": "test/full/documents-executed.test.ts",
  "docs/access.md registrar=": "test/full/documents-executed.test.ts",
  "examples/": "the SETUP.md beside it, by test/shells/template-examples.test.ts",
};

describe("the commands of the documentation", () => {
  it("are each tried by something, and those that cannot be are named", async () => {
    const untold: string[] = [];
    for (const page of await pages())
      for (const { where, text } of await commandsOf(page)) {
        const known = Object.keys(TRIED).some((key) => `${page} ${text}`.startsWith(key));
        if (!known) untold.push(`${where}: ${text.split("\n")[0] ?? ""}`);
      }
    assert.deepEqual(untold, []);
  });
});
