import assert from "node:assert/strict";
import { ApiFailure, type ApiRequest } from "../../../core/api/client.ts";
import { taskResults, updateErrors } from "../../../core/api/run-results.ts";
import type { Json } from "../../../core/api/json.ts";

const task = (key: string, id: number, result: string, more: object = {}): Json => ({
  task_key: key,
  run_id: id,
  state: { life_cycle_state: "TERMINATED", result_state: result, state_message: `${key} says` },
  ...more,
});

/** A workspace with one run of these tasks, in pages of two, and these outputs by the task's own run. */
function api(tasks: readonly Json[], outputs: Readonly<Record<string, Json | number>>) {
  const asked: string[] = [];
  const call = ({ path, query = {} }: ApiRequest): Promise<Json> => {
    if (path.endsWith("/runs/get")) {
      const from = Number(query["page_token"] ?? "0");
      const more = from + 2 < tasks.length ? { next_page_token: String(from + 2) } : {};
      return Promise.resolve({ tasks: tasks.slice(from, from + 2), ...more });
    }
    const id = query["run_id"] ?? "";
    asked.push(id);
    const output = outputs[id] ?? {};
    return typeof output === "number"
      ? Promise.reject(new ApiFailure(output, "X", "no"))
      : Promise.resolve(output);
  };
  return { call, asked };
}

describe("what the tasks of a run left", () => {
  it("those that failed stand first, each with its own error and trace, else with its message", async () => {
    const tasks = [
      task("a", 1, "SUCCESS"),
      task("b", 2, "FAILED"),
      task("c", 3, "UPSTREAM_FAILED"),
      task("d", 4, "FAILED"),
      task("e", 5, "SUCCESS"),
    ];
    const outputs = {
      1: { notebook_output: { result: "17" } },
      2: { error: "boom", error_trace: "at b", logs: "printed" },
      4: 400,
      5: { sql_output: { query_output: { warehouse_id: "w" } } },
    };
    const given = api(tasks, outputs);
    assert.deepEqual((await taskResults(given, "9")).tasks, [
      { task: "b", result: "FAILED", output: "printed", error: "boom", trace: "at b" },
      { task: "d", result: "FAILED", error: "d says" },
      { task: "a", result: "SUCCESS", output: "17" },
      { task: "c", result: "UPSTREAM_FAILED" },
      { task: "e", result: "SUCCESS", output: '{"query_output":{"warehouse_id":"w"}}' },
    ]);
    assert.ok(!given.asked.includes("3"), "what did not run left nothing");
  });

  it("of a task that was tried again the last try counts", async () => {
    const tasks = [
      task("a", 2, "SUCCESS", { attempt_number: 1 }),
      task("a", 1, "FAILED", { attempt_number: 0 }),
    ];
    const { tasks: found } = await taskResults(api(tasks, {}), "9");
    assert.deepEqual(found, [{ task: "a", result: "SUCCESS" }]);
  });

  it("looks at fifty, and counts the rest", async () => {
    const many = Array.from({ length: 60 }, (_, at) => task(`t${String(at)}`, at + 1, "SUCCESS"));
    const given = api(many, {});
    const { tasks, more } = await taskResults(given, "9");
    assert.deepEqual([tasks.length, more, given.asked.length], [50, 10, 50]);
  });

  it("is an error where the workspace cannot be asked", async () => {
    await assert.rejects(taskResults(api([task("a", 1, "FAILED")], { 1: 503 }), "9"), {
      code: "ENDPOINT_UNAVAILABLE",
    });
  });

  it("errors of a pipeline are those of this update", async () => {
    const event = (update: string, message: string): Json => ({
      origin: { update_id: update },
      message: "FAILED",
      error: { exceptions: [{ message }] },
    });
    const call = (): Promise<Json> => Promise.resolve({ events: [event("u", "boom"), event("v", "other")] });
    assert.deepEqual(await updateErrors({ call }, "p", "u"), ["FAILED\nboom"]);
  });
});
