import { setTimeout as wait } from "node:timers/promises";
import { idOf, listOf, textOf, type JsonObject } from "../http/json.ts";
import { objectOf } from "./config-file.ts";
import { CliFailure } from "./diagnostics.ts";
import type { Session } from "./session.ts";
import { DeploymentState } from "./state.ts";

const ENDED = ["TERMINATED", "SKIPPED", "INTERNAL_ERROR"];
const FAILURES: Readonly<Record<string, string>> = {
  FAILED: "run failed",
  CANCELED: "run canceled",
  TIMEDOUT: "run timed out",
};

/** `bundle run KEY` of a job: succeeds if the run does. @throws CliFailure */
export async function run(session: Session): Promise<void> {
  const { command, bundle, files, client } = session;
  const state = await DeploymentState.load(bundle, files);
  if (state.resources.size === 0) {
    throw new CliFailure(
      "resource not found or not yet deployed. Did you forget to run 'databricks bundle deploy'?",
    );
  }
  const { key = "", parameters } = command;
  const name = `resources.jobs.${key}`;
  const job = state.resources.get(name);
  if (!bundle.resources.has(name) || job === undefined)
    throw new CliFailure(`resource with key "${key}" not found`);
  const body = { job_id: BigInt(job.id), ...parameters };
  const started = await client.json({ method: "POST", path: "/api/2.2/jobs/run-now", body });
  const runId = idOf(started["run_id"]);
  const [cycle, result, message] = await follow(runId, session);
  if (cycle === "SKIPPED") throw new CliFailure(`run skipped: ${message}`);
  if (cycle === "INTERNAL_ERROR") {
    throw new CliFailure(`failed to reach TERMINATED or SKIPPED, got INTERNAL_ERROR: ${message}`);
  }
  if (command.wait && result !== "SUCCESS") {
    throw new CliFailure(`${FAILURES[result] ?? `run ended with ${result}`}: ${message}`);
  }
  if (command.wait) process.stdout.write(await outputs(runId, session));
}

/** What the tasks of a run returned or printed, as the CLI shows it. */
async function outputs(runId: string, { client }: Session): Promise<string> {
  const path = "/api/2.2/jobs/runs/get";
  const run = await client.json({ method: "GET", path, query: { run_id: runId } });
  const shown: string[] = [];
  for (const task of listOf(run["tasks"])) {
    const query = { run_id: idOf(objectOf(task)["run_id"]) };
    const answer = await client.json({ method: "GET", path: "/api/2.2/jobs/runs/get-output", query });
    const text = textOf(objectOf(answer["notebook_output"])["result"]) || textOf(answer["logs"]);
    if (text !== "") shown.push(`=======\nTask ${textOf(objectOf(task)["task_key"])}:\n${text}\n`);
  }
  if (shown.length < 2) return shown.join("").replace(/^=+\n.*\n/, "");
  return `Output:\n${shown.join("")}`;
}

type RunState = readonly [cycle: string, result: string, message: string];

/** Polls the run to its end, or once with `--no-wait`. @returns its last state */
async function follow(runId: string, { client, command, note }: Session): Promise<RunState> {
  const get = { method: "GET", path: "/api/2.2/jobs/runs/get", query: { run_id: runId } } as const;
  let last = "";
  for (let polls = 0; ; polls += 1) {
    const answer = await client.json(get);
    if (polls === 0) {
      // From `<host>/?o=1#job/2/run/3` to `<host>/jobs/2/runs/3?o=1`.
      const page = textOf(answer["run_page_url"]);
      note(`Run URL: ${page.replace(/\/?(\?[^#]*)?#job\/(\d+)\/run\/(\d+)$/, "/jobs/$2/runs/$3$1")}\n\n`);
    }
    const state = stateOf(answer);
    if (!command.wait) return state;
    const line = state.filter((word) => word !== "").join(" ");
    const time = new Date().toISOString().slice(0, 19).replace("T", " ");
    if (line !== last) note(`${time} "${textOf(answer["run_name"])}" ${line}\n`);
    last = line;
    if (ENDED.includes(state[0])) return state;
    await wait(Math.min(polls + 1, 10) * 1000);
  }
}

/** "" for what is not there yet. */
function stateOf(answer: JsonObject): RunState {
  const state = objectOf(answer["state"]);
  return [textOf(state["life_cycle_state"]), textOf(state["result_state"]), textOf(state["state_message"])];
}
