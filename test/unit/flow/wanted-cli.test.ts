import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Flow, usualCli, type PlayCli } from "../support/flow.ts";

describe("the version of the CLI that the bundle wants", () => {
  let flow: Flow;
  let mirror: string;
  beforeEach(async () => {
    flow = await Flow.start();
    mirror = await flow.freshFolder("mirror");
  });
  afterEach(() => flow.stop());

  const edit = async (change: (text: string) => string): Promise<void> => {
    const file = path.join(flow.checkout, "databricks.yml");
    await writeFile(file, change(await readFile(file, "utf8")));
  };
  const want = (constraint: string) =>
    edit((text) => text.replace(/^bundle:\n/m, `bundle:\n  databricks_cli_version: "${constraint}"\n`));
  const onPath =
    (version: string): PlayCli =>
    (command, request) =>
      command === "version -o json"
        ? { stdout: JSON.stringify({ Version: version }) }
        : usualCli({})(command, request);
  const plan = (version: string, inputs = {}) =>
    flow.run({ command: "plan", "cli-mirror": mirror, ...inputs }, onPath(version));

  it("is installed in place of another one on PATH, from the pinned ones alone", async () => {
    await want(">= 1.10.0, < 1.12.0");
    assert.equal(await plan("1.13.0"), 1);
    assert.match(flow.error, /^CLI_DOWNLOAD_FAILED: [^]*_1\.11\.0_linux/);
    assert.match(
      flow.ci.log.join("\n"),
      /wants the Databricks CLI >= 1\.10\.0, < 1\.12\.0, and \S+ is 1\.13\.0: 1\.11\.0 is installed/,
    );
  });

  it("is the one on PATH where it fits, or where none that is pinned does", async () => {
    await want(">= 1.13.0");
    assert.equal(await plan("1.13.0"), 0, flow.error);
    await want("1.13.*");
    assert.equal(await plan("1.9.0"), 0, flow.error);
  });

  it("is not asked for where `cli-version` says it", async () => {
    await want("1.11.0");
    assert.equal(await plan("1.13.0", { "cli-version": "1.9.0" }), 1);
    assert.match(flow.error, /_1\.9\.0_linux/);
  });

  it("is the default where nothing is said and none is on PATH", async () => {
    const ports = { environment: { PATH: "/nowhere" } };
    assert.equal(await flow.run({ command: "plan", "cli-mirror": mirror }, usualCli({}), { ports }), 1);
    assert.match(flow.error, /_1\.12\.1_linux/);
  });
});

describe("the workspace's ID in the bundle", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  const deployTo = async (id: string): Promise<number> => {
    const file = path.join(flow.checkout, "databricks.yml");
    const host = `${flow.sandbox.workspace.host}/?o=${id}`;
    const target = /^targets:[^]*$/m;
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(target, `targets:\n  prod:\n    workspace:\n      host: ${host}\n`));
    return flow.run({ command: "plan" }, usualCli({}));
  };

  it("is accepted where the workspace says the same of itself", async () => {
    assert.equal(await deployTo(flow.sandbox.workspace.workspaceId), 0, flow.error);
  });

  it("is refused where it is another", async () => {
    assert.equal(await deployTo("5"), 1);
    assert.match(flow.error, /^HOST_NOT_APPROVED: [^]*is not the approved one/);
  });

  it("is not started again once it was replaced", async () => {
    const replaced: PlayCli = async (command, request) => {
      if (command === "plan -o json") await writeFile(request.file, "#!/bin/sh\n");
      return usualCli({})(command, request);
    };
    assert.equal(await flow.run({}, replaced), 1);
    assert.match(flow.error, /^CLI_HASH_MISMATCH: The Databricks CLI was replaced or changed while/);
    assert.deepEqual(flow.commands, ["version -o json", "plan -o json"]);
  });
});
