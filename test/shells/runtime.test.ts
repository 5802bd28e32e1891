import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { MANIFEST_FILE, renderManifest } from "../../core/access/manifest.ts";
import { AZURE_DEPLOYER, CONNECTION, JOB_RUNNER, REPORT_RUNNER } from "../../sandbox/defaults.ts";
import { CREDENTIAL, prepareJobAccess, purposes } from "../../sandbox/job-access.ts";
import { playJob } from "../../sandbox/played-job.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import { findPython, runToEnd, RUNTIME, type Finished } from "../../sandbox/runner/python.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { startSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { builtTask } from "./support/built-task.ts";

describe("the runtime package (its tests need Python 3.10 or later with pytest)", function () {
  this.timeout(600_000);

  it("its own tests pass, against the vendors' clients that are there", async function () {
    const python = await findPython("import pytest");
    if (python === undefined) return this.skip();
    const scratch = await freshUntilExit("pytest");
    const env = { TMPDIR: scratch, TEMP: scratch, HOME: scratch, USERPROFILE: scratch };
    const { code, output } = await runToEnd(python, ["-m", "pytest", "-q"], { env });
    const counts = /^\d+ (?:passed|failed).*$/m.exec(output)?.[0];
    console.log(`pytest of runtime/: ${counts ?? "no counts"}`);
    for (const [line] of output.matchAll(/^SKIPPED .*$/gm)) console.log(`pytest ${line.toLowerCase()}`);
    assert.equal(code, 0, output);
    assert.match(counts ?? "", /^[1-9]\d* passed/);
  });
});

const LACKS = "(needs Python 3.10 or later)";
const PLAYED = path.resolve(import.meta.dirname, "../../sandbox/python");

describe(`a played job that uses the runtime package ${LACKS}`, function () {
  this.timeout(60_000);
  let python: string;
  let sandbox: Sandbox;
  let folder: string;

  before(async function () {
    const found = await findPython();
    if (found === undefined) return this.skip();
    python = found;
  });
  beforeEach(async () => {
    sandbox = await startSandbox();
    prepareJobAccess(sandbox);
    folder = await freshUntilExit("played-job");
    await cp(path.join(import.meta.dirname, "support/reach_services.py"), path.join(folder, "job.py"));
    const purpose = "read-hr-directory";
    const granted = { purpose, kind: "unity_catalog_credential", credential: CREDENTIAL } as const;
    const text = renderManifest({
      bundle: "job-access",
      target: "prod",
      workspace: sandbox.workspaceUrl,
      jobs: [{ key: "nightly_ingest", id: "1", runAs: JOB_RUNNER.applicationId, purposes: [granted] }],
    });
    await writeFile(path.join(folder, MANIFEST_FILE), text);
  });
  afterEach(() => sandbox.stop());

  const play = (applicationId: string): Promise<Finished> => {
    const token = `sandbox-session-${randomUUID()}`;
    sandbox.tokens.accept(token, applicationId, Date.now() + 600_000);
    return runToEnd(
      python,
      [path.join(PLAYED, "play.py"), path.join(folder, "job.py"), `services=${sandbox.services.url}`],
      {
        cwd: folder,
        env: {
          PYTHONPATH: [path.join(RUNTIME, "src"), PLAYED].join(path.delimiter),
          DATABRICKS_RUNTIME_VERSION: "16.4",
          SANDBOX_WORKSPACE: sandbox.workspaceUrl,
          SANDBOX_TOKEN: token,
          EXPECTED_SECRET: sandbox.services.secrets.get("orders-db") ?? "",
        },
      },
    );
  };

  it("the granted job reaches each service with a token of its own, and can print none; another principal is refused", async () => {
    sandbox.workspace.serviceCredentials.grant(CREDENTIAL, JOB_RUNNER.applicationId);
    const granted = await play(JOB_RUNNER.applicationId);
    assert.deepEqual(granted.output.trimEnd().split(/\r?\n/), [
      "token [REDACTED] [REDACTED] of 56 characters",
      "users 2",
      "secret [REDACTED] [REDACTED] True",
      "model hello",
      "accounts 1",
      "for another service: 401",
    ]);
    // One a service, and for Graph's once more: the vault refuses it, which is answered with a new one.
    assert.equal(sandbox.workspace.serviceCredentials.vends, 5);
    const refused = await play(REPORT_RUNNER.applicationId);
    assert.match(refused.output, /^CREDENTIAL_REFUSED: Job "nightly_ingest" .*access\.yml/);
    for (const secret of sandbox.handedOut) assert.ok(!`${granted.output}${refused.output}`.includes(secret));
  });

  it("a job whose access was withdrawn is refused at its next token", async () => {
    const refused = await play(JOB_RUNNER.applicationId);
    assert.match(refused.output, new RegExp(`CREDENTIAL_REFUSED: .*${JOB_RUNNER.applicationId}.*no ACCESS`));
  });
});

describe(`the code of examples/job-access, as it was deployed ${LACKS}`, function () {
  this.timeout(120_000);
  const bundle = path.resolve(import.meta.dirname, "../../examples/job-access");
  let python: string;
  before(async function () {
    const found = await findPython();
    if (found === undefined) return this.skip();
    python = found;
  });
  const ingest = (sandbox: Sandbox): Promise<Finished> =>
    playJob(python, sandbox, "nightly-ingest", { graph: sandbox.services.url });
  const letsOneIn = async (sandbox: Sandbox): Promise<void> => {
    assert.equal((await ingest(sandbox)).output.trim(), "2 people in the directory");
    const report = await playJob(python, sandbox, "daily-report");
    assert.equal(report.output.trim(), "daily report without the directory: CREDENTIAL_REFUSED");
  };

  it("through the action: the granted job gets in, the other does not, and none after the withdrawal", async () => {
    const job = await startGitHubJob({ bundle });
    try {
      prepareJobAccess(job.sandbox);
      const deploy = async (): Promise<void> => {
        const result = await job.step({ "policy-file": "policy.yml" });
        assert.equal(result.exitCode, 0, result.log);
      };
      await deploy();
      await letsOneIn(job.sandbox);
      // The CLI takes nothing away that it has not brought.
      await deploy();
      assert.deepEqual(purposes(job.sandbox), ["nightly_ingest read-hr-directory"]);
      await rm(path.join(job.checkout, "access.yml"));
      await deploy();
      assert.match((await ingest(job.sandbox)).output, /MANIFEST_NOT_FOUND/);
    } finally {
      await job.stop();
    }
  });

  it("through the task: the granted job gets in, the other does not", async () => {
    const job = await startAzureJob({ task: await builtTask(), bundle });
    try {
      prepareJobAccess(job.sandbox);
      const { entra, workspace } = job.sandbox;
      workspace.serviceCredentials.grant(CREDENTIAL, AZURE_DEPLOYER.applicationId, "MANAGE");
      const result = await job.step(
        { azureSubscription: CONNECTION.name },
        { variables: { AZURE_AUTHORITY_HOST: entra.authority() } },
      );
      assert.equal(result.result, "Succeeded", result.log);
      await letsOneIn(job.sandbox);
    } finally {
      await job.stop();
    }
  });
});
