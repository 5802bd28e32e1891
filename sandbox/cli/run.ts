import { setTimeout as wait } from "node:timers/promises";
import { idOf, isObject, textOf, type Json, type JsonObject } from "../http/json.ts";
import { CliFailure } from "./diagnostics.ts";
import type { Session } from "./session.ts";
import { DeploymentState } from "./state.ts";

const ENDED = ["TERMINATED", "SKIPPED", "INTERNAL_ERROR"];
const FAILURES: Readonly<Record<string, string>> = {
  FAILED: "run failed",
  CANCELED: "run canceled",
  TIMEDOUT: "run timed out",
};

interface TaskOutput {
  readonly TaskKey: string;
  readonly Output: JsonObject;
  readonly EndTime: number;
}

/** `bundle run KEY`: succeeds if the run does. @throws CliFailure */
export async function run(session: Session): Promise<void> {
  const { command, bundle, files, env, output, client } = session;
  if (command.key === undefined) throw new CliFailure("expected a KEY of the resource to run");
  const state = await DeploymentState.load(bundle, files, env, false);
  if (state.resources.size === 0) {
    throw new CliFailure(
      "resource not found or not yet deployed. Did you forget to run 'databricks bundle deploy'?",
    );
  }
  const key = command.key.replace(/^jobs\./, "");
  const job = state.resources.get(`resources.jobs.${key}`);
  if (!bundle.resources.has(`resources.jobs.${key}`) || job === undefined) {
    throw new CliFailure(`resource with key "${command.key}" not found`);
  }
  const parameters = Object.keys(command.params).length === 0 ? {} : { job_parameters: command.params };
  const body = { job_id: BigInt(job.id), ...parameters };
  const runId = idOf((await client.json({ method: "POST", path: "/api/2.2/jobs/run-now", body }))["run_id"]);
  const ended = await follow(runId, session);
  if (ended === undefined) return;
  const state_ = objectOf(ended["state"]);
  const [cycle, result, message] = ["life_cycle_state", "result_state", "state_message"].map((field) =>
    textOf(state_[field]),
  ) as [string, string, string];
  if (cycle === "SKIPPED") throw new CliFailure(`run skipped: ${message}`);
  if (cycle === "TERMINATED" && result !== "SUCCESS") {
    throw new CliFailure(`${FAILURES[result] ?? `run ended with ${result}`}: ${message}`);
  }
  const outputs = await taskOutputs(runId, session, cycle === "INTERNAL_ERROR");
  if (cycle === "INTERNAL_ERROR") {
    throw new CliFailure(`failed to reach TERMINATED or SKIPPED, got INTERNAL_ERROR: ${message}`);
  }
  if (command.json) output.out(`${JSON.stringify({ task_outputs: outputs }, undefined, 2)}\n`);
  else output.out(outputText(outputs));
}

/** Polls the run to its end; undefined with `--no-wait`. */
async function follow(runId: string, { client, command, output }: Session): Promise<JsonObject | undefined> {
  const get = { method: "GET", path: "/api/2.2/jobs/runs/get", query: { run_id: runId } } as const;
  let last = "";
  for (let polls = 0; ; polls += 1) {
    const answer = await client.json(get);
    if (polls === 0) output.err(`Run URL: ${runUrl(textOf(answer["run_page_url"]))}\n\n`);
    if (!command.wait) return undefined;
    const state = objectOf(answer["state"]);
    const words = ["life_cycle_state", "result_state", "state_message"].map((field) => textOf(state[field]));
    const line = words.filter((word) => word !== "").join(" ");
    if (line !== last) output.err(`${localTime()} "${textOf(answer["run_name"])}" ${line}\n`);
    last = line;
    if (ENDED.includes(textOf(state["life_cycle_state"]))) return answer;
    await wait(Math.min(polls + 1, 10) * 1000);
  }
}

async function taskOutputs(
  runId: string,
  { client, output }: Session,
  failed: boolean,
): Promise<TaskOutput[]> {
  const answer = await client.json({
    method: "GET",
    path: "/api/2.2/jobs/runs/get",
    query: { run_id: runId },
  });
  const outputs: TaskOutput[] = [];
  for (const task of (Array.isArray(answer["tasks"]) ? answer["tasks"] : []).filter(isObject)) {
    const query = { run_id: idOf(task["run_id"]) };
    const got = await client.json({ method: "GET", path: "/api/2.2/jobs/runs/get-output", query });
    const TaskKey = textOf(task["task_key"]);
    if (failed) {
      output.err(`Task ${TaskKey} FAILED:\n${textOf(got["error"])}\n${textOf(got["error_trace"])}\n`);
    }
    const notebook = got["notebook_output"];
    const shown =
      isObject(notebook) && textOf(got["logs"]) === "" ? { result: notebook["result"] } : logs(got);
    if (shown !== undefined) outputs.push({ TaskKey, Output: shown, EndTime: Number(task["end_time"] ?? 0) });
  }
  return outputs;
}

function logs(output: JsonObject): JsonObject | undefined {
  const text = textOf(output["logs"]);
  return text === "" ? undefined : { logs: text, logs_truncated: output["logs_truncated"] === true };
}

function outputText(outputs: readonly TaskOutput[]): string {
  const text = ({ Output }: TaskOutput): string => textOf(Output["result"]) || textOf(Output["logs"]);
  const [only, ...others] = [...outputs].sort((a, b) => a.EndTime - b.EndTime);
  if (only === undefined) return "";
  if (others.length === 0) return text(only);
  const parts = [only, ...others].map((one) => `=======\nTask ${one.TaskKey}:\n${text(one)}\n`);
  return `Output:\n${parts.join("")}`;
}

/** `<host>/?o=1#job/2/run/3` as people know it: `<host>/jobs/2/runs/3?o=1`. */
function runUrl(page: string): string {
  return page.replace(
    /\/?(\?[^#]*)?#job\/(\d+)\/run\/(\d+)$/,
    (_, query: string | undefined, job: string, run: string) => {
      return `/jobs/${job}/runs/${run}${query ?? ""}`;
    },
  );
}

function localTime(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000)
    .toISOString()
    .slice(0, 19)
    .replace("T", " ");
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
