import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { JOB_RUNNER, DEPLOYER, REPORT_RUNNER } from "../../sandbox/defaults.ts";
import { githubClaims } from "../../sandbox/github/claims.ts";
import { CREDENTIAL } from "../../sandbox/job-access.ts";
import { realCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { builtTask } from "./support/built-task.ts";
import { pages } from "./support/documents.ts";
import { onPath } from "./support/linters.ts";
import { commandsOf, runPages } from "./support/page-commands.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");
const missing = [
  (await realCli()) === undefined && "Databricks CLI",
  (await onPath("jq")) === undefined && "jq",
  (await onPath("curl")) === undefined && "curl",
].filter((name) => name !== false);
const without = missing.length === 0 ? "" : ` (skipped: no ${missing.join(", ")} on PATH)`;

/** What every block of commands is tried by. */
const TRIED: Readonly<Record<string, string>> = {
  "README.md npm ci && npm run demo": "test/unit/scripts",
  "README.md databricks bundle init": "test/shells/templates.test.ts",
  "README.md npm install --global": "test/full/laptop-command.test.ts",
  "README.md npm ci && npm test": "this run",
  "CONTRIBUTING.md npm ci && npm test": "this run",
  "SECURITY.md gh attestation verify": "nothing: it needs a release on GitHub",
  "docs/cli.md node --import tsx": "test/unit/scripts",
  "docs/environments.md az ad app": "nothing: it needs Entra ID",
  "docs/performance.md npm run bench": "test/unit/bench",
  "docs/scan.md npm install --global": "test/full/laptop-command.test.ts",
  "docs/setup-azure-devops.md npm ci && npm run build": "test/shells/extension.test.ts",
  "docs/templates.md databricks bundle init": "test/shells/templates.test.ts",
  "docs/templates.md databricks auth login": "this file",
  "docs/setup-azure-devops.md databricks service-principals create":
    "nothing: it needs a managed identity of Entra ID",
  "docs/setup-azure-devops.md host=": "this file",
  "docs/setup-github.md host=": "this file",
  "docs/setup-github.md ": "this file",
  "docs/access.md registrar=": "this file",
  "examples/": "the SETUP.md beside it, by test/shells/template-examples.test.ts",
};

describe("the commands of the documentation", function () {
  this.timeout(120_000);

  it("are each tried by something, and those that cannot be are named", async () => {
    const untold: string[] = [];
    for (const page of await pages())
      for (const { where, text } of await commandsOf(page)) {
        const known = Object.keys(TRIED).some((key) => `${page} ${text}`.startsWith(key));
        if (!known) untold.push(`${where}: ${text.split("\n")[0] ?? ""}`);
      }
    assert.deepEqual(untold, []);
  });

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
});
