import assert from "node:assert/strict";
import { DEPLOYER } from "../../sandbox/defaults.ts";
import { Flow, SUMMARY, usualCli, type PlayCli } from "./support/flow.ts";

describe("the commands run and destroy", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  const started = "Run URL: https://example.com/jobs/7/runs/99\n";
  const outputs = (): unknown => JSON.parse(flow.ci.outputs.get("run") ?? "");

  it("runs a job with its parameters and links to the run", async () => {
    const summary = JSON.parse(SUMMARY) as { resources: { jobs: { nightly: object } } };
    const parameters = [{ name: "a", default: "0" }];
    Object.assign(summary.resources.jobs.nightly, { parameters });
    const usual = usualCli({}, () => ({ stderr: started }));
    const cli: PlayCli = (command, request) =>
      command === "summary -o json" ? { stdout: JSON.stringify(summary) } : usual(command, request);
    assert.equal(
      await flow.run({ command: "run", resource: "nightly", "run-parameters": "a=1\nb=2" }, cli),
      0,
      flow.error,
    );
    assert.deepEqual(flow.commands.slice(1), ["summary -o json", 'run nightly --params "a=1","b=2"']);
    // The workspace of the test has no such run: that its tasks cannot be read fails nothing.
    assert.deepEqual(outputs(), {
      id: "99",
      url: "https://example.com/jobs/7/runs/99",
      result: "succeeded",
      tasks: [],
    });
    assert.match(flow.ci.summaryText, /### Run/);
  });

  it("does not wait where it shall not", async () => {
    const cli = usualCli({}, () => ({ stderr: started }));
    assert.equal(await flow.run({ command: "run", resource: "nightly", wait: "false" }, cli), 0);
    assert.deepEqual(flow.commands.slice(1), ["run nightly --no-wait"]);
    assert.match(JSON.stringify(outputs()), /started/);
  });

  it("needs a resource, and a tenant for Entra ID", async () => {
    assert.equal(await flow.run({ command: "run", exchange: "entra" }, usualCli({})), 1);
    assert.match(flow.error, /^INPUT_INVALID: [^]*`tenant-id` is missing[^]*`resource` is missing/);
  });

  it("reports a failed run with its own message, and that none had started", async () => {
    const failing = usualCli({}, () => ({
      code: 1,
      stderr: `${started}Error: run failed: orders are late\n`,
    }));
    assert.equal(await flow.run({ command: "run", resource: "nightly" }, failing), 1);
    assert.match(flow.error, /^RUN_FAILED: [^]*orders are late/);
    assert.match(JSON.stringify(outputs()), /"id":"99".*failed/);
    const unknown = usualCli({}, () => ({ code: 1, stderr: 'Error: resource with key "x" not found\n' }));
    assert.equal(await flow.run({ command: "run", resource: "x" }, unknown), 1);
    assert.match(flow.error, /^RESOURCE_UNKNOWN: /);
  });

  it("cancels the run when the job is cancelled", async () => {
    const cli: PlayCli = usualCli({}, (_command, request) => {
      request.onStderr(Buffer.from(started));
      flow.ci.abort.abort();
      return { signal: "SIGTERM" };
    });
    assert.equal(await flow.run({ command: "run", resource: "nightly" }, cli), 1);
    assert.match(flow.error, /^CANCELLED: /);
    const cancel = flow.sandbox.requests.find(({ path }) => path.endsWith("/runs/cancel"));
    assert.deepEqual(cancel?.body, { run_id: 99 });
  });

  describe("cancelled between the start of a run and its link", () => {
    /** The CLI has started so many runs, and is ended. */
    const startingRuns = (count: number): PlayCli =>
      usualCli({}, () => {
        const { runs, jobs } = flow.sandbox.workspace;
        runs.script({ runningPolls: Infinity });
        for (let nth = 0; nth < count; nth++) runs.start(jobs.find("7"), {}, DEPLOYER.applicationId);
        flow.ci.abort.abort();
        return { signal: "SIGTERM" };
      });
    const cancelled = (): unknown[] =>
      flow.sandbox.requests.filter(({ path }) => path.endsWith("/runs/cancel")).map(({ body }) => body);

    it("finds the run and cancels it", async () => {
      assert.equal(await flow.run({ command: "run", resource: "nightly" }, startingRuns(1)), 1);
      assert.match(flow.error, /^CANCELLED: /);
      const [run] = flow.sandbox.workspace.runs.all.values();
      assert.deepEqual(cancelled(), [{ run_id: Number(run?.id) }]);
      assert.match(JSON.stringify(outputs()), new RegExp(`"id":"${run?.id ?? ""}".*failed`));
    });

    it("cancels none of two that it cannot tell apart, and names both", async () => {
      assert.equal(await flow.run({ command: "run", resource: "nightly" }, startingRuns(2)), 1);
      assert.deepEqual(cancelled(), []);
      assert.match(
        JSON.stringify(flow.ci.annotations),
        /several runs .* none was cancelled.*#job\/7\/run\/.*#job\/7\/run\//,
      );
    });

    it("says when it cannot find out", async () => {
      flow.sandbox.fault({ path: "/api/2.2/jobs/runs/list", then: { status: 403 }, times: Infinity });
      assert.equal(await flow.run({ command: "run", resource: "nightly" }, startingRuns(1)), 1);
      assert.match(flow.error, /^CANCELLED: /);
      assert.match(JSON.stringify(flow.ci.annotations), /could not be found out/);
    });
  });

  it("shows what a destroy deletes, and wants approval", async () => {
    assert.equal(await flow.run({ command: "destroy" }, usualCli({})), 1);
    assert.match(flow.error, /^DESTRUCTIVE_PLAN: [^]*delete jobs\.nightly/);
    assert.deepEqual(flow.commands.slice(1), ["summary -o json"]);
    const destroying = usualCli({}, () => {
      flow.sandbox.workspace.jobs.delete("7");
      return { code: 0 };
    });
    assert.equal(await flow.run({ command: "destroy", "auto-approve": "true" }, destroying), 0, flow.error);
    assert.deepEqual(flow.commands.slice(-1), ["destroy --auto-approve"]);
    assert.match(flow.ci.summaryText, /destroyed/);
  });

  it("succeeds where nothing is deployed, and says so", async () => {
    const empty = JSON.stringify({ ...(JSON.parse(SUMMARY) as object), resources: {} });
    const cli: PlayCli = (command, request) =>
      command === "summary -o json" ? { stdout: empty } : usualCli({})(command, request);
    assert.equal(await flow.run({ command: "destroy" }, cli), 0, flow.error);
    assert.match(flow.ci.summaryText, /nothing to destroy/);
  });

  it("finds deletes that were passed over, and jobs that are still there", async () => {
    const stderr =
      "Warn: destroying resources.jobs.nightly: Ignoring permission error when deleting resources.jobs.nightly id=7: no\n";
    assert.equal(
      await flow.run(
        { command: "destroy", "auto-approve": "true" },
        usualCli({}, () => ({ stderr })),
      ),
      1,
    );
    assert.match(flow.error, /^DESTROY_INCOMPLETE: [^]*jobs\.nightly \(7\)/);
    flow.sandbox.fault({ path: /jobs\/get$/, then: { status: 200, body: { job_id: 7 } } });
    assert.equal(await flow.run({ command: "destroy", "auto-approve": "true" }, usualCli({})), 1);
    assert.match(flow.error, /^DESTROY_INCOMPLETE: [^]*jobs\.nightly \(7\)/);
  });

  it("reports a destroy that failed", async () => {
    const cli = usualCli({}, () => ({ code: 1, stderr: "Error: no right\n" }));
    assert.equal(await flow.run({ command: "destroy", "auto-approve": "true" }, cli), 1);
    assert.match(flow.error, /^DEPLOY_FAILED: [^]*no right/);
  });
});
