import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../sandbox/http/json.ts";
import { good, refused, sandboxForEachTest, text } from "./client.ts";

describe("sandbox: runs", () => {
  const rig = sandboxForEachTest();
  let job: string;
  beforeEach(async () => {
    const tasks = [
      { task_key: "n", notebook_task: {} },
      { task_key: "p", spark_python_task: {} },
    ];
    job = text(await good(rig.api("POST", "/api/2.2/jobs/create", { name: "nightly", tasks })), "job_id");
  });
  const start = async (more: JsonObject = {}) =>
    text(await good(rig.api("POST", "/api/2.2/jobs/run-now", { job_id: BigInt(job), ...more })), "run_id");
  const get = (id: string) => good(rig.api("GET", `/api/2.2/jobs/runs/get?run_id=${id}`));
  const state = async (id: string) => (await get(id))["state"] as JsonObject;

  for (const [result, lifeCycle, shown] of [
    ["SUCCESS", "TERMINATED", "SUCCESS"],
    ["FAILED", "TERMINATED", "FAILED"],
    ["CANCELED", "TERMINATED", "CANCELED"],
    ["TIMEDOUT", "TERMINATED", "TIMEDOUT"],
    ["SKIPPED", "SKIPPED", undefined],
    ["INTERNAL_ERROR", "INTERNAL_ERROR", "FAILED"],
  ] as const) {
    it(`runs for two polls and ends as ${result}`, async () => {
      rig.sandbox.workspace.runs.script({ job: "nightly", result, message: "because", runningPolls: 2 });
      const id = await start();
      const states = [await state(id), await state(id), await state(id), await state(id)];
      assert.deepEqual(
        states.map((one) => one["life_cycle_state"]),
        ["RUNNING", "RUNNING", lifeCycle, lifeCycle],
      );
      assert.deepEqual([states[2]!["result_state"], states[2]!["state_message"]], [shown, "because"]);
    });
  }

  it("uses each script once, in order, for the job that it names", async () => {
    rig.sandbox.workspace.runs.script({ job: "other", result: "FAILED" });
    rig.sandbox.workspace.runs.script({ result: "TIMEDOUT", runningPolls: 0 });
    const [one, two] = [await start(), await start()];
    await state(two);
    assert.deepEqual(
      [(await state(one))["result_state"], (await state(two))["result_state"]],
      ["TIMEDOUT", "SUCCESS"],
    );
  });

  it("gives the output of each task, but of the whole run only with one task", async () => {
    rig.sandbox.workspace.runs.script({
      outputs: { n: { result: "42" }, p: { error: "boom", errorTrace: "line 1" } },
    });
    const id = await start();
    const tasks = (await get(id))["tasks"] as JsonObject[];
    const output = (run: string) => rig.api("GET", `/api/2.2/jobs/runs/get-output?run_id=${run}`);
    const [n, p] = await Promise.all(tasks.map((task) => good(output(text(task, "run_id")))));
    assert.deepEqual(n!["notebook_output"], { result: "42", truncated: false });
    assert.deepEqual([p!["error"], p!["error_trace"], p!["logs"]], ["boom", "line 1", undefined]);
    await refused(output(id), 400, "INVALID_PARAMETER_VALUE");
    await refused(output("1"), 404, "RESOURCE_DOES_NOT_EXIST");
    const single = text(
      await good(rig.api("POST", "/api/2.2/jobs/create", { tasks: [{ task_key: "p" }] })),
      "job_id",
    );
    const run = text(
      await good(rig.api("POST", "/api/2.2/jobs/run-now", { job_id: BigInt(single) })),
      "run_id",
    );
    assert.equal((await good(output(run)))["logs"], "ok\n");
  });

  it("goes on until it is cancelled, and lists active runs", async () => {
    rig.sandbox.workspace.runs.script({ runningPolls: Infinity });
    const id = await start();
    const active = async () =>
      (
        (await good(rig.api("GET", `/api/2.2/jobs/runs/list?active_only=true&job_id=${job}`)))[
          "runs"
        ] as Json[]
      ).length;
    for (let index = 0; index < 5; index += 1) assert.equal((await state(id))["life_cycle_state"], "RUNNING");
    assert.equal(await active(), 1);
    await good(rig.api("POST", "/api/2.2/jobs/runs/cancel", { run_id: BigInt(id) }));
    assert.equal((await state(id))["result_state"], "CANCELED");
    assert.equal(await active(), 0);
    await good(rig.api("POST", "/api/2.2/jobs/runs/cancel", { run_id: BigInt(id) }));
  });

  it("starts one run for one idempotency token, and none for a job that is not there", async () => {
    assert.equal(await start({ idempotency_token: "a" }), await start({ idempotency_token: "a" }));
    assert.notEqual(await start(), await start());
    await refused(rig.api("POST", "/api/2.2/jobs/run-now", { job_id: 1 }), 404, "RESOURCE_DOES_NOT_EXIST");
  });
});
