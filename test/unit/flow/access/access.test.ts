import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { SignJWT } from "jose";
import { DEPLOYER, JOB_RUNNER, REGISTRAR } from "../../../../sandbox/defaults.ts";
import { CREDENTIAL, playedJobs } from "../../../../sandbox/job-access.ts";
import { ACCESS, startAccessFlow, STATE } from "../../support/access-flow.ts";
import type { Flow, PlayCli } from "../../support/flow.ts";

const FOLDER = `/Workspace/Users/${DEPLOYER.applicationId}/.databricks-secretless/access`;
const policyText = (when: string, providers = ""): string =>
  `version: 1\n${providers}rules: [{ name: all, effect: allow, when: { ${when} } }]\n`;
const SEPARATE = `providers: { databricks: { registrar_client_id: ${REGISTRAR.applicationId} } }\n`;

describe("access in the flow of a step", () => {
  let flow: Flow;
  let jobId: string;
  let cli: (special?: PlayCli) => PlayCli;
  const write = (file: string, text: string): Promise<void> =>
    writeFile(path.join(flow.checkout, file), text);
  const output = (): unknown => JSON.parse(flow.ci.outputs.get("access") ?? "null");
  const audit = async (): Promise<string> => readFile(flow.ci.outputs.get("audit-log") ?? "", "utf8");
  const UNPROVEN = { "policy-file": "policy.yml" };

  beforeEach(async () => {
    ({ flow, cli, jobId } = await startAccessFlow());
  });
  afterEach(() => flow.stop());

  it("takes one request of a deployment that declares none, and none of a run", async () => {
    await write("access.yml", "");
    const file = path.join(flow.checkout, "access.yml");
    await rm(file);
    assert.equal(await flow.run({}, cli()), 0, flow.error);
    const asked = flow.sandbox.requests.filter(({ path: route }) => route === "/api/2.0/workspace/export");
    assert.deepEqual(
      asked.map(({ query }) => query["path"]),
      // The lock is looked at by the lease.
      [`${STATE}/deploy.lock`, `${STATE}/deployment.json`],
    );
    const listed = flow.sandbox.requests.filter(({ path: route }) => route === "/api/2.0/workspace/list");
    assert.deepEqual(
      listed.map(({ query }) => query["path"]),
      [FOLDER],
    );
    assert.deepEqual(flow.commands, [
      "version -o json",
      "plan -o json",
      "summary -o json",
      "deploy",
      "summary -o json",
    ]);
    assert.equal(flow.ci.outputs.get("access"), undefined);
    assert.doesNotMatch(flow.ci.summaryText, /### Access/);
    await write("access.yml", "nonsense");
    assert.equal(await flow.run({ command: "run", resource: "nightly" }, cli()), 0, flow.error);
  });

  it("without a policy the deployer grants, says that scope is unproven and that it does so itself", async () => {
    assert.equal(await flow.run({}, cli()), 0, flow.error);
    assert.deepEqual(playedJobs(flow.sandbox), ["vended", "refused"]);
    const texts = flow.ci.annotations.map(({ text }) => text).join("\n");
    assert.match(texts, /Unseparated: the deployer itself registers trust/);
    assert.match(texts, /Scope is unproven for nightly/);
    assert.match(flow.ci.summaryText, /Separation of duties \| violated/);
    assert.match(flow.ci.log.join("\n"), /could not be read without workspace admin/);
  });

  it("withdraws after the deployment what no file declares any more, though no plan has shown it", async () => {
    assert.equal(await flow.run({}, cli()), 0, flow.error);
    await rm(path.join(flow.checkout, "access.yml"));
    assert.equal(await flow.run({}, cli()), 0, flow.error);
    assert.deepEqual(playedJobs(flow.sandbox), ["refused", "refused"]);
    assert.match(flow.ci.log.join("\n"), /done: withdraw ACCESS/);
  });

  it("denies unproven scope where policy does not accept it, and accepts it where policy does", async () => {
    await write("policy.yml", policyText("repository: example-org/lake"));
    assert.equal(await flow.run(UNPROVEN, cli()), 1);
    assert.match(flow.error, /^ACCESS_DENIED: /);
    assert.match(flow.ci.summaryText, /⛔ denied/);
    assert.ok(!flow.commands.includes("deploy"));
    await write("policy.yml", policyText("repository: example-org/lake, scope: unproven"));
    assert.equal(await flow.run(UNPROVEN, cli()), 0, flow.error);
  });

  for (const [when, accepted] of [
    ["environment: prod", true],
    ["environment: staging", false],
    ["commit: matches", true],
    ["network: [10.1.2.0/24]", true],
    ["network: [10.9.0.0/16]", false],
  ] as const) {
    it(`${accepted ? "accepts" : "refuses"} a run under ${when}`, async () => {
      await write("policy.yml", policyText(`${when}, scope: unproven`));
      const context = { addresses: ["10.1.2.3"] };
      const code = await flow.run({ command: "plan", ...UNPROVEN }, cli(), { context });
      assert.equal(code, accepted ? 0 : 1, flow.error);
      if (!accepted) assert.match(flow.error, /^ACCESS_DENIED: /);
      if (when.startsWith("network")) assert.ok(!flow.ci.audiences.includes("policy"));
    });
  }

  it("does not believe a token that the issuer's keys do not prove", async () => {
    await write("policy.yml", policyText("environment: prod, scope: unproven"));
    const mint = (audience: string): Promise<string> =>
      audience === "policy"
        ? new SignJWT({ environment: "prod" })
            .setProtectedHeader({ alg: "HS256" })
            .setIssuer(flow.sandbox.github.issuer)
            .setSubject("x")
            .setAudience(audience)
            .setIssuedAt()
            .setExpirationTime("5m")
            .sign(new Uint8Array(32))
        : flow.sandbox.github.mint({ audience });
    assert.equal(await flow.run({ command: "plan", ...UNPROVEN }, cli(), { ci: { mintIdToken: mint } }), 1);
    assert.match(flow.error, /^ID_TOKEN_NOT_VERIFIED: /);
  });

  it("is told where the issuer's keys cannot be had", async () => {
    await write("policy.yml", policyText("environment: prod, scope: unproven"));
    flow.sandbox.fault({
      system: "github",
      path: /openid-configuration/,
      times: Infinity,
      then: { status: 400 },
    });
    assert.equal(await flow.run({ command: "plan", ...UNPROVEN }, cli()), 1);
    assert.match(flow.error, /ID_TOKEN_NOT_VERIFIED: .*answered 400/);
  });

  it("registers with an identity of its own, and stops if that is another one", async () => {
    await write("policy.yml", policyText("environment: prod", SEPARATE));
    const body = { userName: DEPLOYER.applicationId, displayName: "somebody else" };
    const me = flow.sandbox.fault({ path: /scim\/v2\/Me/, nth: 3, then: { status: 200, body } });
    assert.equal(await flow.run(UNPROVEN, cli()), 1);
    assert.match(flow.error, /^WRONG_PRINCIPAL: The registrar/);
    assert.equal(me.hits, 1);
    assert.deepEqual(playedJobs(flow.sandbox), ["refused", "refused"]);
    assert.equal(await flow.run(UNPROVEN, cli()), 0, flow.error);
    assert.deepEqual(playedJobs(flow.sandbox), ["vended", "refused"]);
    const text = await audit();
    assert.match(text, new RegExp(`exchanged for ${REGISTRAR.applicationId}`));
    for (const token of flow.sandbox.handedOut) assert.ok(!text.includes(token));
  });

  it("goes on without the account's API where it does not let the deployer in", async () => {
    flow.sandbox.fault({
      path: /\/oidc\/accounts\//,
      times: Infinity,
      then: { status: 400, body: { error: "invalid_grant", error_description: "no" } },
    });
    assert.equal(await flow.run({ command: "plan" }, cli()), 0, flow.error);
    assert.match(await audit(), /"refused as|refused as/);
    assert.match(flow.ci.log.join("\n"), /account admin/);
  });

  it("says so if the workspace refuses a look at the record", async () => {
    const then = { status: 403, body: { error_code: "PERMISSION_DENIED", message: "no read" } };
    flow.sandbox.fault({ path: "/api/2.0/workspace/export", then });
    assert.equal(await flow.run({ command: "plan" }, cli()), 1);
    assert.match(flow.error, /^ACCESS_FAILED: [^]*403 PERMISSION_DENIED: no read/);
  });

  it("withdraws before destroy", async () => {
    assert.equal(await flow.run({}, cli()), 0, flow.error);
    const destroying = cli(() => {
      assert.deepEqual(playedJobs(flow.sandbox), ["refused", "refused"]);
      flow.sandbox.workspace.jobs.delete(jobId);
      return { code: 0 };
    });
    assert.equal(await flow.run({ command: "destroy", "auto-approve": "true" }, destroying), 0, flow.error);
    assert.deepEqual(output(), {
      granted: [],
      updated: [],
      revoked: [
        {
          job: "nightly",
          purpose: "read",
          kind: "unity_catalog_credential",
          credential: CREDENTIAL,
          principal: JOB_RUNNER.applicationId,
        },
      ],
      unchanged: 0,
    });
  });

  it("stops at a job that is cancelled while the bundle is deployed; the next run grants", async () => {
    const late = cli(() => {
      flow.ci.abort.abort();
      return { code: 0 };
    });
    assert.equal(await flow.run({}, late), 1);
    assert.match(flow.error, /^CANCELLED: /);
    assert.deepEqual(playedJobs(flow.sandbox), ["refused", "refused"]);
    assert.equal(await flow.run({}, cli()), 0, flow.error);
    assert.deepEqual(playedJobs(flow.sandbox), ["vended", "refused"]);
  });

  describe("its files", () => {
    it("must be there if they are named", async () => {
      const inputs = { "access-file": "nowhere.yml", "policy-file": "nowhere/policy.yml" };
      assert.equal(await flow.run(inputs, cli()), 1);
      assert.match(flow.error, /^ACCESS_FILE_INVALID: [^]*POLICY_FILE_INVALID/);
      await mkdir(path.join(flow.checkout, "folder"));
      assert.equal(await flow.run({ "access-file": "folder" }, cli()), 1);
      assert.match(flow.error, /^ACCESS_FILE_INVALID: [^]*folder is not read: it is a folder/);
    });

    it("may lie elsewhere; a policy of another repository does not come with the checkout", async () => {
      const rules = policyText("scope: unproven");
      await mkdir(path.join(flow.checkout, "security/.git"), { recursive: true });
      await write("security/policy.yml", rules);
      await write("other-access.yml", ACCESS);
      const outside = path.join(path.dirname(flow.temp), "policy.yml");
      await writeFile(outside, rules);
      for (const file of ["security/policy.yml", outside]) {
        const inputs = { command: "plan", "access-file": "other-access.yml", "policy-file": file };
        assert.equal(await flow.run(inputs, cli()), 0, flow.error);
        assert.ok(!flow.ci.annotations.some(({ text }) => text.includes("comes with the checkout")));
        assert.ok(flow.ci.log.some((line) => line.includes(`policy ${file}, sha256`)));
      }
      await write("policy.yml", rules);
      // A commit of the bundle chooses that of a submodule, which has a file in place of the folder.
      await mkdir(path.join(flow.checkout, "module"));
      await write("module/.git", "gitdir: ../.git/modules/module\n");
      await write("module/policy.yml", rules);
      for (const file of ["policy.yml", "module/policy.yml"]) {
        const inputs = { command: "plan", ...UNPROVEN, "policy-file": file };
        assert.equal(await flow.run(inputs, cli()), 0, flow.error);
        assert.ok(flow.ci.annotations.some(({ text }) => text.includes("comes with the checkout")));
      }
    });
  });

  describe("the audit log", () => {
    it("is appended to where it is asked for", async () => {
      await write("audit.jsonl", '{"first":1}\n');
      assert.equal(await flow.run({ command: "plan", "audit-log": "audit.jsonl" }, cli()), 0, flow.error);
      const lines = (await audit()).trimEnd().split("\n");
      assert.deepEqual(JSON.parse(lines[0] ?? ""), { first: 1 });
      assert.ok(lines.length > 1);
    });

    it("stops the run before any request if it cannot be written", async () => {
      assert.equal(await flow.run({ "audit-log": "databricks.yml/audit.jsonl" }, cli()), 1);
      assert.match(flow.error, /^AUDIT_LOG_UNWRITABLE: /);
      assert.deepEqual(flow.commands, []);
    });

    it("stops the run before anything is changed if it becomes unwritable", async () => {
      const file = path.join(path.dirname(flow.temp), "gone", "audit.jsonl");
      await mkdir(path.dirname(file));
      const mint = async (audience: string): Promise<string> => {
        await rm(path.dirname(file), { recursive: true, force: true });
        return flow.sandbox.github.mint({ audience });
      };
      assert.equal(await flow.run({ "audit-log": file }, cli(), { ci: { mintIdToken: mint } }), 1);
      assert.match(flow.error, /^AUDIT_LOG_UNWRITABLE: /);
      assert.ok(!flow.commands.includes("deploy"));
    });
  });
});
