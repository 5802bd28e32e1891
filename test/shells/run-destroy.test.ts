import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { sample } from "../unit/support/sample.ts";
import { codeOf, errorOf } from "./support/results.ts";

async function deployedJob(): Promise<GitHubJob> {
  const job = await startGitHubJob();
  const deployed = await job.step();
  assert.equal(deployed.exitCode, 0, deployed.log);
  return job;
}

/** How a run ends, and our code for it. */
const ENDS = [
  ["FAILED", "RUN_FAILED"],
  ["CANCELED", "RUN_CANCELLED"],
  ["TIMEDOUT", "RUN_TIMED_OUT"],
  ["SKIPPED", "RUN_SKIPPED"],
  ["INTERNAL_ERROR", "RUN_FAILED"],
] as const;

describe("run through the built action", () => {
  let job: GitHubJob;
  before(async () => {
    job = await deployedJob();
  });
  after(() => job.stop());

  it("runs a job, waits, and links to the run", async () => {
    const file = path.join(job.checkout, "resources/orders.yml");
    const parameters = "parameters: [{ name: day, default: today }, { name: list, default: none }]";
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("name: ingest-orders", `name: ingest-orders\n      ${parameters}`));
    assert.equal((await job.step()).exitCode, 0);
    job.sandbox.workspace.runs.script({ result: "SUCCESS", runningPolls: 1 });
    const result = await job.step({
      command: "run",
      resource: "ingest_orders",
      "run-parameters": 'day=2026-11-25\nlist=a,"b",c',
    });
    assert.equal(result.exitCode, 0, result.log);
    const run = JSON.parse(result.outputs["run"] ?? "") as { id: string; url: string; result: string };
    assert.equal(run.result, "succeeded");
    const started = [...job.sandbox.workspace.runs.all.values()].at(-1);
    assert.equal(run.id, started?.id);
    const { body } = job.sandbox.requests.findLast(({ path }) => path.endsWith("/run-now")) ?? {};
    assert.deepEqual((body as { job_parameters: unknown }).job_parameters, {
      day: "2026-11-25",
      list: 'a,"b",c',
    });
    assert.match(result.log, /TERMINATED|SUCCESS/);
    assert.match(result.summary, /### Run/);
  });

  it("starts a run without waiting for it", async () => {
    const result = await job.step({ command: "run", resource: "ingest_orders", wait: "false" });
    assert.equal(result.exitCode, 0, result.log);
    assert.match(result.outputs["run"] ?? "", /"result":"started"/);
  });

  for (const [end, code] of sample(ENDS, 2)) {
    it(`a run that ends ${end} is ${code}, with the run's own message`, async () => {
      job.sandbox.workspace.runs.script({ result: end, message: "the orders are late", runningPolls: 0 });
      const result = await job.step({ command: "run", resource: "ingest_orders" });
      assert.equal(result.exitCode, 1);
      assert.equal(codeOf(result), code, result.log);
      assert.match(errorOf(result), /the orders are late/);
      assert.match(result.outputs["run"] ?? "", /"result":"failed"/);
    });
  }

  it("knows no such resource", async () => {
    assert.equal(codeOf(await job.step({ command: "run", resource: "nosuch" })), "RESOURCE_UNKNOWN");
    assert.equal(codeOf(await job.step({ command: "run" })), "INPUT_INVALID");
  });

  it("cancels the run when the job is cancelled", async () => {
    job.sandbox.workspace.runs.script({ result: "SUCCESS", runningPolls: 1_000 });
    let pid = 0;
    const result = await job.step(
      { command: "run", resource: "ingest_orders" },
      {
        onStart: (started) => (pid = started),
        onLine: (line) => {
          if (line.includes("Run URL:")) process.kill(pid, "SIGINT");
        },
      },
    );
    assert.equal(codeOf(result), "CANCELLED", result.log);
    assert.ok(
      job.sandbox.requests.some(
        ({ path: route, status }) => route.endsWith("/runs/cancel") && status === 200,
      ),
    );
    const audit = await readFile(result.outputs["audit-log"] ?? "", "utf8");
    assert.match(audit, /"operation":"POST \/api\/2\.2\/jobs\/runs\/cancel".*"caller":/);
  });
});

describe("destroy through the built action", () => {
  let job: GitHubJob;
  beforeEach(async () => {
    job = await deployedJob();
  });
  afterEach(() => job.stop());

  it("shows what a destroy would delete, and destroys it when approved", async () => {
    const before = job.sandbox.requests.length;
    const refused = await job.step({ command: "destroy" });
    assert.equal(codeOf(refused), "DESTRUCTIVE_PLAN", refused.log);
    assert.match(errorOf(refused), /delete jobs\.nightly/);
    const writes = job.sandbox.requests
      .slice(before)
      .filter(
        ({ method, system, path }) => method !== "GET" && system === "workspace" && !path.endsWith("/token"),
      );
    assert.deepEqual(writes, []);
    const result = await job.step({ command: "destroy", "auto-approve": "true" });
    assert.equal(result.exitCode, 0, result.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 0);
    assert.match(result.summary, /destroyed/);
    const again = await job.step({ command: "destroy", "auto-approve": "true" });
    assert.equal(again.exitCode, 0, again.log);
    assert.match(again.summary, /nothing to destroy/);
  });

  it("does not believe a destroy whose deletes were refused", async () => {
    const then = { status: 403, body: { error_code: "PERMISSION_DENIED", message: "no manage" } };
    job.sandbox.fault({ system: "workspace", path: /\/jobs\/delete$/, then });
    const result = await job.step({ command: "destroy", "auto-approve": "true" });
    assert.equal(codeOf(result), "DESTROY_INCOMPLETE", result.log);
    assert.match(errorOf(result), /jobs\.\w+ \(\d+\)/);
  });
});
