import { removePrivateFolder } from "./databricks/private-folder.ts";
import type { Clock } from "./ports.ts";

export interface Leftovers {
  /** Root of the private folder, "" if none was made. */
  readonly folder: string;
  /** Process id of the Databricks CLI that was running, "" if none was. */
  readonly cli: string;
}

/** How long a deployment that a cancelled run has begun may go on, in milliseconds. */
const PATIENCE = 4 * 60_000;
const INTERVAL = 500;

/**
 * The post step: waits for a deployment that a cancelled run left to itself, then removes the run's private folder.
 * @param isRunning whether a process of this id exists
 * @returns what was done, for the log; empty after a run that ended well
 */
export async function cleanUp(
  { folder, cli }: Leftovers,
  {
    clock,
    isRunning,
    exists,
  }: { clock: Clock; isRunning: (pid: number) => boolean; exists: (path: string) => boolean },
): Promise<string[]> {
  const done: string[] = [];
  if (folder === "" || !exists(folder)) return done;
  const pid = Number(cli);
  const until = clock.now() + PATIENCE;
  if (pid > 0 && isRunning(pid)) {
    done.push(
      "A deployment that this run began is still running; waiting for it, so that it leaves no lock.",
    );
    while (isRunning(pid) && clock.now() < until) await clock.sleep(INTERVAL);
    if (isRunning(pid)) return [...done, "It is still running; its temporary folder is left to it."];
    done.push("It has ended.");
  }
  await removePrivateFolder(folder);
  done.push("The temporary folder of a run that did not end well was removed.");
  return done;
}
