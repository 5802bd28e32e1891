import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { JOB_RUNNER, DEPLOYER, REPORT_RUNNER } from "../../sandbox/defaults.ts";
import { githubClaims } from "../../sandbox/github/claims.ts";
import { CREDENTIAL } from "../../sandbox/job-access.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { root } from "../../scripts/bundle.ts";
import { realCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { builtTask } from "../shells/support/built-task.ts";
import { onPath, runTool, type Run } from "../shells/support/linters.ts";
import { runPages } from "../shells/support/page-commands.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");
const missing = [
  (await realCli()) === undefined && "Databricks CLI",
  (await onPath("jq")) === undefined && "jq",
  (await onPath("curl")) === undefined && "curl",
].filter((name) => name !== false);
const without = missing.length === 0 ? "" : ` (skipped: no ${missing.join(", ")} on PATH)`;

describe("the commands of the documentation, run", function () {
  this.timeout(120_000);

  async function edit(folder: string, change: (text: string) => string): Promise<void> {
    for (const name of await readdir(folder)) {
      if (!name.endsWith(".yml")) continue;
      const file = path.join(folder, name);
      await writeFile(file, change(await readFile(file, "utf8")));
    }
  }

  it(`setup-github.md and access.md, from nothing: deployer, reader, run-as and registrar work${without}`, async function () {
    if (missing.length > 0) this.skip();
    const job: GitHubJob = await startGitHubJob({ bundle: BUNDLE });
    try {
      const { sandbox, checkout } = job;
      const { account, workspace } = sandbox;
      // What the pages do not make: another job's principal. Nothing else of the sandbox's own is used.
      account.addServicePrincipal(REPORT_RUNNER);
      workspace.tokenManagement.restricted = true;
      const set = await runPages(sandbox, ["docs/setup-github.md", "docs/access.md"]);
      const of = (name: string): string => {
        const value = set.get(name) ?? "";
        assert.match(value, /^[\da-f-]{36}$/, name);
        return value;
      };
      // The registrar is in the group that owns the metastore: no command of the page.
      workspace.serviceCredentials.metastoreOwner = of("registrar_client_id");
      await edit(checkout, (text) =>
        text
          .replaceAll(DEPLOYER.applicationId, of("deployer_client_id"))
          .replaceAll(JOB_RUNNER.applicationId, of("runner_client_id"))
          .replace(
            /registrar_client_id: [\da-f-]+/,
            `registrar: apart, registrar_client_id: ${of("registrar_client_id")}`,
          )
          .replace("environment: prod", "event: push"),
      );
      const policy = { "policy-file": "policy.yml" };
      const deployed = await job.step({ "client-id": of("deployer_client_id"), ...policy });
      assert.equal(deployed.exitCode, 0, deployed.log);

      sandbox.github.claims = githubClaims({ environment: "prod-access" });
      const registered = await job.step(
        {
          command: "access",
          "client-id": of("registrar_client_id"),
          "account-id": account.accountId,
          ...policy,
        },
        { env: { PATH: "/nowhere" } },
      );
      assert.equal(registered.exitCode, 0, registered.log);
      assert.match(registered.log, /job-scoped: proven/);
      assert.equal(workspace.serviceCredentials.played(CREDENTIAL, of("runner_client_id")), "vended");

      sandbox.github.setEvent({ event: "pull_request" });
      // As the workflow of the page has it: without the policy, which is for what is on main.
      const planned = await job.step(
        { command: "plan", "client-id": of("reader_client_id") },
        { env: { GITHUB_EVENT_NAME: "pull_request" } },
      );
      assert.equal(planned.exitCode, 0, planned.log);
      assert.match(planned.log, /Plan: 2 unchanged/);
    } finally {
      await job.stop();
    }
  });

  it(`setup-azure-devops.md, 2B: the pipeline's own identity works${without}`, async function () {
    if (missing.length > 0) this.skip();
    const task = await builtTask();
    const job = await startAzureJob({ task });
    try {
      const set = await runPages(job.sandbox, ["docs/setup-azure-devops.md"]);
      const clientId = set.get("deployer_client_id") ?? "";
      const deployed = await job.step({ azureSubscription: "", clientId });
      assert.equal(deployed.exitCode, 0, deployed.log);
    } finally {
      await job.stop();
    }
  });

  it("npm run step plans one's own bundle, for either CI, and says how it is used", async () => {
    const folder = await freshUntilExit("own-bundle");
    await cp(path.resolve(import.meta.dirname, "../../examples/lakehouse-jobs"), folder, { recursive: true });
    await mkdir(path.join(folder, ".git"));
    await edit(folder, (text) =>
      text.replace("root_path:", "host: https://adb-1.2.azuredatabricks.net\n      root_path:"),
    );
    const step = (...args: readonly string[]): Promise<Run> =>
      runTool(process.execPath, ["--import", "tsx", "scripts/step.ts", ...args], root);
    for (const ci of ["github", "azure"]) {
      const ran = await step("plan", "--bundle", folder, "--target", "prod", "--ci", ci);
      assert.equal(ran.code, 0, ran.output);
      assert.match(ran.output, /1 addresses? of workspaces[^]*Plan: 4 to create/);
      assert.ok(!/^(?:::|##vso)/m.test(ran.output), ran.output);
    }
    const wrong = await step("plan", "--bundle", folder, "--target", "nosuch");
    assert.equal(wrong.code, 1);
    assert.match(wrong.output, /error: .*BUNDLE_INVALID[^]*nosuch/);
    const usage = await step("paln", "--bundle", folder);
    assert.equal(usage.code, 3);
    assert.match(usage.output, /npm run step -- </);
  });
});
