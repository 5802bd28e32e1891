import { cancelRun, stopPipeline } from "../api/workspace.ts";
import { pipelineId, runId } from "../cli/run-command.ts";
import { SecretlessError } from "../base/errors.ts";
import { noteChanges } from "../flow/changed-resources.ts";
import { warn } from "../flow/step.ts";
import { unseenRuns } from "../flow/unseen-run.ts";
import type { CommandContext } from "./command.ts";

/** Milliseconds for the CLI to say which job is meant, after a cancellation: the CI gives a step ten seconds in all. */
const BRIEFLY = 4_000;

/** Runs a job, pipeline, app or script of the deployed bundle, its state live in the log. If the CI's job is cancelled, so is the run. */
export async function runResource({ step, audit, cli, api }: CommandContext): Promise<void> {
  const { ci, inputs, ports, serverTime, signal, found } = step;
  const { resource = "", runParameters: parameters, wait } = inputs;
  let url = "";
  const report = async (result: string): Promise<void> => {
    found({ run: { resource, url, result } });
    await ci.output("run", JSON.stringify({ id: runId(url) ?? "", url, result }));
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
    await ci.group(`Run ${resource}`, () => cli.run({ resource, parameters, wait, onUrl }, signal));
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
    await report("failed");
    throw withLink(error, url);
  }
}

/** The error with the link of the run, which is what one opens first. */
function withLink(error: unknown, url: string): unknown {
  if (!(error instanceof SecretlessError) || !error.code.startsWith("RUN_") || url === "") return error;
  const { code, details, mistakes, others, cause } = error;
  return new SecretlessError(code, {
    ...details,
    remedy: `Look at the run: ${url}`,
    mistakes,
    others,
    cause,
  });
}
