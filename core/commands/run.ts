import { cancelRun, stopPipeline } from "../api/workspace.ts";
import { pipelineId, runId } from "../cli/run-command.ts";
import { SecretlessError } from "../base/errors.ts";
import { checkRunOptions, runOptions } from "../cli/run-options.ts";
import { noteChanges } from "../flow/changed-resources.ts";
import { taskMistakes, tellResults } from "../flow/run-results.ts";
import type { TaskFacts } from "../report/facts.ts";
import { jsonOutput } from "../report/outputs.ts";
import type { CommandContext } from "./command.ts";

/** Runs a job, pipeline, app or script of the deployed bundle, its state live in the log. If the CI's job is cancelled, so is the run. */
export async function runResource({ step, audit, cli, api }: CommandContext): Promise<void> {
  const { ci, inputs, signal, found } = step;
  const { resource = "", wait } = inputs;
  const options = runOptions(inputs);
  // Without options there is nothing to hold to what is run: that start of the CLI is saved.
  if (Object.keys(options).length > 0) checkRunOptions((await cli.summary(signal)).tree, resource, options);
  let url = "";
  const report = async (result: string): Promise<readonly TaskFacts[]> => {
    const ended = url !== "" && wait && !signal.aborted;
    const tasks = ended ? await tellResults(step, api, url, result === "failed") : [];
    found({ run: { resource, url, result, tasks } });
    const told = { id: runId(url) ?? "", url, result };
    await jsonOutput(ci, "run", { ...told, tasks }, told);
    return tasks;
  };
  const onUrl = (started: string): void => {
    url = started;
    const id = runId(url) ?? pipelineId(url);
    const { name: command } = inputs.command;
    const run = { change: "created", outcome: { ok: true }, kind: "runs", resource, id } as const;
    noteChanges(audit, [{ ...run, bundle: "", target: inputs.target ?? "", command }]);
  };
  try {
    await ci.group(`Run ${resource}`, () => cli.run({ resource, options, wait, onUrl }, signal));
    await report(wait ? "succeeded" : "started");
  } catch (error) {
    const [run, pipeline] = [runId(url), pipelineId(url)];
    if (signal.aborted && run !== undefined) await cancelRun(api, run);
    if (signal.aborted && pipeline !== undefined) await stopPipeline(api, pipeline);
    if (signal.aborted && url !== "") ci.info(`${url} was cancelled, as the job was.`);
    throw withTasks(error, url, await report("failed"));
  }
}

/** The error with the link of the run, which is what one opens first, and with why its tasks failed. */
function withTasks(error: unknown, url: string, tasks: readonly TaskFacts[]): unknown {
  if (!(error instanceof SecretlessError) || !error.code.startsWith("RUN_") || url === "") return error;
  const { code, details, mistakes, others, cause } = error;
  return new SecretlessError(code, {
    ...details,
    remedy: `Look at the run: ${url}`,
    mistakes: [...mistakes, ...taskMistakes(tasks)],
    others,
    cause,
  });
}
