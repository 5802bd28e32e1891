import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { isObject, jsonId, textOf, type JsonObject } from "../http/json.ts";
import { pageOf, pageSize } from "../http/paging.ts";
import { doesNotExist, invalidParameter, ok, type Reply } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";
import { required } from "./jobs-api.ts";
import type { Jobs } from "./jobs.ts";
import type { Run, Runs, TaskRun } from "./runs.ts";

/** `run-now` and `/api/2.x/jobs/runs`. */
export function runsRoutes(runs: Runs, jobs: Jobs, context: WorkspaceContext): Route[] {
  const base = "/api/{version}/jobs";
  return [
    {
      method: "POST",
      pattern: `${base}/run-now`,
      access: "write",
      handle: (call) => {
        const body = jsonBody(call);
        const job = jobs.find(required(body["job_id"], "job_id"));
        const run = runs.start(job, body, callerOf(call).applicationId);
        return ok({ run_id: jsonId(run.id), number_in_job: jsonId(run.id) });
      },
    },
    {
      method: "GET",
      pattern: `${base}/runs/get`,
      access: "read",
      handle: (call) => {
        const run = runs.find(required(call.query.get("run_id"), "run_id"));
        runs.poll(run);
        return ok(render(run, context));
      },
    },
    {
      method: "GET",
      pattern: `${base}/runs/get-output`,
      access: "read",
      handle: (call) => output(call, runs),
    },
    {
      method: "GET",
      pattern: `${base}/runs/list`,
      access: "read",
      handle: (call) => list(call, runs, context),
    },
    {
      method: "POST",
      pattern: `${base}/runs/cancel`,
      access: "write",
      handle: (call) => {
        runs.cancel(runs.find(required(jsonBody(call)["run_id"], "run_id")));
        return ok();
      },
    },
  ];
}

function list(call: Call, runs: Runs, context: WorkspaceContext): Reply {
  const jobId = call.query.get("job_id");
  const activeOnly = call.query.get("active_only") === "true";
  const found = [...runs.all.values()]
    .filter((run) => (jobId === null || run.jobId === jobId) && (!activeOnly || run.endedAt === undefined))
    .reverse();
  const page = pageOf(found, call.query.get("page_token"), pageSize(call.query.get("limit"), 20, 25));
  const more =
    page.nextPageToken === "" ? { has_more: false } : { has_more: true, next_page_token: page.nextPageToken };
  return ok({ runs: page.items.map((run) => render(run, context)), ...more });
}

function output(call: Call, runs: Runs): Reply {
  const id = required(call.query.get("run_id"), "run_id");
  const found = runs.findTask(id) ?? onlyTask(runs.find(id));
  const { run, task } = found;
  const { result, error, errorTrace } = task.output;
  return ok({
    metadata: {
      run_id: jsonId(task.id),
      task_key: textOf(task.task["task_key"]),
      state: taskState(run, task),
    },
    ...(error === undefined ? {} : { error }),
    ...(errorTrace === undefined ? {} : { error_trace: errorTrace }),
    ...(result === undefined ? {} : resultOf(task, result)),
  });
}

function onlyTask(run: Run): { readonly run: Run; readonly task: TaskRun } {
  const [task, another] = run.tasks;
  if (another !== undefined) {
    throw invalidParameter("Retrieving the output of runs with multiple tasks is not supported.");
  }
  if (task === undefined) throw doesNotExist(`Run ${run.id} has no task.`);
  return { run, task };
}

/** Notebooks give a result, everything else what it printed. */
function resultOf(task: TaskRun, result: string): JsonObject {
  if (isObject(task.task["notebook_task"])) return { notebook_output: { result, truncated: false } };
  return { logs: `${result}\n`, logs_truncated: false };
}

function render(run: Run, { host, workspaceId }: WorkspaceContext): JsonObject {
  const ended = run.endedAt === undefined ? {} : { end_time: run.endedAt };
  return {
    run_id: jsonId(run.id),
    job_id: jsonId(run.jobId),
    number_in_job: jsonId(run.id),
    run_name: run.name,
    run_type: "JOB_RUN",
    creator_user_name: run.creator,
    run_page_url: `${host}/?o=${workspaceId}#job/${run.jobId}/run/${run.id}`,
    start_time: run.startedAt,
    ...ended,
    state: state(run),
    tasks: run.tasks.map((one) => ({
      ...one.task,
      run_id: jsonId(one.id),
      attempt_number: 0,
      state: taskState(run, one),
      ...ended,
    })),
  };
}

function state(run: Run): JsonObject {
  if (run.endedAt === undefined) return { life_cycle_state: "RUNNING", state_message: "In run" };
  const message = { state_message: run.message, user_cancelled_or_timedout: run.result === "TIMEDOUT" };
  if (run.result === "SKIPPED") return { life_cycle_state: "SKIPPED", ...message };
  if (run.result === "INTERNAL_ERROR") {
    return { life_cycle_state: "INTERNAL_ERROR", result_state: "FAILED", ...message };
  }
  return { life_cycle_state: "TERMINATED", result_state: run.result, ...message };
}

/** Where some tasks of a failed run have errors, the others have gone well. */
function taskState(run: Run, { output: { error } }: TaskRun): JsonObject {
  const all = state(run);
  const told = run.tasks.some(({ output }) => output.error !== undefined);
  if (all["result_state"] !== "FAILED" || !told) return all;
  return { ...all, life_cycle_state: "TERMINATED", result_state: error === undefined ? "SUCCESS" : "FAILED" };
}
