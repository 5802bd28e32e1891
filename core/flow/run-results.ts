import type { DatabricksApi } from "../api/client.ts";
import { hasFailed, taskResults, updateErrors, type TaskResult } from "../api/run-results.ts";
import type { Mistake } from "../base/errors.ts";
import { harmlessLines } from "../ci/safe-for-log.ts";
import { pipelineId, runId, updateId } from "../cli/run-command.ts";
import type { TaskFacts } from "../report/facts.ts";
import { withoutCredentials } from "../scan/hide.ts";
import type { Step } from "./step.ts";

/** Characters of a text of a task that are shown and given out. */
const LONGEST = 4_000;
/** Tasks that an error names. */
const MOST = 10;

/**
 * What the tasks of a run that has ended left, and why they failed; of a pipeline, its errors. Told in the log after a failure:
 * what a run that succeeded prints, the CLI shows. That it cannot be read fails nothing.
 * @param url of the run or the update
 */
export async function tellResults(
  { ci }: Pick<Step, "ci">,
  api: DatabricksApi,
  url: string,
  failed: boolean,
): Promise<readonly TaskFacts[]> {
  try {
    const { tasks, more } = await resultsOf(api, url, failed);
    const facts = tasks.map(factsOf);
    if (failed)
      for (const one of facts) await ci.group(`Task ${one.task}: ${one.result}`, () => tell(ci, one));
    if (more > 0) ci.info(`${String(more)} more tasks were not looked at.`);
    return facts;
  } catch (error) {
    ci.info(`What the tasks left cannot be shown: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

async function resultsOf(
  api: DatabricksApi,
  url: string,
  failed: boolean,
): Promise<{ readonly tasks: readonly TaskResult[]; readonly more: number }> {
  const run = runId(url);
  if (run !== undefined) return taskResults(api, run);
  const [pipeline, update] = [pipelineId(url), updateId(url)];
  if (!failed || pipeline === undefined || update === undefined) return { tasks: [], more: 0 };
  const errors = await updateErrors(api, pipeline, update);
  const tasks = errors.slice(0, MOST).map((error) => ({ task: "update", result: "FAILED", error }));
  return { tasks, more: 0 };
}

/** The same texts as they may be shown: of what code printed, and of a trace, the end counts. */
function factsOf({ task, result, output, error, trace }: TaskResult): TaskFacts {
  return {
    ...{ task, result },
    ...(output !== undefined && { output: shown(output, "end") }),
    ...(error !== undefined && { error: shown(error, "start") }),
    ...(trace !== undefined && { trace: shown(trace, "end") }),
  };
}

function shown(text: string, keep: "start" | "end"): string {
  // Before it is cut: half a token is not known as one.
  const safe = withoutCredentials(harmlessLines(text).join("\n")).trim();
  if (safe.length <= LONGEST) return safe;
  return keep === "start" ? `${safe.slice(0, LONGEST)} …` : `… ${safe.slice(-LONGEST)}`;
}

function tell(ci: Pick<Step["ci"], "info">, { error, trace, output }: TaskFacts): Promise<void> {
  for (const text of [error, trace, output])
    for (const line of text === undefined ? [] : text.split("\n")) ci.info(line);
  return Promise.resolve();
}

/** Why tasks failed, as single mistakes of the error of their run. */
export function taskMistakes(tasks: readonly TaskFacts[]): readonly Mistake[] {
  const failed = tasks.filter(hasFailed);
  const rest = failed.length - MOST;
  return [
    ...failed.slice(0, MOST).map(({ task, result, error }) => ({
      problem: `Task "${task}" (${result}): ${(error ?? "").split("\n")[0] || "it says no reason"}`,
    })),
    ...(rest > 0 ? [{ problem: `${String(rest)} more tasks failed.` }] : []),
  ];
}
