import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cp, writeFile } from "node:fs/promises";
import path from "node:path";
import { MANIFEST_FILE, renderManifest } from "../../core/access/manifest.ts";
import { JOB_RUNNER, REPORT_RUNNER } from "../../sandbox/defaults.ts";
import { CREDENTIAL, prepareJobAccess } from "../../sandbox/job-access.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { startSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { findPython, runToEnd, RUNTIME, type Finished } from "../../sandbox/runner/python.ts";

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

describe("a played job that uses the runtime package (needs Python 3.10 or later)", function () {
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
    await cp(path.join(import.meta.dirname, "support/read_directory.py"), path.join(folder, "job.py"));
    const granted = {
      purpose: "read-hr-directory",
      kind: "unity_catalog_credential",
      credential: CREDENTIAL,
    } as const;
    const job = (
      key: string,
      id: string,
      runAs: string,
    ): Parameters<typeof renderManifest>[0]["jobs"][number] => ({
      key,
      id,
      runAs,
      purposes: [granted],
    });
    const text = renderManifest({
      bundle: "job-access",
      target: "prod",
      workspace: sandbox.workspaceUrl,
      jobs: [job("nightly_ingest", "1", JOB_RUNNER.applicationId)],
    });
    await writeFile(path.join(folder, MANIFEST_FILE), text);
  });
  afterEach(() => sandbox.stop());

  const play = (applicationId: string): Promise<Finished> => {
    const token = `sandbox-session-${randomUUID()}`;
    sandbox.tokens.accept(token, applicationId, Date.now() + 600_000);
    const modules = [path.join(RUNTIME, "src"), path.resolve(import.meta.dirname, "../../sandbox/python")];
    return runToEnd(python, [path.join(folder, "job.py")], {
      cwd: folder,
      env: {
        PYTHONPATH: modules.join(path.delimiter),
        DATABRICKS_RUNTIME_VERSION: "16.4",
        SANDBOX_WORKSPACE: sandbox.workspaceUrl,
        SANDBOX_TOKEN: token,
      },
    });
  };

  it("the granted job gets a token from Unity Catalog and cannot print it; another principal is refused", async () => {
    sandbox.workspace.serviceCredentials.grant(CREDENTIAL, JOB_RUNNER.applicationId);
    const granted = await play(JOB_RUNNER.applicationId);
    assert.match(granted.output, /^token \[REDACTED\] \[REDACTED\] of 56 characters\s*$/);
    const refused = await play(REPORT_RUNNER.applicationId);
    assert.match(refused.output, /^CREDENTIAL_REFUSED: Job "nightly_ingest" .*access\.yml/);
    const vends = sandbox.requests.filter(({ path: asked }) =>
      asked.endsWith("/temporary-service-credentials"),
    );
    assert.equal(vends.length, 2);
  });

  it("a job whose access was withdrawn is refused at its next token", async () => {
    const refused = await play(JOB_RUNNER.applicationId);
    assert.match(refused.output, new RegExp(`CREDENTIAL_REFUSED: .*${JOB_RUNNER.applicationId}.*no ACCESS`));
  });
});
