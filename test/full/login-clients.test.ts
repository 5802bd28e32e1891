import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { DEPLOYER } from "../../sandbox/defaults.ts";
import { realCli, sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { clientOf } from "../shells/support/clients.ts";
import { findPython, runToEnd, type Finished } from "../../sandbox/runner/python.ts";
import { assertFreshAssertions, assertSucceeded } from "../shells/support/results.ts";
import { scratchFolders } from "../unit/support/scratch.ts";
import { printTable } from "./table.ts";

const CLIENTS = path.join(import.meta.dirname, "clients");
const GO_MODULE = `module later\n\ngo 1.24\n\nrequire github.com/databricks/databricks-sdk-go v0.171.0\n`;
/** Of a client that goes on asking: several lives of a token. */
const SECONDS = "20";

/** Life of the tokens, in milliseconds, and how many of them a single process must have seen the end of. */
const LIFE = 5_000;
const LIVES = 3;

type Variables = Readonly<Record<string, string>>;

describe("clients in later steps, while tokens live for 5 s", function () {
  this.timeout(600_000);
  const freshFolder = scratchFolders();
  const rows: (readonly unknown[])[] = [];
  let job: GitHubJob;
  beforeEach(async () => {
    job = await startGitHubJob({ cli: await sandboxCli(), accessTokenLife: 5, idTokenLife: 5 });
  });
  afterEach(() => job.stop());
  after(() => {
    if (rows.length > 0)
      printTable("clients of a login, tokens of 5 s", ["client", "requests", "exchanges", "refused"], rows);
  });

  /** Runs clients as a later step, and checks that no request of theirs failed. */
  async function login(title: string, later: (variables: Variables) => Promise<unknown>): Promise<void> {
    const result = await job.step(
      { command: "login", target: "" },
      {
        later: async (variables) => {
          await later(variables);
        },
      },
    );
    assertSucceeded(result);
    const own = job.sandbox.requests.filter(
      ({ userAgent }) => !userAgent.startsWith("databricks-secretless"),
    );
    const refused = own.filter(({ status }) => status === 401 || status === 403);
    assert.deepEqual(
      refused.map(({ path: route }) => route),
      [],
    );
    rows.push([title, own.length, assertFreshAssertions(job.sandbox).length, refused.length]);
  }

  function assertRan({ code, output }: Finished): void {
    assert.equal(code, 0, output);
    assert.ok(output.includes(DEPLOYER.applicationId), output);
  }

  it("20 at once, each with its own token", async () => {
    await login("20 at once", async (variables) => {
      const clients = Array.from({ length: 20 }, () => clientOf(variables, []));
      for (const end = Date.now() + 20_000; Date.now() < end;) {
        await Promise.all(clients.map((client) => client.ask()));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
  });

  it("the Databricks CLI", async function () {
    const cli = await realCli();
    if (cli === undefined) this.skip();
    const { output } = await runToEnd(cli, ["version"]);
    await login(output.trim(), async (env) => {
      assertRan(await runToEnd(cli, ["current-user", "me", "-o", "json"], { env }));
      for (const command of [
        ["bundle", "deploy"],
        ["bundle", "summary"],
        ["bundle", "destroy", "--auto-approve"],
      ]) {
        const ran = await runToEnd(cli, [...command, "--target", "prod"], {
          cwd: job.checkout,
          env: { ...env, DATABRICKS_BUNDLE_ENGINE: "direct" },
        });
        assert.equal(ran.code, 0, ran.output);
      }
    });
  });

  it("one process of the Databricks CLI, through several lives of its token", async function () {
    const cli = await realCli();
    if (cli === undefined) this.skip();
    const { sandbox } = job;
    const exchanges = (): number => assertFreshAssertions(sandbox).length;
    await login("databricks bundle deploy, bundle run", async (variables) => {
      // One request a second: the deployment takes as long as it does with many files.
      const env = { ...variables, DATABRICKS_BUNDLE_ENGINE: "direct", DATABRICKS_RATE_LIMIT: "1" };
      sandbox.workspace.runs.script({ runningPolls: 8 });
      for (const command of [["deploy"], ["run", "ingest_orders"]]) {
        const before = exchanges();
        const begun = Date.now();
        const ran = await runToEnd(cli, ["bundle", ...command, "--target", "prod"], {
          cwd: job.checkout,
          env,
        });
        assert.equal(ran.code, 0, ran.output);
        assert.ok(Date.now() - begun > LIVES * LIFE, "it was over too soon to say anything");
        assert.ok(exchanges() - before >= LIVES, ran.output);
      }
    });
  });

  it("databricks-sdk-py", async function () {
    const python = await findPython("import databricks.sdk");
    if (python === undefined) this.skip();
    const { output } = await runToEnd(python, [
      "-c",
      "from databricks.sdk.version import *; print(__version__)",
    ]);
    await login(`databricks-sdk-py ${output.trim()}`, async (env) => {
      assertRan(await runToEnd(python, [path.join(CLIENTS, "later.py"), SECONDS], { env }));
    });
  });

  it("databricks-sdk-go", async function () {
    const folder = await freshFolder("go");
    await writeFile(path.join(folder, "go.mod"), GO_MODULE);
    await copyFile(path.join(CLIENTS, "later.go"), path.join(folder, "main.go"));
    const settings = { GOFLAGS: "-mod=mod", GOSUMDB: "off", CGO_ENABLED: "0" };
    const built = await runToEnd("go", ["build", "-p", "1", "-o", "later", "."], {
      cwd: folder,
      env: settings,
    });
    if (built.code !== 0) this.skip();
    await login("databricks-sdk-go 0.171.0", async (env) => {
      assertRan(await runToEnd(path.join(folder, "later"), [SECONDS], { cwd: folder, env }));
    });
  });
});
