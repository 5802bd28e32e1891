import { randomUUID } from "node:crypto";
import { takeLock } from "../../access/state/lock.ts";
import { ApiFailure, callError, isUnavailable, lasting, type Connection } from "../../api/client.ts";
import {
  fileTimes,
  readWorkspaceFile,
  writeIntoFolder,
  writeWorkspaceFile,
} from "../../api/workspace-files.ts";
import { SecretlessError } from "../../base/errors.ts";
import { quote } from "../../base/quote.ts";
import { redact } from "../../base/redact.ts";
import { lockPath } from "../../cli/deployment-lock.ts";
import { removeLeftLock } from "./left-lock.ts";
import { Lease, type LeasePorts } from "./lease.ts";
import {
  leasePath,
  LIFE,
  MISSED,
  readLease,
  writeLease,
  type LeaseText,
  type LeftLease,
} from "./lease-text.ts";

/** Milliseconds between two looks at the lease of another run. */
const LOOK = 5_000;

export interface TakeOptions extends Omit<LeasePorts, "api"> {
  readonly api: Connection;
  /** `workspace.state_path` of the bundle. */
  readonly statePath: string;
  /** Application ID of the deployer. */
  readonly principal: string;
  /** Link to this run. */
  readonly run: string;
  /** When the wait for another run ends, by `clock`. */
  readonly deadline: number;
  /** Whether the folder is made; else nothing is taken where it is not there. */
  readonly makeFolder: boolean;
  readonly signal: AbortSignal;
  readonly info: (line: string) => void;
}

export interface Taken {
  /** Undefined where the deployer may not write it: then the CLI may not write its lock either, and says so. */
  readonly lease: Lease | undefined;
  readonly left: LeftLease | undefined;
  /** Whether another run was waited for. */
  readonly waited: boolean;
}

/** How often a lease that exists may be gone when it is read: another run ends just then. */
const MOST_ABSENT = 5;

/**
 * Takes the lease of a bundle and target. To create the file is the one atomic step that the Workspace API has. A lease
 * has run out when it was not written for a minute, by the clock of the workspace alone: both times are of one answer.
 * @throws SecretlessError `DEPLOYMENT_LOCKED` at the deadline, if the other run shows that it lives
 */
export async function takeLease(options: TakeOptions): Promise<Taken> {
  try {
    return await taking(options);
  } catch (error) {
    if (error instanceof ApiFailure && !isUnavailable(error))
      return { lease: undefined, left: undefined, waited: false };
    throw callError("The lease of the deployment", error);
  }
}

async function taking(options: TakeOptions): Promise<Taken> {
  const { api, clock, statePath, principal, run, now, deadline, signal } = options;
  const path = leasePath(statePath);
  const id = randomUUID();
  const write = options.makeFolder ? writeWorkspaceFile : writeIntoFolder;
  const watch = new Watch(options);
  let absent = 0;
  for (;;) {
    const since = new Date(now()).toISOString();
    const text: LeaseText = { id, run, since, unmended: "", renewed: since, lock: "", ended: false };
    const taken = (mine = text, left?: LeftLease): Taken => {
      const note = { statePath, principal, text: mine };
      return { lease: new Lease(note, { ...options, api: lasting(api) }), left, waited: watch.waited };
    };
    if (await write(api, path, writeLease(text), false)) return taken();
    const content = await readWorkspaceFile(api, path);
    if (content === undefined) {
      // Something has the name that is no file: no lease then, and no lock is ever removed without one.
      if ((absent += 1) > MOST_ABSENT) return { lease: undefined, left: undefined, waited: watch.waited };
      continue;
    }
    const other = readLease(content);
    // The answer to our own creation was lost, and the request was sent again.
    if (other.id === id) return taken();
    const { age, written } = await watch.look(content);
    if (other.ended || age >= LIFE) {
      const mine = { ...text, unmended: other.unmended || other.since };
      const left = { lease: other, written };
      if (await takeOver(options, { content, left }, mine)) return taken(mine, left);
      await clock.sleep(LOOK, signal);
      continue;
    }
    watch.tell(other);
    // Who has missed a heartbeat is not said to be alive; whether he is dead shows within the minute.
    if (clock.now() >= deadline && age < MISSED) throw alive(other, statePath);
    await clock.sleep(Math.min(LOOK, Math.max(1_000, deadline - clock.now())), signal);
  }
}

/** Looks at a lease that another run has written. */
class Watch {
  waited = false;
  readonly #options: TakeOptions;
  #seen: string | undefined;
  #since = 0;

  constructor(options: TakeOptions) {
    this.#options = options;
  }

  /** Milliseconds since it was written; where the workspace does not say when, since we have first seen it so. */
  async look(content: string): Promise<{ readonly age: number; readonly written: number | undefined }> {
    const { api, clock, statePath } = this.#options;
    if (content !== this.#seen) [this.#seen, this.#since] = [content, clock.now()];
    const times = await fileTimes(api, leasePath(statePath));
    const { writtenAt: written, now } = times ?? {};
    const age = written === undefined || now === undefined ? clock.now() - this.#since : now - written;
    return { age, written };
  }

  tell({ run, since }: LeaseText): void {
    if (this.waited) return;
    this.waited = true;
    this.#options.info(
      `Another run deploys this bundle and target: ${shown(run)}, since ${quote(since)}; waiting for it.`,
    );
  }
}

/**
 * Of several runs that find the same lease run out, one gets it, and removes the lock that the dead run left: before the
 * lease is overwritten, which tells whose that lock is.
 */
async function takeOver(
  options: TakeOptions,
  { content, left }: { readonly content: string; readonly left: LeftLease },
  mine: LeaseText,
): Promise<boolean> {
  const { api, clock, run, statePath, signal, info } = options;
  const path = leasePath(statePath);
  const claim = await takeLock(`${path}.${left.lease.id || "unreadable"}`, {
    ...{ api, clock, holder: run, timeout: 2 * LIFE, signal },
  });
  try {
    if ((await readWorkspaceFile(api, path)) !== content) return false;
    info(`The run ${shown(left.lease.run)} has died while it deployed: ${diedHow(left.lease)}.`);
    const held = await removeLeftLock(api, { ...options, left });
    if (held !== undefined) info(`Removed the lock that it left, ${lockPath(statePath)}, ${held}.`);
    return await writeIntoFolder(api, path, writeLease(mine), true);
  } finally {
    await claim.release();
  }
}

const diedHow = ({ ended, renewed }: LeaseText): string =>
  ended ? "nothing of it works any more" : `its lease, last renewed ${quote(renewed)}, has run out`;

function alive({ run, since }: LeaseText, statePath: string): SecretlessError {
  return new SecretlessError("DEPLOYMENT_LOCKED", {
    problem: `Another run deploys this bundle and target, and is alive: it renews its lease ${leasePath(statePath)}.`,
    actual: `held by ${shown(run)} since ${quote(since)}`,
    remedy:
      "Let deployments of one target wait for each other (a concurrency group, an exclusive lock on the environment), or raise the " +
      "input `lock-timeout`. There is nothing to remove: should that run die, the next one takes over after a minute.",
  });
}

/** A link is shown whole. */
function shown(run: string): string {
  return /^https?:\/\/[\w.:/?=&%-]{1,300}$/.test(run) ? redact(run) : quote(run);
}
