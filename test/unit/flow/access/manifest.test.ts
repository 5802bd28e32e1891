import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { MANIFEST_FILE } from "../../../../core/access/manifest.ts";
import { DEPLOYER, JOB_RUNNER, REGISTRAR } from "../../../../sandbox/defaults.ts";
import { CREDENTIAL, playedJobs } from "../../../../sandbox/job-access.ts";
import { startAccessFlow } from "../../support/access-flow.ts";
import type { Flow, PlayCli } from "../../support/flow.ts";

const FILE = `/Workspace/Shared/lake/files/${MANIFEST_FILE}`;
const POLICY = { "policy-file": "policy.yml" };
const entry = (purpose: string, more = ""): string =>
  `    - { purpose: ${purpose}, unity_catalog_credential: ${CREDENTIAL}${more} }\n`;
const accessText = (...entries: readonly string[]): string =>
  `version: 1\njobs:\n  nightly:\n${entries.join("")}`;
const policyText = (when: string, providers = ""): string =>
  `version: 1\n${providers}rules: [{ name: all, effect: allow, when: { ${when} } }]\n`;
const apart = `providers: { databricks: { registrar: apart, registrar_client_id: ${REGISTRAR.applicationId} } }\n`;

describe("the manifest that a deployment leaves beside the sources", () => {
  let flow: Flow;
  let jobId: string;
  let cli: (special?: PlayCli) => PlayCli;
  const write = (file: string, text: string): Promise<void> =>
    writeFile(path.join(flow.checkout, file), text);
  const manifest = (): unknown => {
    const file = flow.sandbox.workspace.files.get(FILE);
    return file && (JSON.parse(file.content.toString()) as unknown);
  };
  /** What stands in it of the one job. */
  const job = (): unknown => (manifest() as { jobs: Record<string, unknown> } | undefined)?.jobs["nightly"];
  const run = async (inputs: Readonly<Record<string, string>> = {}): Promise<void> =>
    assert.equal(await flow.run(inputs, cli()), 0, flow.error);
  const writers = (): string[] =>
    flow.sandbox.requests
      .filter(({ method, body }) => method !== "GET" && JSON.stringify(body).includes(MANIFEST_FILE))
      .map(({ principal }) => principal ?? "");
  const granted = { kind: "unity_catalog_credential", credential: CREDENTIAL };

  beforeEach(async () => {
    ({ flow, cli, jobId } = await startAccessFlow());
  });
  afterEach(() => flow.stop());

  it("says what was granted; a plan writes none, and what is the same is not written again", async () => {
    await run({ command: "plan" });
    assert.equal(manifest(), undefined);
    await run();
    assert.deepEqual(manifest(), {
      version: 1,
      bundle: "lakehouse-jobs",
      target: "prod",
      workspace: flow.sandbox.workspace.host,
      jobs: { nightly: { id: jobId, run_as: JOB_RUNNER.applicationId, purposes: { read: granted } } },
    });
    await run();
    assert.deepEqual(writers(), [DEPLOYER.applicationId]);
  });

  it("forgets what is withdrawn, and goes with the file that declared it", async () => {
    await write("access.yml", accessText(entry("read"), entry("write", ", until: 2999-12-31")));
    await run();
    const until = { ...granted, until: "2999-12-31" };
    const both = { id: jobId, run_as: JOB_RUNNER.applicationId, purposes: { read: granted, write: until } };
    assert.deepEqual(job(), both);
    await write("access.yml", accessText(entry("read"), entry("try", ", targets: [dev]")));
    await run();
    assert.deepEqual(job(), { ...both, purposes: { read: granted }, elsewhere: { try: ["dev"] } });
    await write("access.yml", "version: 1\njobs: {}\n");
    await run();
    assert.equal(job(), undefined);
    assert.notEqual(manifest(), undefined);

    await write("access.yml", accessText(entry("read")));
    await run();
    await rm(path.join(flow.checkout, "access.yml"));
    await run();
    assert.equal(manifest(), undefined);
  });

  it("goes before the bundle is destroyed", async () => {
    await run();
    const destroying = cli(() => {
      assert.equal(manifest(), undefined);
      flow.sandbox.workspace.jobs.delete(jobId);
      return { code: 0 };
    });
    assert.equal(await flow.run({ command: "destroy", "auto-approve": "true" }, destroying), 0, flow.error);
    assert.ok(flow.commands.some((command) => command.startsWith("destroy")));
  });

  it("says nothing of what failed, and keeps what stands beside it", async () => {
    await run();
    flow.sandbox.workspace.serviceCredentials.add({ name: "other", isolated: true });
    flow.sandbox.workspace.serviceCredentials.grant("other", DEPLOYER.applicationId, "MANAGE");
    await write(
      "access.yml",
      accessText(entry("read"), "    - { purpose: more, unity_catalog_credential: other }\n"),
    );
    const body = { error_code: "PERMISSION_DENIED", message: "no" };
    const fault = flow.sandbox.fault({
      path: "/api/2.1/unity-catalog/permissions/credential/other",
      method: "PATCH",
      times: Infinity,
      then: { status: 403, body },
    });
    assert.equal(await flow.run({}, cli()), 1);
    assert.match(flow.error, /^ACCESS_FAILED: /);
    const stands = { id: jobId, run_as: JOB_RUNNER.applicationId, purposes: { read: granted } };
    assert.deepEqual(job(), stands);
    fault.remove();
    await run();
    assert.deepEqual(job(), {
      ...stands,
      purposes: { more: { ...granted, credential: "other" }, read: granted },
    });
  });

  it("says nothing of what the policy takes back, and keeps what it keeps", async () => {
    await write("policy.yml", policyText("scope: unproven"));
    await run(POLICY);
    assert.notEqual(job(), undefined);
    await write("policy.yml", `version: 1\non_denied: keep\nrules: []\n`);
    await run(POLICY);
    assert.notEqual(job(), undefined);
    await write("policy.yml", `version: 1\nrules: []\n`);
    await run(POLICY);
    assert.deepEqual(playedJobs(flow.sandbox), ["refused", "refused"]);
    assert.equal(job(), undefined);
  });

  for (const [status, code, says] of [
    [403, "PERMISSION_DENIED", /^ACCESS_FAILED: [^]*403 PERMISSION_DENIED: not here/],
    [400, "RESOURCE_ALREADY_EXISTS", /^ACCESS_FAILED: What is at .*secretless-access.json is no file/],
  ] as const) {
    it(`stops the run where it cannot be written (${code}): the code could not find what it was granted`, async () => {
      await run();
      flow.sandbox.workspace.files.delete(FILE, false);
      const body = { error_code: code, message: "not here" };
      const path = "/api/2.0/workspace/import";
      const fault = flow.sandbox.fault({ path, times: Infinity, then: { status, body } });
      assert.equal(await flow.run({}, cli()), 1);
      assert.match(flow.error, says);
      fault.remove();
      await run();
      assert.notEqual(job(), undefined);
    });
  }

  it("of a registrar apart is what is declared, written and taken away by the identity that deploys", async () => {
    await write("policy.yml", policyText("scope: unproven", apart));
    await write("access.yml", accessText(entry("read"), entry("old", ", until: 2020-01-01")));
    assert.equal(await flow.run(POLICY, cli()), 1);
    assert.equal(manifest(), undefined);
    await write("access.yml", accessText(entry("read")));
    await run(POLICY);
    assert.deepEqual(job(), {
      id: jobId,
      run_as: JOB_RUNNER.applicationId,
      purposes: { read: granted },
    });
    await rm(path.join(flow.checkout, "access.yml"));
    await run(POLICY);
    assert.equal(manifest(), undefined);
    assert.deepEqual([...new Set(writers())], [DEPLOYER.applicationId]);
  });

  it("of another bundle, and a file of that name that is none, stay", async () => {
    await run();
    const { files } = flow.sandbox.workspace;
    for (const text of ['{"bundle":"another","target":"prod"}', "no JSON"]) {
      files.importFile(FILE, Buffer.from(text), true);
      await rm(path.join(flow.checkout, "access.yml"), { force: true });
      await run();
      assert.equal(files.get(FILE)?.content.toString(), text);
    }
  });
});
