import assert from "node:assert/strict";
import { appendFile, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ProcessRequest } from "../../core/base/ports.ts";
import { Flow, usualCli, type PlayCli } from "./support/flow.ts";

describe("what the inputs say is what the CLI gets", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  const overrides = (): string => path.join(flow.checkout, ".databricks/bundle/prod/variable-overrides.json");
  const declare = (): Promise<void> =>
    appendFile(
      path.join(flow.checkout, "resources/orders.yml"),
      "\nvariables:\n  note: { default: none }\n  clusters: { type: complex, default: [] }\n",
    );
  /** Notes what the CLI would read of complex variables at each command. */
  const reading = (seen: string[]): PlayCli => {
    const usual = usualCli({});
    return async (command, request: ProcessRequest) => {
      if (command !== "version -o json") seen.push(await readFile(overrides(), "utf8").catch(() => "none"));
      return usual(command, request);
    };
  };

  it("values of several lines, and complex ones, which are in the checkout at no time", async () => {
    await declare();
    await writeFile(
      path.join(flow.checkout, "values.yml"),
      "note: |\n  one\n  two = 2\ncatalog: 1.10\nclusters: [{ version: '1.10', workers: 2 }]\n",
    );
    const seen: string[] = [];
    const given = { command: "plan", "variables-file": "values.yml", variables: "catalog=dev" };
    assert.equal(await flow.run(given, reading(seen)), 0, flow.error);
    const env = flow.requests.at(-1)?.env ?? {};
    assert.deepEqual([env["BUNDLE_VAR_note"], env["BUNDLE_VAR_catalog"]], ["one\ntwo = 2\n", "dev"]);
    assert.deepEqual(
      [...new Set(seen)].map((text) => JSON.parse(text) as unknown),
      [{ clusters: [{ version: "1.10", workers: 2 }] }],
    );
    assert.ok(!(await readdir(flow.checkout)).includes(".databricks"), "nothing is left");
  });

  it("a link that an ended run has left is taken away; a file that was committed is refused", async () => {
    await declare();
    await writeFile(path.join(flow.checkout, "values.yml"), "clusters: [1]\n");
    await mkdir(path.dirname(overrides()), { recursive: true });
    await symlink("/gone/variable-overrides.json", overrides());
    const given = { command: "plan", "variables-file": "values.yml" };
    assert.equal(await flow.run(given, usualCli({})), 0, flow.error);
    await writeFile(overrides(), "{}");
    assert.equal(await flow.run(given, usualCli({})), 1);
    assert.match(flow.error, /^INPUT_INVALID: .*variable-overrides\.json is in the way/);
    assert.equal(await readFile(overrides(), "utf8"), "{}");
  });

  it("a link in place of .databricks leads nowhere out of the checkout", async () => {
    await declare();
    await writeFile(path.join(flow.checkout, "values.yml"), "clusters: [1]\n");
    const outside = await flow.freshFolder("outside");
    await symlink(outside, path.join(flow.checkout, ".databricks"));
    assert.equal(await flow.run({ command: "plan", "variables-file": "values.yml" }, usualCli({})), 1);
    assert.match(flow.error, /^INPUT_INVALID: .*\.databricks is in the way, it is no folder/);
    assert.deepEqual(await readdir(outside), []);
  });

  it("warns of BUNDLE_VAR_… that the bundle does not declare, and says no value", async () => {
    const environment = { PATH: "/nowhere", BUNDLE_VAR_catlog: "hunter2", BUNDLE_VAR_catalog: "main" };
    await flow.run({ command: "plan" }, usualCli({}), { ports: { environment } });
    const warnings = flow.ci.annotations.map(({ text }) => text).join("\n");
    assert.match(warnings, /BUNDLE_VAR_catlog, and this bundle declares no such variable/);
    assert.ok(!warnings.includes("hunter2"));
  });

  it("a temporary folder that cannot be written is told as that, and nothing is asked for", async () => {
    const file = path.join(flow.temp, "file");
    await writeFile(file, "");
    assert.equal(await flow.run({}, usualCli({}), { context: { tempFolder: path.join(file, "temp") } }), 1);
    assert.match(flow.error, /^TEMP_FOLDER_UNUSABLE: [^]*found: .*ENOTDIR[^]*RUNNER_TEMP/);
    assert.deepEqual(flow.commands, []);
  });

  it("begins its log with five lines: product, workspace, principal, subject, CLI; then what the environment decides", async () => {
    const environment = { PATH: path.join(flow.checkout, "none"), DATABRICKS_BUNDLE_ENV: "prod" };
    await flow.run({ command: "plan" }, usualCli({}));
    const first = flow.ci.log.slice(0, 5).map((line) => line.slice(0, line.indexOf(":")));
    assert.deepEqual(first, ["Product", "Workspace", "Principal", "Subject", "CLI"]);
    assert.match(flow.ci.log[0] ?? "", /^Product: databricks-secretless \d+\.\d+\.\d+$/);
    assert.match(flow.ci.log[3] ?? "", /^Subject: repo:/);
    await flow.run({ command: "login", target: "" }, usualCli({}), { ports: { environment } });
    assert.ok(!flow.ci.log.join("\n").includes("DATABRICKS_BUNDLE_ENV"), "login has no bundle");
  });

  it("takes the target of the job's environment where the input is left out, and says so", async () => {
    const given = { command: "access", target: "" } as const;
    await flow.run(given, usualCli({}), {
      ports: { environment: { PATH: "", DATABRICKS_BUNDLE_ENV: "prod" } },
    });
    assert.match(flow.ci.log.join("\n"), /DATABRICKS_BUNDLE_ENV of the job's environment counts/);
    await flow.run({ target: "prod" }, usualCli({}), {
      ports: { environment: { PATH: "", DATABRICKS_BUNDLE_ENV: "dev" } },
    });
    assert.match(flow.error, /^INPUT_INVALID: [^]*`DATABRICKS_BUNDLE_ENV`[^]*wanted: prod[^]*found: dev/);
  });
});
