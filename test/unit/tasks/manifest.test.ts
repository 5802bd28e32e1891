import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { Ajv } from "ajv";
import { COMMANDS } from "../../../core/base/commands.ts";
import { EXCHANGES } from "../../../core/base/exchanges.ts";
import { SCAN_MODES } from "../../../core/ci/inputs/table.ts";
import { taskVersion } from "../../../scripts/extension.ts";
import { schemaOf } from "../../fixtures/schemas.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const read = (file: string): Promise<string> => readFile(path.join(root, file), "utf8");

interface TaskInput {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly required?: boolean;
  readonly defaultValue?: string;
  readonly groupName?: string;
  readonly visibleRule?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly helpMarkDown: string;
}
type Handlers = Readonly<Record<string, { readonly target: string }>>;
interface TaskManifest {
  readonly id: string;
  readonly name: string;
  readonly friendlyName: string;
  readonly version: { readonly Major: number; readonly Minor: number; readonly Patch: number };
  readonly groups: readonly { readonly name: string }[];
  readonly inputs: readonly TaskInput[];
  readonly outputVariables: readonly { readonly name: string; readonly description: string }[];
  readonly restrictions: { readonly settableVariables: { readonly allowed: readonly string[] } };
  readonly instanceNameFormat: string;
  readonly execution: Handlers;
  readonly postjobexecution: Handlers;
}
interface ExtensionManifest {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly publisher: string;
  readonly id: string;
  readonly categories: readonly string[];
  readonly scopes: readonly string[];
  readonly targets: readonly { readonly id: string }[];
  readonly contributions: readonly {
    readonly type: string;
    readonly properties: { readonly name: string };
  }[];
}

const task = async (): Promise<TaskManifest> =>
  JSON.parse(await read("tasks/DatabricksBundle/task.json")) as TaskManifest;
const extension = async (): Promise<ExtensionManifest> =>
  JSON.parse(await read("vss-extension.json")) as ExtensionManifest;
describe("task.json", () => {
  it("fits Microsoft's schema", async () => {
    const schema = schemaOf("azure-pipelines-task/tasks.schema.json");
    const validate = new Ajv({ strict: false, unicodeRegExp: false }).compile(schema);
    const manifest = await task();
    assert.ok(validate(manifest), JSON.stringify(validate.errors));
    assert.ok(!validate({ ...manifest, surprise: 1 }));
    assert.ok(!validate({ ...manifest, category: "Databricks" }));
  });

  it("keeps its identity for ever", async () => {
    const { id, name, version } = await task();
    assert.equal(id, "7e1c4a52-9d3b-4f60-8a17-c5b2e8d06f94");
    assert.equal(name, "DatabricksBundle");
    assert.equal(version.Major, 1);
  });

  it("keeps the limits that tfx only warns of", async () => {
    const { friendlyName, inputs, groups, instanceNameFormat } = await task();
    assert.ok(friendlyName.length <= 40);
    for (const { name, helpMarkDown, label, groupName, type } of inputs) {
      assert.match(name, /^[A-Za-z][A-Za-z0-9]*$/);
      assert.ok(helpMarkDown.length > 0 && label.length > 0, name);
      assert.ok(groupName === undefined || groups.some((group) => group.name === groupName), name);
      // An empty filePath arrives as the folder of the sources.
      assert.notEqual(type, "filePath");
    }
    const names = inputs.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    const rules = inputs.flatMap(({ visibleRule = "" }) => /^(\w+) = /.exec(visibleRule)?.[1] ?? []);
    const macros = [...instanceNameFormat.matchAll(/\$\((\w+)\)/g)].map(([, name = ""]) => name);
    for (const name of [...rules, ...macros]) assert.ok(names.includes(name), name);
  });

  it("asks for the identity in either of two ways, and offers the choices that there are", async () => {
    const inputs = new Map((await task()).inputs.map((input) => [input.name, input]));
    assert.equal(inputs.get("azureSubscription")?.type, "connectedService:AzureRM");
    // The connection may stand for the client ID, and the default of the exchange depends on whether there is one.
    assert.equal(inputs.get("clientId")?.required, undefined);
    assert.equal(inputs.get("exchange")?.defaultValue, undefined);
    const required = [...inputs.values()].filter((input) => input.required).map(({ name }) => name);
    assert.deepEqual(required, ["command", "host"]);
    const names = (rows: readonly { readonly name: string }[]): string[] => rows.map(({ name }) => name);
    assert.deepEqual(Object.keys(inputs.get("command")?.options ?? {}), names(COMMANDS));
    assert.deepEqual(Object.keys(inputs.get("exchange")?.options ?? {}), names(EXCHANGES));
    assert.deepEqual(Object.keys(inputs.get("scan")?.options ?? {}), SCAN_MODES);
  });

  it("shows each input for the commands that it is for", async () => {
    const of = (commands: string, ...names: string[]): Record<string, string> =>
      Object.fromEntries(names.map((name) => [name, commands.replace(/\w+/g, "command = $&")]));
    const rules = (await task()).inputs.map(({ name, visibleRule }) => [name, visibleRule] as const);
    assert.deepEqual(Object.fromEntries(rules.filter(([, rule]) => rule !== undefined)), {
      tenantId: "exchange = entra",
      ...of("deploy || destroy", "autoApprove"),
      ...of("deploy || plan || destroy || access", "accessFile", "policyFile"),
      variablesFile: "command != login",
      ...of("login", "loginTimeout"),
      ...of("run", "resource", "runParameters", "wait", "restart", "only"),
      ...of("run", "pythonParams", "pythonNamedParams", "jarParams", "notebookParams", "sqlParams"),
      ...of("run", "sparkSubmitParams", "pipelineParams", "dbtCommands"),
      ...of("run", "refresh", "refreshAll", "fullRefresh", "fullRefreshAll", "validateOnly"),
      ...of("deploy", "failOnActiveRuns"),
      ...of("deploy || plan", "scan", "sarifFile", "select"),
    });
  });

  it("may set its own outputs, and no other variables", async () => {
    const { outputVariables, restrictions } = await task();
    const names = outputVariables.map(({ name }) => name);
    assert.ok(names.includes("workspaceUrl"));
    const ofLogin = [
      ...["DATABRICKS_HOST", "DATABRICKS_AUTH_TYPE", "DATABRICKS_METADATA_SERVICE_URL"],
      ...["DATABRICKS_WORKSPACE_ID", "NO_PROXY"],
    ];
    assert.deepEqual(restrictions.settableVariables.allowed, [...names, ...ofLogin, "secretless.*"]);
  });

  it("runs with Node 20 and Node 24, main and post-job", async () => {
    const { execution, postjobexecution } = await task();
    const targets = (handlers: Handlers): string[] =>
      Object.entries(handlers).map(([handler, { target }]) => `${handler} ${target}`);
    assert.deepEqual(targets(execution), ["Node24 main.js", "Node20_1 main.js"]);
    assert.deepEqual(targets(postjobexecution), ["Node24 post.js", "Node20_1 post.js"]);
  });
});

describe("vss-extension.json", () => {
  it("says what it is, and asks for nothing", async () => {
    const { name, description, scopes, targets, categories, contributions } = await extension();
    assert.match(name, / for Databricks$/);
    assert.match(description, /No product of Databricks, Inc\.$/);
    assert.ok(description.length <= 200);
    assert.deepEqual(scopes, []);
    assert.deepEqual(targets, [{ id: "Microsoft.VisualStudio.Services.Cloud" }]);
    assert.deepEqual(categories, ["Azure Pipelines"]);
    assert.deepEqual(
      contributions.map(({ type, properties }) => [type, properties.name]),
      [["ms.vss-distributed-task.task", "DatabricksBundle"]],
    );
    assert.match(await read("extension/overview.md"), /no product of Databricks, Inc\./);
  });

  it("has the version of the package, and the task one that rises with it", async () => {
    const { version } = await extension();
    assert.equal(version, (JSON.parse(await read("package.json")) as { version: string }).version);
    assert.deepEqual((await task()).version, taskVersion(version));
    const rising = ["0.1.0", "0.1.1", "0.2.0", "0.999.9", "1.0.0", "1.0.1", "12.3.4"].map(taskVersion);
    const order = rising.map(({ Minor, Patch }) => Minor * 1_000_000 + Patch);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(order).size, order.length);
    assert.throws(() => taskVersion("1.2"), /not a version/);
  });

  it("has icons of the sizes that Azure DevOps wants", async () => {
    for (const [file, size] of [
      ["extension/icon.png", 128],
      ["tasks/DatabricksBundle/icon.png", 32],
    ] as const) {
      const png = await readFile(path.join(root, file));
      assert.equal(png.toString("latin1", 1, 4), "PNG");
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [size, size]);
    }
  });
});
