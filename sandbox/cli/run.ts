import { setTimeout as wait } from "node:timers/promises";
import { idOf, textOf, type JsonObject } from "../http/json.ts";
import { asList, objectOf } from "./config-file.ts";
import { CliFailure } from "./diagnostics.ts";
import type { Session } from "./session.ts";
import { DeploymentState } from "./state.ts";

const ENDED = ["TERMINATED", "SKIPPED", "INTERNAL_ERROR"];
const FAILURES: Readonly<Record<string, string>> = {
  FAILED: "run failed",
  CANCELED: "run canceled",
  TIMEDOUT: "run timed out",
};

/** `bundle run KEY`: succeeds if the run does. @throws CliFailure */
export async function run(session: Session): Promise<void> {
  const { command, bundle, files, env, output, client } = session;
  const state = await DeploymentState.load(bundle, files, env);
  if (state.resources.size === 0) {
    throw new CliFailure(
      "resource not found or not yet deployed. Did you forget to run 'databricks bundle deploy'?",
    );
  }
  const { key = "", params } = command;
  const name = `resources.jobs.${key.replace(/^jobs\./, "")}`;
  const job = state.resources.get(name);
  if (!bundle.resources.has(name) || job === undefined)
    throw new CliFailure(`resource with key "${key}" not found`);
  const parameters = Object.keys(params).length === 0 ? {} : { job_parameters: params };
  const body = { job_id: BigInt(job.id), ...parameters };
  const started = await client.json({ method: "POST", path: "/api/2.2/jobs/run-now", body });
  const ended = await follow(idOf(started["run_id"]), session);
  if (ended === undefined) return;
  const [cycle = "", result = "", message = ""] = stateOf(ended);
  if (cycle === "SKIPPED") throw new CliFailure(`run skipped: ${message}`);
  if (cycle === "INTERNAL_ERROR") {
    throw new CliFailure(`failed to reach TERMINATED or SKIPPED, got INTERNAL_ERROR: ${message}`);
  }
  if (result !== "SUCCESS") {
    throw new CliFailure(`${FAILURES[result] ?? `run ended with ${result}`}: ${message}`);
  }
  output.out(await taskOutputs(ended, session));
}

/** Polls the run to its end; undefined with `--no-wait`. */
async function follow(runId: string, { client, command, output }: Session): Promise<JsonObject | undefined> {
  const get = { method: "GET", path: "/api/2.2/jobs/runs/get", query: { run_id: runId } } as const;
  let last = "";
  for (let polls = 0; ; polls += 1) {
    const answer = await client.json(get);
    if (polls === 0) output.err(`Run URL: ${runUrl(textOf(answer["run_page_url"]))}\n\n`);
    if (!command.wait) return undefined;
    const words = stateOf(answer);
    const line = words.filter((word) => word !== "").join(" ");
    if (line !== last) output.err(`${localTime()} "${textOf(answer["run_name"])}" ${line}\n`);
    last = line;
    if (ENDED.includes(words[0] ?? "")) return answer;
    await wait(Math.min(polls + 1, 10) * 1000);
  }
}

/** Life cycle, result and message; "" for what is not there yet. */
function stateOf(answer: JsonObject): string[] {
  const state = objectOf(answer["state"]);
  return ["life_cycle_state", "result_state", "state_message"].map((field) => textOf(state[field]));
}

/** What the notebooks of the run returned: of one task as it stands, of several under their names. */
async function taskOutputs(run: JsonObject, { client }: Session): Promise<string> {
  const outputs: { readonly key: string; readonly text: string }[] = [];
  for (const task of asList(run["tasks"]).map(objectOf)) {
    const query = { run_id: idOf(task["run_id"]) };
    const got = await client.json({ method: "GET", path: "/api/2.2/jobs/runs/get-output", query });
    const text = textOf(objectOf(got["notebook_output"])["result"]);
    if (got["notebook_output"] !== undefined) outputs.push({ key: textOf(task["task_key"]), text });
  }
  if (outputs.length < 2) return outputs[0]?.text ?? "";
  return `Output:\n${outputs.map(({ key, text }) => `=======\nTask ${key}:\n${text}\n`).join("")}`;
}

/** `<host>/?o=1#job/2/run/3` as people know it: `<host>/jobs/2/runs/3?o=1`. */
function runUrl(page: string): string {
  return page.replace(/\/?(\?[^#]*)?#job\/(\d+)\/run\/(\d+)$/, "/jobs/$2/runs/$3$1");
}

function localTime(): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace("T", " ");
}
