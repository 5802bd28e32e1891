import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import os from "node:os";
import { DatabricksCli } from "../../../core/cli/cli.ts";
import { GITHUB } from "../../../core/ci/github/dialect.ts";
import { findText } from "../../../core/bundle/find-text.ts";
import { deployedSummary } from "../../../core/cli/deployed-summary.ts";
import { cliEnvironment, type PrivateFolder } from "../../../core/cli/environment.ts";
import { readStateIds } from "../../../core/cli/local-state.ts";
import { makePrivateFolder, removePrivateFolder } from "../../../core/cli/private-folder.ts";
import { createRunProcess, createTerminate } from "../../../core/cli/process.ts";
import { systemClock, systemPlatform } from "../../../core/base/clock-and-platform.ts";
import { realCli } from "../../../sandbox/runner/find-cli.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";
import { accessToken } from "../sandbox/client.ts";
import { metadataService } from "../sandbox/cli.ts";
import { failure, NEVER } from "./cli-printing.ts";
import { inCheckout, type Files } from "../bundle/checkouts.ts";

const BUNDLE = `bundle: { name: lake }
workspace: { root_path: /Workspace/Shared/lake }
include: ["resources/*.yml"]
`;
const JOB = "resources:\n  jobs:\n    nightly:\n      name: nightly\n";

const KINDS = `resources:
  jobs:
    nightly: { name: nightly, description: "\${resources.pipelines.ingest.id}" }
    other: { name: other }
  pipelines:
    ingest: { name: Ingest, catalog: main, schema: lake, libraries: [{ file: { path: ../resources/b.sql } }] }
  schemas:
    lake: { name: lake, catalog_name: main, grants: [{ principal: readers, privileges: [USE_SCHEMA] }] }
  dashboards:
    sales: { display_name: Sales, warehouse_id: abc, serialized_dashboard: "{}" }
`;

/** Of a dashboard the CLI keeps the version beside the id. */
const withoutEtag = (summary: unknown): unknown =>
  JSON.parse(JSON.stringify(summary, (name, value: unknown) => (name === "etag" ? undefined : value)));

const file = await realCli();
describe(`the real CLI, driven${file === undefined ? " (skipped: there is no databricks on PATH)" : ""}`, function () {
  this.timeout(60_000).slow(3_000);
  let sandbox: Sandbox | undefined;
  let tokens: Awaited<ReturnType<typeof metadataService>> | undefined;
  before(async function () {
    if (file === undefined) this.skip();
    sandbox = await startSandbox();
    tokens = await metadataService(await accessToken(sandbox));
  });
  after(async () => {
    await tokens?.stop();
    await sandbox?.stop();
  });

  function inBundle<T>(
    files: Files,
    use: (cli: DatabricksCli, lines: string[], root: string, folder: PrivateFolder) => Promise<T>,
  ): Promise<T> {
    return inCheckout({ "lake/databricks.yml": BUNDLE, ...files }, async (checkout) => {
      const platform = systemPlatform();
      const folder = await makePrivateFolder(os.tmpdir());
      const lines: string[] = [];
      const cli = new DatabricksCli({
        runProcess: createRunProcess(platform),
        terminate: createTerminate({ platform, clock: systemClock, environment: {} }),
        file: file ?? "",
        version: "1.13.0",
        env: cliEnvironment({
          environment: {
            PATH: process.env["PATH"],
            DATABRICKS_RATE_LIMIT: "10000",
            DATABRICKS_TOKEN: "dapi-not-handed-on",
          },
          platform,
          host: sandbox!.workspace.host,
          tokenServiceUrl: tokens!.url,
          variables: {},
          dialect: GITHUB,
          folder,
          product: { name: "test", version: "0" },
        }),
        bundleRoot: `${checkout}/lake`,
        bundlePath: "lake",
        target: "default",
        onLine: (line) => lines.push(line),
        clock: systemClock,
        approved: {
          host: sandbox!.workspace.host,
          workspaceId: sandbox!.workspace.workspaceId,
          accountId: undefined,
        },
        withheld: ["UV_INDEX_URL"],
        principal: "11111111-2222-3333-4444-555555555555",
        onWarning: () => undefined,
        tokensServed: () => tokens!.served(),
        beforeEach: () => Promise.resolve(),
        afterEach: () => Promise.resolve(),
        findText: (texts) => findText(texts, { root: `${checkout}/lake`, checkout, platform }),
        readTimeout: 60_000,
      });
      try {
        return await use(cli, lines, `${checkout}/lake`, folder);
      } finally {
        await removePrivateFolder(folder.root);
      }
    });
  }

  it("plans, deploys, summarises and plans no change; its state stays out of the checkout", () =>
    inBundle({ "lake/resources/a.yml": JOB }, async (cli, lines, root) => {
      const { plan } = await cli.plan(NEVER);
      assert.deepEqual(
        plan.entries.map(({ resource, action }) => [resource, action]),
        [["jobs.nightly", "create"]],
      );
      await cli.deploy({ autoApprove: false });
      assert.ok(lines.some((line) => line.startsWith("Uploading ")));
      const summary = await cli.summary(NEVER);
      assert.equal(summary.jobs[0]?.id, String([...sandbox!.workspace.jobs.all.keys()][0]));
      assert.equal(summary.workspace.statePath, "/Workspace/Shared/lake/state");
      const again = await cli.plan(NEVER);
      assert.deepEqual(
        again.plan.entries.map(({ action }) => action),
        ["skip"],
      );
      assert.deepEqual((await readdir(root)).sort(), ["databricks.yml", "resources"]);
      await cli.destroy();
      assert.equal(sandbox!.workspace.jobs.all.size, 0);
    }));

  it("leaves a state that says, with the summary before, what a summary after the deployment would say", () =>
    inBundle(
      { "lake/resources/a.yml": KINDS, "lake/resources/b.sql": "select 1\n" },
      async (cli, _lines, root, folder) => {
        const { host, workspaceId } = sandbox!.workspace;
        const agrees = async (): Promise<void> => {
          const before = await cli.summary(NEVER);
          await cli.deploy({ autoApprove: true });
          const ids = await readStateIds(folder, before.target, systemPlatform());
          const after = ids && deployedSummary(before, ids, { host, workspaceId });
          assert.deepEqual(withoutEtag(after), withoutEtag(await cli.summary(NEVER)));
        };
        await agrees();
        assert.equal((await cli.summary(NEVER)).resources.length, 5);
        // Nothing changes; then one goes and one comes.
        await agrees();
        await writeFile(`${root}/resources/a.yml`, KINDS.replace("    other:", "    another:"));
        await agrees();
        await cli.destroy();
      },
    ));

  it("tells the bundle's mistakes with their places", () =>
    inBundle(
      { "lake/resources/a.yml": `${JOB}      nosuchfield: 1\n      description: \${var.nope}\n` },
      async (cli) => {
        const error = await failure(cli.plan(NEVER));
        assert.equal(error.code, "BUNDLE_INVALID");
        assert.match(error.mistakes[0]?.problem ?? "", /nope/);
        assert.deepEqual(error.mistakes[0]?.place, { file: "lake/resources/a.yml", line: 6, column: 20 });
      },
    ));

  it("tells both places of a key that is given twice, and the place of a file that is missing", () =>
    inBundle(
      {
        "lake/resources/a.yml": JOB,
        "lake/resources/b.yml": "resources:\n  pipelines:\n    nightly:\n      name: other\n",
      },
      async (cli, _lines, root) => {
        const error = await failure(cli.plan(NEVER));
        assert.equal(error.code, "BUNDLE_INVALID");
        assert.deepEqual(
          error.mistakes.map(({ place }) => place?.file),
          ["lake/resources/a.yml", "lake/resources/b.yml"],
        );
        assert(!JSON.stringify(error.mistakes).includes(root));
      },
    ));

  it("finds the place of a notebook that is missing", () =>
    inBundle(
      {
        "lake/resources/a.yml": `${JOB}      tasks:\n        - task_key: t\n          notebook_task:\n            notebook_path: ../src/gone.py\n`,
      },
      async (cli) => {
        const error = await failure(cli.plan(NEVER));
        assert.equal(error.code, "BUNDLE_INVALID");
        assert.deepEqual(error.mistakes[0]?.place, { file: "lake/resources/a.yml", line: 8, column: 31 });
      },
    ));

  it("tells its warnings with their places", () =>
    inBundle({ "lake/resources/a.yml": `${JOB}      nosuchfield: 1\n` }, async (cli) => {
      const { diagnostics } = await cli.plan(NEVER);
      assert.deepEqual(
        diagnostics.filter(({ text }) => text.includes("nosuchfield")),
        [
          {
            severity: "warning",
            text: "unknown field: nosuchfield",
            path: "resources.jobs.nightly",
            place: { file: "lake/resources/a.yml", line: 5, column: 7 },
          },
        ],
      );
    }));

  it("tells that a build failed, with its whole output and what it did not get", () =>
    inBundle(
      {
        "lake/resources/a.yml":
          "artifacts:\n  pkg:\n    build: |-\n      echo one; echo; echo 'Error: two'; echo 'Deploying three' >&2; exit 3\n",
      },
      async (cli) => {
        const error = await failure(cli.plan(NEVER));
        assert.equal(error.code, "BUILD_FAILED");
        assert.match(error.details.problem, /artifact `pkg`/);
        assert.equal(error.details.actual, "exit status 3\none\n\nError: two\nDeploying three");
        assert.match(error.details.remedy ?? "", /though set: UV_INDEX_URL; name in `pass-env`/);
      },
    ));

  it("tells that a script of the bundle failed", () =>
    inBundle(
      { "lake/resources/a.yml": "experimental:\n  scripts:\n    prebuild: echo out; echo err >&2; exit 4\n" },
      async (cli) => {
        const error = await failure(cli.plan(NEVER));
        assert.equal(error.code, "BUILD_FAILED");
      },
    ));

  it("tells an answer of the workspace from a mistake of the bundle", () =>
    inBundle({ "lake/resources/a.yml": JOB }, async (cli) => {
      const body = { error_code: "PERMISSION_DENIED", message: "no access to this folder" };
      const refusal = { status: 403, body };
      const rule = { system: "workspace", path: /get-status/, times: Infinity, then: refusal } as const;
      const fault = sandbox!.fault(rule);
      const error = await failure(cli.plan(NEVER));
      fault.remove();
      assert.equal(error.code, "CLI_FAILED");
      assert.match(JSON.stringify(error.mistakes), /no access to this folder/);
    }));
});
