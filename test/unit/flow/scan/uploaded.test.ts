import assert from "node:assert/strict";
import { appendFile, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ProcessRequest } from "../../../../core/base/ports.ts";
import { PAT } from "../../support/memory-tree.ts";
import { SUMMARY, usualCli, type Flow, type PlayCli, type Played } from "../../support/flow.ts";
import { annotated, startScanFlow, writeIn } from "../../support/scan-flow.ts";

const FILES = "/Workspace/Shared/lake/files";
const ARTIFACTS = "/Workspace/Shared/lake/artifacts";

const nothing = (): Promise<undefined> => Promise.resolve(undefined);

describe("what a deployment has uploaded", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await startScanFlow();
  });
  afterEach(() => flow.stop());

  /** A CLI with this summary that does `during` while it deploys. */
  function cli(more: object, during: (request: ProcessRequest) => Promise<Played | undefined>): PlayCli {
    const summary = JSON.parse(SUMMARY) as { workspace: object };
    const workspace = { ...summary.workspace, file_path: FILES, artifact_path: ARTIFACTS };
    return async (command, request) => {
      if (command === "summary -o json")
        return { stdout: JSON.stringify({ ...summary, workspace, ...more }) };
      return (command === "deploy" && (await during(request))) || usualCli({})(command, request);
    };
  }
  const put = (file: string, content: string): void => {
    flow.sandbox.workspace.files.mkdirs(path.posix.dirname(file));
    flow.sandbox.workspace.files.importFile(file, Buffer.from(content), true);
  };
  const list = async (
    { env }: ProcessRequest,
    names: Readonly<Record<string, string>>,
  ): Promise<undefined> => {
    const folder = path.join(env["DATABRICKS_BUNDLE_TMP"] ?? "", "prod", "sync-snapshots");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "1.json"), JSON.stringify({ local_to_remote_names: names }));
    return undefined;
  };
  const exported = (): string[] =>
    flow.sandbox.requests
      .filter(({ path: route }) => route === "/api/2.0/workspace/export")
      .map(({ query }) => String(query["path"]))
      .filter((file) => !file.startsWith("/Workspace/Shared/lake/state/"));

  it("is not asked for where it is here, as it was scanned", async () => {
    const names = { "databricks.yml": "databricks.yml" };
    assert.equal(
      await flow.run(
        {},
        cli({}, (request) => list(request, names)),
      ),
      0,
      flow.error,
    );
    assert.deepEqual(exported(), []);
    assert.doesNotMatch(flow.ci.log.join("\n"), /otherwise/);
  });

  it("is scanned where the list names a file that nothing selected", async () => {
    await writeIn(flow, ".gitignore", "odd/\n");
    await writeIn(flow, "odd/a.py", `t = "${PAT}"`);
    assert.equal(
      await flow.run(
        {},
        cli({}, (request) => list(request, { "odd/a.py": "odd/a.py" })),
      ),
      1,
    );
    assert.match(flow.error, /^CREDENTIAL_UPLOADED: [^]*odd\/a\.py:1:6/);
    assert.ok(flow.ci.outputs.has("jobs"), "what was deployed is told all the same");
  });

  it("is read back where it is gone", async () => {
    put(`${FILES}/gone.py`, `t = "${PAT}"`);
    assert.equal(
      await flow.run(
        {},
        cli({}, (request) => list(request, { "gone.py": "gone.py" })),
      ),
      1,
    );
    assert.match(flow.error, /^CREDENTIAL_UPLOADED: [^]*\/Workspace\/Shared\/lake\/files\/gone\.py:1:6/);
    assert.equal(
      await flow.run(
        { scan: "warn" },
        cli({}, (request) => list(request, { "gone.py": "gone.py" })),
      ),
      0,
    );
    assert.match(
      annotated(flow, "warning")
        .map(({ text }) => text)
        .join("\n"),
      /personal access token/,
    );
  });

  it("is read back where code of the bundle ran, whatever is here by then", async () => {
    put(`${FILES}/databricks.yml`, `t: ${PAT}`);
    for (const more of [
      { experimental: { scripts: { postdeploy: "x" } } },
      { artifacts: { a: { build: "x" } } },
      { python: { mutators: ["x"] } },
    ]) {
      const deploy = (request: ProcessRequest): Promise<undefined> =>
        list(request, { "databricks.yml": "databricks.yml" });
      assert.equal(await flow.run({}, cli(more, deploy)), 1);
      assert.match(flow.error, /^CREDENTIAL_UPLOADED: [^]*databricks\.yml:1:4/);
    }
  });

  it("is what the workspace has where code of the bundle ran, whatever the list says", async () => {
    put(`${FILES}/src/deep/unlisted.py`, `t = "${PAT}"`);
    const deploy = (request: ProcessRequest): Promise<undefined> => list(request, {});
    assert.equal(await flow.run({}, cli({}, deploy)), 0, flow.error);
    assert.equal(await flow.run({}, cli({ experimental: { scripts: { postdeploy: "x" } } }, deploy)), 1);
    assert.match(flow.error, /^CREDENTIAL_UPLOADED: [^]*src\/deep\/unlisted\.py/);
  });

  it("is what the workspace has where code ran that has taken itself out of the bundle", async () => {
    await appendFile(
      path.join(flow.checkout, "databricks.yml"),
      "\nexperimental: { scripts: { preinit: x } }\n",
    );
    put(`${FILES}/src/swapped.py`, `t = "${PAT}"`);
    assert.equal(
      await flow.run(
        {},
        cli({}, (request) => list(request, {})),
      ),
      1,
    );
    assert.match(flow.error, /^CREDENTIAL_UPLOADED: [^]*src\/swapped\.py/);
  });

  it("is what is here where the workspace does not hand it out, as it does no more than 10 MB, and that is told", async () => {
    const scripts = { experimental: { scripts: { postdeploy: "x" } } };
    put(`${FILES}/databricks.yml`, " ".repeat((10 << 20) + 1));
    const deploy = (request: ProcessRequest): Promise<undefined> =>
      list(request, { "databricks.yml": "databricks.yml" });
    assert.equal(await flow.run({}, cli(scripts, deploy)), 0, flow.error);
    assert.match(flow.ci.log.join("\n"), /does not hand these out[^\n]*: databricks\.yml/);
  });

  it("is not uploaded as one archive where code may change it on the way", async () => {
    const experimental = { immutable_folder: true, scripts: { prebuild: "x" } };
    assert.equal(await flow.run({}, cli({ experimental }, nothing)), 1);
    assert.match(flow.error, /^SCAN_INCOMPLETE: [^]*immutable_folder[^]*Nothing was uploaded/);
    assert.ok(!flow.commands.includes("deploy"));
  });

  it("is read back where an artifact has a name that none has here", async () => {
    await writeIn(flow, "lib.bin", "a");
    const artifacts = { a: { files: [{ source: path.join(flow.checkout, "lib.bin") }] } };
    put(`${ARTIFACTS}/.internal/lib.bin`, "a");
    assert.equal(await flow.run({}, cli({ artifacts }, nothing)), 0, flow.error);
    assert.deepEqual(exported(), []);
    put(`${ARTIFACTS}/.internal/other.bin`, `t = "${PAT}"`);
    assert.equal(await flow.run({}, cli({ artifacts }, nothing)), 1);
    assert.match(flow.error, /^CREDENTIAL_UPLOADED: [^]*\.internal\/other\.bin/);
  });

  it("ends the run where it is gone here and cannot be read back", async () => {
    const gone = cli({}, (request) => list(request, { "gone.py": "gone.py" }));
    assert.equal(await flow.run({}, gone), 1);
    assert.match(flow.error, /^SCAN_INCOMPLETE: [^]*in the workspace already[^]*cannot be read back/);
    assert.equal(await flow.run({ scan: "warn" }, gone), 0, flow.error);
    assert.match(flow.ci.summaryText, /cannot be read back from the workspace/);
  });

  it("is looked at after a deployment that has failed, too", async () => {
    await writeIn(flow, ".gitignore", "odd/\n");
    await writeIn(flow, "odd/a.py", `t = "${PAT}"`);
    const fails = async (request: ProcessRequest): Promise<Played> => {
      await list(request, { "odd/a.py": "odd/a.py" });
      return { code: 1, stderr: "Error: no such cluster\n" };
    };
    assert.equal(await flow.run({}, cli({}, fails)), 1);
    assert.match(flow.error, /^CREDENTIAL_UPLOADED: [^]*DEPLOY_FAILED: [^]*no such cluster/);
    await rm(path.join(flow.checkout, "odd"), { recursive: true });
    assert.equal(
      await flow.run(
        {},
        cli({}, () => Promise.resolve({ code: 1, stderr: "Error: x\n" })),
      ),
      1,
    );
    assert.match(flow.error, /^DEPLOY_FAILED: /);
  });

  it("is unknown where the CLI left no list, and that stops the run", async () => {
    const without = (): Promise<Played> => Promise.resolve({ leavesNoList: true });
    assert.equal(await flow.run({}, cli({}, without)), 1);
    assert.match(flow.error, /^SCAN_INCOMPLETE: [^]*left no list/);
    assert.equal(await flow.run({ scan: "warn" }, cli({}, without)), 0, flow.error);
    assert.equal(
      await flow.run({}, cli({ experimental: { immutable_folder: true } }, without)),
      0,
      flow.error,
    );
    assert.equal(await flow.run({}, cli({ sync: { paths: [] } }, without)), 0, flow.error);
  });

  it("is never uploaded where it is not known before, or leads out of the checkout", async () => {
    for (const sync of [undefined, { paths: "x" }, { paths: ["gone"], include: ["x"] }]) {
      assert.equal(await flow.run({}, cli({ sync }, nothing)), 1);
      assert.match(flow.error, /^SCAN_INCOMPLETE: [^]*Nothing was uploaded/);
      assert.ok(!flow.commands.includes("deploy"));
    }
    const outside = await flow.freshFolder("outside");
    await writeFile(path.join(outside, "a.py"), `t = "${PAT}"`);
    await symlink(outside, path.join(flow.checkout, "lnk"));
    const file = path.join(outside, "a.py");
    for (const more of [{ sync: { paths: ["lnk"] } }, { artifacts: { a: { files: [{ source: file }] } } }]) {
      assert.equal(await flow.run({}, cli(more, nothing)), 1);
      assert.match(flow.error, /^BUNDLE_INVALID: [^]*leads out of the repository's checkout/);
      assert.doesNotMatch(flow.error, /dapi/);
    }
    await appendFile(path.join(flow.checkout, "databricks.yml"), "\nsync: { paths: [., lnk] }\n");
    assert.equal(await flow.run({}, cli({}, nothing)), 1);
    assert.match(flow.error, /^BUNDLE_INVALID: [^]*sync\.paths/);
    assert.equal(flow.commands.at(-1), "version -o json", "it stops before the plan");
    assert.equal(annotated(flow, "error").at(-1)?.place?.file, "databricks.yml");
  });
});
