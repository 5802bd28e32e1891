import { removePrivateFolder } from "../cli/private-folder.ts";
import type { Clock } from "../base/ports.ts";

export interface Leftovers {
  /** Root of the private folder, "" if none was made. */
  readonly folder: string;
  /** Process id of the Databricks CLI that was running, "" if none was. */
  readonly cli: string;
}

/** How long a deployment that a cancelled run has begun may go on, in milliseconds. */
const PATIENCE = 4 * 60_000;
const INTERVAL = 500;

interface CleaningPorts {
  readonly clock: Clock;
  /** Whether a process of this id exists. */
  readonly isRunning: (pid: number) => boolean;
  readonly exists: (path: string) => boolean;
  /** Ends what a program has left running in its group (core/cli/process.ts). */
  readonly terminate: (pid: number) => Promise<void>;
}

/**
 * The post step: waits for a deployment that a cancelled run left to itself, ends what that has left running, then
 * removes the run's private folder. Gives lines for the log, each when it becomes true; none after a run that ended well.
 */
export async function* cleanUp({ folder, cli }: Leftovers, ports: CleaningPorts): AsyncGenerator<string> {
  const { clock, isRunning, exists, terminate } = ports;
  if (folder === "" || !exists(folder)) return;
  const pid = Number(cli);
  const until = clock.now() + PATIENCE;
  if (pid > 0 && isRunning(pid)) {
    yield "A deployment that this run began is still running; waiting for it, so that it leaves no lock.";
    while (isRunning(pid) && clock.now() < until) await clock.sleep(INTERVAL);
    if (isRunning(pid)) {
      yield "It is still running; its temporary folder is left to it.";
      return;
    }
    yield "It has ended.";
  }
  if (pid > 0) await terminate(pid);
  await removePrivateFolder(folder);
  yield "The temporary folder of a run that did not end well was removed.";
}
