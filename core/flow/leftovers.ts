import { lstatSync, realpathSync } from "node:fs";
import path from "node:path";
import { getuid } from "node:process";
import { endStrays, markedProcess, type ProcessPort } from "../cli/own-process.ts";
import { removePrivateFolder } from "../cli/private-folder.ts";
import type { Clock } from "../base/ports.ts";

export interface Leftovers {
  /** Root of the private folder, "" if none was made. */
  readonly folder: string;
  /** Mark of the Databricks CLI that was running (core/cli/own-process.ts), "" if none was. */
  readonly cli: string;
  /** Absolute path of the CI's temporary folder. */
  readonly tempFolder: string;
}

/** How long a deployment that a cancelled run has begun may go on, in milliseconds. */
const PATIENCE = 4 * 60_000;
const INTERVAL = 500;

interface CleaningPorts {
  readonly clock: Clock;
  readonly processes: ProcessPort;
  /** Ends what a program has left running in its group (core/cli/process.ts). */
  readonly terminate: (pid: number) => Promise<void>;
}

/**
 * The post step: waits for a deployment that a cancelled run left to itself, ends what that has left running, then
 * removes the run's private folder, then stops the token service. Gives lines for the log, each when it becomes true; none after a run that ended well.
 * What main has kept for it is not believed: code of the bundle can write there, too.
 */
export async function* cleanUp(
  left: Leftovers,
  ports: CleaningPorts,
  endService: () => AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (yield* cleanFolder(left, ports)) yield* endService();
}

/** Whether nothing needs the token service any more. */
async function* cleanFolder(left: Leftovers, ports: CleaningPorts): AsyncGenerator<string, boolean> {
  const { clock, processes, terminate } = ports;
  if (left.folder === "") return true;
  const folder = ownFolder(left.folder, left.tempFolder);
  if (folder === "gone") return true;
  if (folder === undefined) {
    yield "What this step kept for its end names a folder that it has not made: nothing was removed or ended.";
    return true;
  }
  const running = () => markedProcess(left.cli, folder.path, processes);
  const pid = await running();
  const until = clock.now() + PATIENCE;
  if (pid !== undefined) {
    yield "A deployment that this run began is still running; waiting for it, so that it leaves no lock.";
    while ((await running()) !== undefined && clock.now() < until) await clock.sleep(INTERVAL);
    if ((await running()) !== undefined) {
      yield "It is still running; its temporary folder is left to it.";
      return false;
    }
    yield "It has ended.";
    // Its group keeps its id for as long as somebody is in it.
    await terminate(pid);
  }
  const { ended } = endStrays(folder.path, processes);
  if (ended.length > 0) yield `Ended what the bundle had left running (process ${ended.join(", ")}).`;
  await removePrivateFolder(folder.path);
  yield "The temporary folder of a run that did not end well was removed.";
  return true;
}

/** The name that mkdtemp(3) makes of ours; nothing else in the temporary folder has it. */
const OURS = /^databricks-secretless-[A-Za-z0-9]{6}$/;

/** The folder, if main can have made it: of its name, right in the temporary folder, no link, of this user. */
function ownFolder(folder: string, tempFolder: string): { readonly path: string } | "gone" | undefined {
  try {
    const real = path.join(realpathSync(tempFolder), path.basename(folder));
    if (folder !== real || !OURS.test(path.basename(folder))) return undefined;
    const found = lstatSync(folder);
    const user = getuid?.();
    return found.isDirectory() && (user === undefined || found.uid === user) ? { path: folder } : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "gone" : undefined;
  }
}
