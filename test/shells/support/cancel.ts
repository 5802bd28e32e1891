import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoggedRequest } from "../../../sandbox/http/log.ts";
import type { SandboxCli } from "../../../sandbox/runner/find-cli.ts";
import type { GitHubJob } from "../../../sandbox/runner/github-job.ts";
import type { GitHubStep, StepResult } from "../../../sandbox/runner/github.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import type { FreshFolder } from "../../../sandbox/runner/scratch.ts";
import { ProcessWatch } from "./processes.ts";

/** Signals of a cancelled job, each with the milliseconds until the next one. */
export type Signals = readonly (readonly [signal: NodeJS.Signals, wait: number])[];

/** What the runner sends to the process of main (actions/runner, ProcessInvoker). */
export const RUNNER_SIGNALS: Signals = [
  ["SIGINT", 7_500],
  ["SIGTERM", 2_500],
  ["SIGKILL", 0],
];
/** The same for those who cannot wait. */
export const FAST_SIGNALS: Signals = RUNNER_SIGNALS.map(([signal, wait]) => [signal, wait / 25] as const);

/** Milliseconds; {@link lingeringCli} leaves what would live ten times as long. */
const DYING = 6_000;

export interface Cancelled {
  readonly result: StepResult;
  /** Processes of the step that still run after its post step. */
  readonly left: readonly number[];
}

/** Runs the action and cancels it as soon as the sandbox has got the request. */
export async function cancelAt(
  job: GitHubJob,
  moment: (request: LoggedRequest) => boolean,
  signals: Signals = FAST_SIGNALS,
  step: Partial<GitHubStep> = {},
): Promise<Cancelled> {
  const since = job.sandbox.requests.length;
  const watch = new ProcessWatch();
  let main = 0;
  const ended = new AbortController();
  const running = job.step(
    {},
    {
      ...step,
      onStart: (pid) => {
        main = pid;
        if (ProcessWatch.possible) watch.watch(pid);
      },
    },
  );
  const cancelling = (async () => {
    while (!ended.signal.aborted && !job.sandbox.requests.slice(since).some(moment)) await sleep(5);
    for (const [signal, wait] of signals) {
      // Post is a process of its own: it gets none of these.
      if (ended.signal.aborted || !isRunning(main)) break;
      process.kill(main, signal);
      await sleep(wait);
    }
  })();
  const result = await running.finally(() => ended.abort());
  await cancelling;
  watch.stop();
  // What was killed needs a processor once more to be gone; what was not stays for much longer.
  for (let waited = 0; watch.running.length > 0 && waited < DYING; waited += 10) await sleep(10);
  return { result, left: watch.running };
}

/** Interrupts main once, as soon as the sandbox has got the request. For `onStart` of a step. */
export function interruptAt(
  { requests }: Sandbox,
  moment: (request: LoggedRequest) => boolean,
): (main: number) => void {
  const since = requests.length;
  return (main) => {
    const look = (): void => {
      if (!isRunning(main)) return;
      if (requests.slice(since).some(moment)) process.kill(main, "SIGINT");
      else setTimeout(look, 5);
    };
    look();
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A Databricks CLI that leaves a program running in its group, as a build daemon does. */
export async function lingeringCli(cli: SandboxCli, freshFolder: FreshFolder): Promise<SandboxCli> {
  const file = path.join(await freshFolder("lingering-cli"), "databricks");
  await writeFile(
    file,
    `#!${process.execPath}
const { spawn, spawnSync } = require("node:child_process");
const args = process.argv.slice(2);
if (args[0] === "bundle") spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { stdio: "ignore" }).unref();
process.exitCode = spawnSync(${JSON.stringify(cli.file)}, args, { stdio: ["ignore", "inherit", "inherit"] }).status;
`,
  );
  await chmod(file, 0o755);
  return { file, kind: cli.kind };
}
