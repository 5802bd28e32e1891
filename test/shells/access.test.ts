import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { JOB_RUNNER, REGISTRAR, REPORT_RUNNER } from "../../sandbox/defaults.ts";
import type { LoggedRequest } from "../../sandbox/http/log.ts";
import {
  addCredential,
  CREDENTIAL,
  playedJobs,
  prepareJobAccess,
  purposes,
} from "../../sandbox/job-access.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../sandbox/runner/github.ts";
import { codeOf } from "./support/results.ts";
import { searched, watchedStep } from "./support/watched-step.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");
const POLICY = { "policy-file": "policy.yml" };
const ENTRY = {
  job: "nightly_ingest",
  purpose: "read-hr-directory",
  kind: "unity_catalog_credential",
  credential: CREDENTIAL,
  principal: JOB_RUNNER.applicationId,
};
const NONE = { granted: [], updated: [], revoked: [], unchanged: 0 };

interface AuditLine {
  readonly class_uid: number;
  readonly message: string;
  readonly metadata: { readonly event_code: string };
  readonly unmapped: Readonly<Record<string, unknown>>;
}

async function auditOf({ outputs }: StepResult): Promise<AuditLine[]> {
  const text = await readFile(outputs["audit-log"] ?? "", "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as AuditLine);
}

/** Requests that write for access: to Unity Catalog and to the access state. */
function writesForAccess(requests: readonly LoggedRequest[]): LoggedRequest[] {
  return requests.filter(
    ({ method, path: route, body }) =>
      method !== "GET" &&
      (route.includes("/unity-catalog/") || JSON.stringify(body).includes("/.databricks-secretless/")),
  );
}

describe("the access of jobs through the built action", () => {
  let job: GitHubJob;
  beforeEach(async () => {
    job = await startGitHubJob({ bundle: BUNDLE });
    prepareJobAccess(job.sandbox);
  });
  afterEach(() => job.stop());

  const edit = async (file: string, change: (text: string) => string): Promise<void> => {
    const full = path.join(job.checkout, file);
    const text = await readFile(full, "utf8");
    assert.notEqual(change(text), text);
    await writeFile(full, change(text));
  };
  const access = ({ outputs }: StepResult): unknown => JSON.parse(outputs["access"] ?? "null");
  const since = (before: number): LoggedRequest[] => job.sandbox.requests.slice(before);

  it("plans it, registers it with an identity of its own, leaves it, withdraws it with its file", async () => {
    const planned = await job.step({ command: "plan", ...POLICY });
    assert.equal(planned.exitCode, 0, planned.log);
    assert.deepEqual(access(planned), { ...NONE, granted: [ENTRY] });
    assert.deepEqual(writesForAccess(job.sandbox.requests), []);
    assert.match(planned.log, /grant ACCESS on credential "hr-graph-prod".*rule hr-from-main-only/);
    assert.match(planned.summary, /### Access/);
    assert.match(planned.summary, /NHI9/);
    assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);

    const deployed = await job.step(POLICY);
    assert.equal(deployed.exitCode, 0, deployed.log);
    assert.deepEqual(access(deployed), { ...NONE, granted: [ENTRY] });
    assert.deepEqual(playedJobs(job.sandbox), ["vended", "refused"]);
    assert.deepEqual(purposes(job.sandbox), ["nightly_ingest read-hr-directory"]);
    assert.match(deployed.summary, /job-scoped&#58; proven/);
    const grants = job.sandbox.requests.filter(
      ({ method, path: route }) => method === "PATCH" && route.includes("/unity-catalog/permissions/"),
    );
    assert.deepEqual(
      grants.map(({ principal }) => principal),
      [REGISTRAR.applicationId],
    );
    const audit = await auditOf(deployed);
    assert.deepEqual([...new Set(audit.map(({ class_uid }) => class_uid))].sort(), [3002, 3004, 6003]);
    const grant = audit.find(({ metadata }) => metadata.event_code === "access_change");
    assert.equal(grant?.unmapped["run_as"], JOB_RUNNER.applicationId);
    assert.match(JSON.stringify(grant.unmapped["decision"]), /hr-from-main-only/);

    const before = job.sandbox.requests.length;
    const again = await job.step(POLICY);
    assert.equal(again.exitCode, 0, again.log);
    assert.deepEqual(access(again), { ...NONE, unchanged: 1 });
    assert.deepEqual(writesForAccess(since(before)), []);
    // The CLI takes nothing away that it has not brought.
    assert.deepEqual(purposes(job.sandbox), ["nightly_ingest read-hr-directory"]);

    await rm(path.join(job.checkout, "access.yml"));
    const shown = await job.step({ command: "plan", ...POLICY });
    assert.deepEqual(access(shown), { ...NONE, revoked: [ENTRY] });
    assert.match(shown.log, /lives on for up to 24 hours/);
    const withdrawn = await job.step(POLICY);
    assert.equal(withdrawn.exitCode, 0, withdrawn.log);
    assert.deepEqual(access(withdrawn), { ...NONE, revoked: [ENTRY] });
    assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
    assert.equal(purposes(job.sandbox), undefined);
  });

  it("says that it is the registrar who was refused, and what its trust needs", async () => {
    const { account, workspace } = job.sandbox;
    const { id = "" } = account.principals.withApplicationId(REGISTRAR.applicationId) ?? {};
    account.policies.removeAllOf(id);
    const result = await job.step(POLICY);
    assert.equal(codeOf(result), "EXCHANGE_REFUSED", result.log);
    const error = result.annotations.find(({ level }) => level === "error")?.message ?? "";
    assert.match(
      error,
      new RegExp(`The registrar ${REGISTRAR.applicationId} [^\n]* was refused, not the deployer`),
    );
    assert.ok(
      error.includes(`${workspace.host}/oidc/v1/token (the workspace) and ${account.accountId} (the account`),
      error,
    );
    assert.match(error, /about the trust of the registrar; that of the deployer is right/);
  });

  it("leaves out the jobs that were not selected and never deployed", async () => {
    const other = await job.step({ ...POLICY, select: "daily_report" });
    assert.equal(other.exitCode, 0, other.log);
    assert.match(other.log, /Not deployed yet, and so without access: nightly_ingest \(not selected\)/);
    assert.deepEqual(JSON.parse(other.outputs["access"] ?? ""), NONE);
    const all = await job.step(POLICY);
    assert.equal(all.exitCode, 0, all.log);
    assert.deepEqual(JSON.parse(all.outputs["access"] ?? ""), { ...NONE, granted: [ENTRY] });
  });

  it("withdraws before it destroys, and destroys nothing if it cannot withdraw", async () => {
    assert.equal((await job.step(POLICY)).exitCode, 0);
    const destroy = { command: "destroy", "auto-approve": "true", ...POLICY };
    const fault = job.sandbox.fault({
      path: /unity-catalog\/permissions/,
      method: "PATCH",
      times: Infinity,
      then: { status: 403, body: { error_code: "PERMISSION_DENIED", message: "no" } },
    });
    const refused = await job.step(destroy);
    assert.equal(codeOf(refused), "ACCESS_FAILED", refused.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 2);
    fault.remove();
    const before = job.sandbox.requests.length;
    const destroyed = await job.step(destroy);
    assert.equal(destroyed.exitCode, 0, destroyed.log);
    assert.deepEqual(access(destroyed), { ...NONE, revoked: [ENTRY] });
    const order = since(before).map(({ method, path: route }) => `${method} ${route}`);
    const revoked = order.findIndex((line) => line.startsWith("PATCH /api/2.1/unity-catalog/permissions"));
    assert.ok(revoked >= 0 && revoked < order.findIndex((line) => line.endsWith("/jobs/delete")));
  });

  it("stops before anything is deployed, at the line of the entry that policy does not allow", async () => {
    job.sandbox.github.claims = { ...job.sandbox.github.claims, ref: "refs/heads/other" };
    const result = await job.step(POLICY);
    assert.equal(codeOf(result), "ACCESS_DENIED", result.log);
    const [error] = result.annotations.filter(({ level }) => level === "error");
    assert.match(error?.message ?? "", /"hr-from-main-only" fails on ref/);
    const { file, line, col } = error?.properties ?? {};
    assert.deepEqual([file, line, col], ["access.yml", "6", "16"]);
    assert.match(result.summary, /denied/);
    assert.equal(job.sandbox.workspace.jobs.all.size, 0);
    const denied = (await auditOf(result)).find(({ metadata }) => metadata.event_code === "decision");
    assert.match(denied?.message ?? "", /^denied: /);
  });

  it("stops at every mistake of both files at once", async () => {
    await edit("access.yml", (text) => text.replace("purpose: read-hr-directory", "purpose: Read*"));
    await edit("policy.yml", (text) => text.replace("effect: allow", "effect: maybe"));
    const result = await job.step(POLICY);
    assert.equal(codeOf(result), "ACCESS_FILE_INVALID");
    const places = result.annotations.map(({ properties }) => `${properties["file"]}:${properties["line"]}`);
    for (const place of ["access.yml:6", "policy.yml:8"]) assert.ok(places.includes(place), places.join());
  });

  it("breaks when a second job borrows the principal", async () => {
    assert.equal((await job.step(POLICY)).exitCode, 0);
    await edit("databricks.yml", (text) => text.replace("${var.report_runner}", "${var.ingest_runner}"));
    const result = await job.step({ command: "plan", ...POLICY });
    assert.equal(codeOf(result), "SCOPE_BROKEN", result.log);
    const [error] = result.annotations.filter(({ level }) => level === "error");
    assert.match(error?.message ?? "", /daily_report/);
  });

  it("breaks while a twin or a token lets strangers in, and lets the job in once both are gone", async () => {
    const { serviceCredentials, tokenManagement } = job.sandbox.workspace;
    serviceCredentials.add({ name: "side-door", connector: serviceCredentials.connectorOf(CREDENTIAL) });
    serviceCredentials.grant("side-door", REPORT_RUNNER.applicationId);
    const token = tokenManagement.mint(JOB_RUNNER.applicationId);
    assert.equal(serviceCredentials.presented(CREDENTIAL, REPORT_RUNNER.applicationId), "vended");
    const refused = await job.step(POLICY);
    assert.equal(codeOf(refused), "SCOPE_BROKEN", refused.log);
    assert.match(refused.log, /"side-door" has the identity of "hr-graph-prod"/);
    assert.match(refused.log, /1 personal access token/);
    assert.deepEqual(serviceCredentials.accessOf(CREDENTIAL), []);
    serviceCredentials.revoke("side-door", REPORT_RUNNER.applicationId);
    tokenManagement.remove(token);
    const granted = await job.step(POLICY);
    assert.equal(granted.exitCode, 0, granted.log);
    assert.deepEqual(playedJobs(job.sandbox), ["vended", "refused"]);
    assert.equal(serviceCredentials.presented(CREDENTIAL, REPORT_RUNNER.applicationId), "refused");
  });

  it("converges after a failure in the middle", async () => {
    addCredential(job.sandbox, "hr-graph-second");
    await edit("access.yml", (text) => {
      const second = "    - { purpose: second, unity_catalog_credential: hr-graph-second }\n";
      return `${text}${second}`;
    });
    const then = { status: 403, body: { error_code: "PERMISSION_DENIED", message: "no" } };
    job.sandbox.fault({ path: /permissions\/credential\/hr-graph-second/, method: "PATCH", then });
    const failed = await job.step(POLICY);
    assert.equal(codeOf(failed), "ACCESS_FAILED", failed.log);
    assert.deepEqual(access(failed), { ...NONE, granted: [ENTRY] });
    const mended = await job.step(POLICY);
    assert.equal(mended.exitCode, 0, mended.log);
    const { granted, unchanged } = access(mended) as { granted: unknown[]; unchanged: number };
    assert.deepEqual([granted.length, unchanged], [1, 1]);
  });

  it("lets no token out: not into the audit log, and the registrar's is minted when the CLI has ended", async () => {
    const step = await watchedStep(job, POLICY);
    assert.equal(step.result.exitCode, 0, step.result.log);
    const places = step.traces.map(([where]) => where);
    assert.ok(places.some((where) => where.endsWith(".jsonl")));
    const search = searched(step, [...job.sandbox.handedOut, ...step.metadataPaths]);
    assert.deepEqual([...new Set(search.findings.map(({ where, secret }) => `${where}: ${secret}`))], []);
    const { requests } = job.sandbox;
    const asRegistrar = requests.findIndex(({ body }) =>
      JSON.stringify(body).includes(`"client_id":"${REGISTRAR.applicationId}"`),
    );
    const lastOfCli = requests.findLastIndex(({ userAgent }) => userAgent.includes("cli/"));
    assert.ok(lastOfCli > 0 && lastOfCli < asRegistrar, `${lastOfCli} ${asRegistrar}`);
  });
});
