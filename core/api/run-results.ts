import { ApiFailure, callError, type DatabricksApi } from "./client.ts";
import { textAt, writeJson, type Json } from "./json.ts";
import { inParallel, listAll } from "./paging.ts";
import { PIPELINE_EVENT, PIPELINE_EVENTS, RUN, RUN_OUTPUT, RUN_TASK, type GetRunOutput } from "./shapes.ts";

/** Tasks whose output is asked for. */
const MOST = 50;

/** How a task ended, and what it left: texts from outside, as long as the API gives them (5 MB). */
export interface TaskResult {
  /** Its key in the job. */
  readonly task: string;
  /** `result_state`, or how it came to its end without one: `SUCCESS`, `FAILED`, `UPSTREAM_FAILED`, `SKIPPED`. */
  readonly result: string;
  /** What a notebook returned, or what code printed. */
  readonly output?: string;
  readonly error?: string;
  readonly trace?: string;
}

/** Whether a task is one of those by which its run failed. */
export const hasFailed = ({ result }: Pick<TaskResult, "result">): boolean =>
  /^(?:FAILED|TIMEDOUT|INTERNAL_ERROR)$/.test(result);

/**
 * The tasks of a run that has ended, those that failed first; of tasks that were tried again the last try. What a task left
 * can be read for 60 days. Source: REST API, jobs/runs/get and jobs/runs/get-output.
 * @param runId decimal
 * @returns `more`: how many tasks were not looked at
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`
 */
export async function taskResults(
  api: DatabricksApi,
  runId: string,
): Promise<{ readonly tasks: readonly TaskResult[]; readonly more: number }> {
  try {
    const all = await listAll(api, "/api/2.2/jobs/runs/get", RUN.key("tasks"), { run_id: runId });
    const tries = new Map<string, Json>();
    for (const task of all) {
      const key = RUN_TASK.text(task, "task_key");
      if (triesOf(task) >= triesOf(tries.get(key))) tries.set(key, task);
    }
    const results = [...tries].map(([task, json]) => ({ task, json, result: resultOf(json) }));
    const sorted = [...results.filter(hasFailed), ...results.filter((one) => !hasFailed(one))];
    const tasks = await inParallel(sorted.slice(0, MOST), ({ task, json, result }) =>
      readOutput(api, { task, json, result }),
    );
    return { tasks, more: Math.max(0, sorted.length - MOST) };
  } catch (error) {
    throw callError("The look at the run's tasks", error);
  }
}

const triesOf = (task: Json | undefined): number => Number(textAt(task, "attempt_number") || "-1");

function resultOf(task: Json): string {
  return (
    RUN_TASK.text(task, "state", "result_state") ||
    RUN_TASK.text(task, "state", "life_cycle_state") ||
    RUN_TASK.text(task, "status", "termination_details", "code") ||
    "UNKNOWN"
  );
}

async function readOutput(
  api: DatabricksApi,
  { task, json, result }: { readonly task: string; readonly json: Json; readonly result: string },
): Promise<TaskResult> {
  const message = RUN_TASK.text(json, "state", "state_message");
  const failed = hasFailed({ result });
  const without = { task, result, ...(failed && message !== "" && { error: message }) };
  if (!failed && result !== "SUCCESS") return without;
  const query = { run_id: textAt(json, "run_id") } satisfies GetRunOutput;
  try {
    const answer = await api.call({ method: "GET", path: "/api/2.2/jobs/runs/get-output", query });
    const error = RUN_OUTPUT.text(answer, "error") || (failed ? message : "");
    const trace = RUN_OUTPUT.text(answer, "error_trace");
    const output = outputOf(answer);
    return {
      ...{ task, result },
      ...(output !== "" && { output }),
      ...(error !== "" && { error }),
      ...(trace !== "" && { trace }),
    };
  } catch (error) {
    // Some kinds of tasks (those that start others) have no output of their own.
    if (error instanceof ApiFailure && error.is(400, 403, 404)) return without;
    throw error;
  }
}

function outputOf(answer: Json): string {
  const returned = RUN_OUTPUT.text(answer, "notebook_output", "result");
  if (returned !== "") return returned;
  const printed = RUN_OUTPUT.text(answer, "logs");
  if (printed !== "") return printed;
  const sql = RUN_OUTPUT.member(answer, "sql_output");
  return sql === undefined ? "" : writeJson(sql);
}

/**
 * Why the update of a pipeline failed, the latest first. Source: REST API, pipelines/listpipelineevents.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`
 */
export async function updateErrors(
  api: DatabricksApi,
  pipelineId: string,
  updateId: string,
): Promise<readonly string[]> {
  try {
    const path = `/api/2.0/pipelines/${encodeURIComponent(pipelineId)}/events`;
    const query = { filter: "level='ERROR'", max_results: "100" };
    const answer = await api.call({ method: "GET", path, query });
    return PIPELINE_EVENTS.list(answer, "events").flatMap((event) => {
      if (PIPELINE_EVENT.text(event, "origin", "update_id") !== updateId) return [];
      const exceptions = PIPELINE_EVENT.list(event, "error", "exceptions").map((one) =>
        textAt(one, "message"),
      );
      const texts = [PIPELINE_EVENT.text(event, "message"), ...exceptions].filter((text) => text !== "");
      return texts.length === 0 ? [] : [texts.join("\n")];
    });
  } catch (error) {
    throw callError("The look at the pipeline's events", error);
  }
}
