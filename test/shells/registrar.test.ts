import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { DEPLOYER, JOB_RUNNER, REGISTRAR } from "../../sandbox/defaults.ts";
import { githubClaims } from "../../sandbox/github/claims.ts";
import { textOf } from "../../sandbox/http/json.ts";
import { CREDENTIAL, playedJobs, prepareJobAccess, purposes } from "../../sandbox/job-access.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../sandbox/runner/github.ts";
import { ProcessWatch } from "./support/processes.ts";
import { codeOf } from "./support/results.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");
const DEPLOY = "prod";
const REGISTER = "prod-access";
const FOLDER = `/Workspace/Users/${REGISTRAR.applicationId}/.databricks-secretless/access`;
const NONE = { granted: [], updated: [], revoked: [], unchanged: 0 };
const ENTRY = {
  job: "nightly_ingest",
  purpose: "read-hr-directory",
  kind: "unity_catalog_credential",
  credential: CREDENTIAL,
  principal: JOB_RUNNER.applicationId,
};

describe("a registrar apart, through the built action", () => {
  let job: GitHubJob;
  const access = ({ outputs }: StepResult): unknown => JSON.parse(outputs["access"] ?? "null");
  /** A job of the workflow is known by its environment. */
  const deploy = (inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> => {
    job.sandbox.github.claims = githubClaims({ environment: DEPLOY });
    return job.step({ "policy-file": "policy.yml", ...inputs });
  };
  const register = (
    inputs: Readonly<Record<string, string>> = {},
    watch?: ProcessWatch,
  ): Promise<StepResult> => {
    job.sandbox.github.claims = githubClaims({ environment: REGISTER });
    const asRegistrar = {
      command: "access",
      "client-id": REGISTRAR.applicationId,
      "policy-file": "policy.yml",
    };
    // No CLI is on this job's PATH.
    return job.step(
      { ...asRegistrar, ...inputs },
      { env: { PATH: "/nowhere" }, ...(watch && { onStart: (pid) => watch.watch(pid) }) },
    );
  };
  const edit = async (file: string, change: (text: string) => string): Promise<void> => {
    const full = path.join(job.checkout, file);
    const text = await readFile(full, "utf8");
    assert.notEqual(change(text), text);
    await writeFile(full, change(text));
  };
  const recorded = (): string[] =>
    [...job.sandbox.workspace.files.objects.keys()].filter((name) => name.startsWith(`${FOLDER}/`));

  beforeEach(async () => {
    job = await startGitHubJob({ bundle: BUNDLE });
    const subject = textOf(githubClaims({ environment: REGISTER })["sub"]);
    prepareJobAccess(job.sandbox, { registrarSubject: subject });
    await edit("policy.yml", (text) =>
      text
        .replace("registrar_client_id: 9d", "registrar: apart, registrar_client_id: 9d")
        .replace("environment: prod", "event: push"),
    );
  });
  afterEach(() => job.stop());

  it("deploys without granting, grants from a job that starts no process, and destroys only what has no access", async function () {
    // Eight steps of two jobs, one after the other.
    this.timeout(240_000);
    const deployed = await deploy({ "policy-file": "policy.yml" });
    assert.equal(deployed.exitCode, 0, deployed.log);
    assert.match(deployed.log, /Access is left to the registrar/);
    assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
    // The registrar has no rights in the deployer's folders: code is told what is declared.
    assert.deepEqual(purposes(job.sandbox), ["nightly_ingest read-hr-directory"]);
    const exchanges = JSON.stringify(job.sandbox.requests.map(({ body }) => body));
    assert.ok(!exchanges.includes(`"client_id":"${REGISTRAR.applicationId}"`));

    const watch = new ProcessWatch();
    // Whatever runs code of the bundle leaves a mark.
    const mark = path.join(job.checkout, "ran-code-of-the-bundle");
    const script = `experimental:\n  scripts:\n    preinit: touch ${mark}\n`;
    await edit("databricks.yml", (text) => `${text}\n${script}`);
    const granted = await register({}, watch);
    watch.stop();
    assert.equal(granted.exitCode, 0, granted.log);
    assert.deepEqual(access(granted), { ...NONE, granted: [ENTRY] });
    assert.deepEqual(playedJobs(job.sandbox), ["vended", "refused"]);
    await assert.rejects(readFile(mark));
    await edit("databricks.yml", (text) => text.replace(`\n${script}`, ""));
    if (ProcessWatch.possible) {
      const programs = new Set(watch.seen.map(({ argv }) => argv[0]));
      assert.deepEqual([...programs].length, 1, [...programs].join());
    }
    assert.equal(recorded().length, 1);
    assert.doesNotMatch(granted.log, /[Uu]nseparated/);

    const before = job.sandbox.requests.length;
    const again = await register();
    assert.deepEqual(access(again), { ...NONE, unchanged: 1 }, again.log);
    const writes = job.sandbox.requests
      .slice(before)
      .filter(({ method, path: route }) => method !== "GET" && !route.includes("/oidc/"));
    assert.deepEqual(writes, []);

    const planned = await deploy({ command: "plan" });
    assert.equal(planned.exitCode, 0, planned.log);
    assert.deepEqual(access(planned), { ...NONE, unchanged: 1 });

    const destroy = { command: "destroy", "auto-approve": "true" };
    assert.equal(codeOf(await deploy(destroy)), "ACCESS_STANDS");
    // The deployment says itself who registers: what this run is given does not count.
    await edit("policy.yml", (text) => text.replace("registrar: apart, ", ""));
    assert.equal(codeOf(await deploy(destroy)), "EXCHANGE_REFUSED");
    await edit("policy.yml", (text) => text.replaceAll(REGISTRAR.applicationId, DEPLOYER.applicationId));
    assert.equal(codeOf(await deploy(destroy)), "ACCESS_STANDS");
    await edit("policy.yml", (text) =>
      text.replace(`registrar_client_id: ${DEPLOYER.applicationId}`, (id) => `registrar: apart, ${id}`),
    );
    await edit("policy.yml", (text) => text.replaceAll(DEPLOYER.applicationId, REGISTRAR.applicationId));
    const declared = await readFile(path.join(job.checkout, "access.yml"), "utf8");
    await rm(path.join(job.checkout, "access.yml"));
    job.sandbox.github.claims = githubClaims({ environment: DEPLOY });
    assert.equal(codeOf(await job.step(destroy)), "ACCESS_STANDS");
    await writeFile(path.join(job.checkout, "access.yml"), declared);
    assert.equal(job.sandbox.workspace.jobs.all.size, 2);
    assert.deepEqual(playedJobs(job.sandbox), ["vended", "refused"]);
    await writeFile(path.join(job.checkout, "access.yml"), "version: 1\njobs: {}\n");
    const withdrawn = await register();
    assert.deepEqual(access(withdrawn), { ...NONE, revoked: [ENTRY] }, withdrawn.log);
    assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
    assert.deepEqual(recorded(), []);
    const destroyed = await deploy(destroy);
    assert.equal(destroyed.exitCode, 0, destroyed.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 0);
  });

  it("lets no identity of the deploying job grant, write records or become the registrar", async () => {
    assert.equal((await deploy()).exitCode, 0);
    const { host } = job.sandbox.workspace;
    const tried: string[] = [];
    for (const token of new Set(job.sandbox.handedOut)) {
      const send = async (method: string, route: string, body: unknown): Promise<void> => {
        const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        const { status } = await fetch(`${host}${route}`, { method, headers, body: JSON.stringify(body) });
        tried.push(`${method} ${status}`);
        assert.ok(status === 401 || status === 403, `${method} ${route}: ${status}`);
      };
      const changes = [{ principal: JOB_RUNNER.applicationId, add: ["ACCESS"] }];
      await send("PATCH", `/api/2.1/unity-catalog/permissions/credential/${CREDENTIAL}`, { changes });
      await send("POST", "/api/2.0/workspace/mkdirs", { path: FOLDER });
      const content = Buffer.from("{}").toString("base64");
      await send("POST", "/api/2.0/workspace/import", { path: `${FOLDER}/x.json`, format: "AUTO", content });
    }
    assert.ok(tried.length >= 3);
    job.sandbox.github.claims = githubClaims({ environment: DEPLOY });
    const asRegistrar = { command: "access", "client-id": REGISTRAR.applicationId };
    assert.equal(codeOf(await deploy(asRegistrar)), "EXCHANGE_REFUSED");
    assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
    assert.equal(codeOf(await deploy({ command: "access" })), "WRONG_PRINCIPAL");
  });

  it("refuses an identity that does both", async () => {
    await edit("policy.yml", (text) => text.replaceAll(REGISTRAR.applicationId, DEPLOYER.applicationId));
    const both = await deploy();
    assert.equal(codeOf(both), "ACCESS_UNSEPARATED", both.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 0);
  });

  it("takes what is deployed from the workspace alone", async () => {
    assert.equal(codeOf(await register()), "ACCESS_DEPLOYMENT_UNPROVEN");
    assert.equal((await deploy()).exitCode, 0);
    const state = `/Workspace/Users/${DEPLOYER.applicationId}/.bundle/job-access/prod/state/metadata.json`;
    const { files, jobs } = job.sandbox.workspace;
    const real = files.find(state).content;
    const deployer = job.sandbox.account.principals.withApplicationId(DEPLOYER.applicationId);
    assert.ok(deployer);
    const foreign = jobs.create({ name: "not of this bundle" }, deployer).id;
    const [known = ""] = [...jobs.all.keys()];
    files.importFile(state, Buffer.from(real.toString().replace(known, foreign)), true);
    assert.equal(codeOf(await register()), "ACCESS_DEPLOYMENT_UNPROVEN");
    files.importFile(state, real, true);
    await edit("access.yml", (text) => text.replace("bundle.target", "resources.jobs.x.id"));
    assert.equal(codeOf(await register()), "ACCESS_FILE_INVALID");
    assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
  });
});
