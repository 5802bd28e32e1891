import { cancelRun, stopPipeline } from "../api/workspace.ts";
import { pipelineId, runId } from "../cli/run-command.ts";
import { SecretlessError } from "../base/errors.ts";
import { checkRunOptions, runOptions } from "../cli/run-options.ts";
import { noteChanges } from "../flow/changed-resources.ts";
import { warn } from "../flow/step.ts";
import { unseenRuns } from "../flow/unseen-run.ts";
import { taskMistakes, tellResults } from "../flow/run-results.ts";
import type { TaskFacts } from "../report/facts.ts";
import { jsonOutput } from "../report/outputs.ts";
import type { CommandContext } from "./command.ts";

/** Milliseconds for the CLI to say which job is meant, after a cancellation: the CI gives a step ten seconds in all. */
const BRIEFLY = 4_000;

/** Runs a job, pipeline, app or script of the deployed bundle, its state live in the log. If the CI's job is cancelled, so is the run. */
export async function runResource({ step, audit, cli, api }: CommandContext): Promise<void> {
  const { ci, inputs, ports, serverTime, signal, found } = step;
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
  /** Cancels what was started though the CLI was ended before it could print the link. */
  const cancelUnseen = async (): Promise<void> => {
    const summary = await cli.summary(AbortSignal.timeout(BRIEFLY));
    const principal = inputs.clientId;
    const runs = await unseenRuns({ api, clock: ports.clock, summary, resource, principal, since });
    const [one] = runs;
    if (runs.length > 1) {
      const links = runs.flatMap((run) => ("url" in run ? [run.url] : []));
      warn(
        step,
        `The job was cancelled while ${resource} was being started, and several runs of it began then: none was cancelled. ${links.join(", ")}`,
      );
    } else if (one?.kind === "jobs") {
      if (one.url !== "") onUrl(one.url);
      await cancelRun(api, one.id);
    } else if (one) await stopPipeline(api, one.id);
    if (runs.length === 1)
      ci.info(`The run of ${resource} that had just begun was cancelled, as the job was.`);
  };
  const since = serverTime.now();
  try {
    await ci.group(`Run ${resource}`, () => cli.run({ resource, options, wait, onUrl }, signal));
    await report(wait ? "succeeded" : "started");
  } catch (error) {
    const [run, pipeline] = [runId(url), pipelineId(url)];
    if (signal.aborted && run !== undefined) await cancelRun(api, run);
    if (signal.aborted && pipeline !== undefined) await stopPipeline(api, pipeline);
    if (signal.aborted && url !== "") ci.info(`${url} was cancelled, as the job was.`);
    else if (signal.aborted)
      await cancelUnseen().catch(() => {
        warn(
          step,
          `Whether a run of ${resource} had begun when the job was cancelled could not be found out.`,
        );
      });
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
