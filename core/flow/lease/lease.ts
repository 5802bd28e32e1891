import type { DatabricksApi } from "../../api/client.ts";
import { deleteWorkspaceFile, writeIntoFolder } from "../../api/workspace-files.ts";
import type { Clock } from "../../base/ports.ts";
import { readLock } from "../../cli/deployment-lock.ts";
import { BEAT, leasePath, writeLease, type LeaseText } from "./lease-text.ts";

/** A lease and where it is: all that another process needs to go on with it. */
export interface LeaseNote {
  readonly statePath: string;
  /** Application ID of the deployer. */
  readonly principal: string;
  readonly text: LeaseText;
}

/**
 * One heartbeat: writes the lease again, with the lock that our own CLI has taken by now.
 * @param now the servers' time, milliseconds since the epoch
 */
export async function beat(api: DatabricksApi, note: LeaseNote, now: number): Promise<LeaseNote> {
  const { statePath, principal, text } = note;
  const found = text.lock === "" && !text.ended ? await readLock(api, statePath) : undefined;
  const isOurs = found && !found.isForced && found.user.toLowerCase() === principal.toLowerCase();
  const renewed = { ...text, renewed: new Date(now).toISOString(), ...(isOurs && { lock: found.id }) };
  // Not where `destroy` has removed the folder.
  await writeIntoFolder(api, leasePath(statePath), writeLease(renewed), true);
  return { ...note, text: renewed };
}

export interface LeasePorts {
  /** Goes on although the step is cancelled. */
  readonly api: DatabricksApi;
  readonly clock: Clock;
  /** The servers' time, milliseconds since the epoch. */
  readonly now: () => number;
  /** Tells the token service, which goes on with the lease when this process is killed. */
  readonly tell: (note: LeaseNote | undefined) => void;
}

/** The lease that this run holds; renewed until it is closed. */
export class Lease {
  readonly #ports: LeasePorts;
  readonly #closed = new AbortController();
  #note: LeaseNote;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(note: LeaseNote, ports: LeasePorts) {
    this.#note = note;
    this.#ports = ports;
    ports.tell(note);
    void this.#every(
      () => BEAT,
      this.#closed.signal,
      () => true,
    );
  }

  /** Runs a command of the CLI that takes the lock, and looks for the lock's ID meanwhile. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#note.text.lock !== "") {
      this.#forgetLock();
      await this.#beat();
    }
    const done = new AbortController();
    let wait = 500;
    void this.#every(
      () => (wait = Math.min(wait * 2, BEAT)),
      done.signal,
      () => this.#note.text.lock === "",
    );
    try {
      return await work();
    } finally {
      done.abort();
      await this.#writes;
    }
  }

  /** Ends the lease: nothing is left to be looked at. */
  async close(): Promise<void> {
    await this.#stop();
    const { api, tell } = this.#ports;
    await deleteWorkspaceFile(api, leasePath(this.#note.statePath));
    tell(undefined);
  }

  /** Ends the lease of a run that leaves something behind, for the next one to look at. */
  async leave(): Promise<void> {
    await this.#stop();
    await markEnded(this.#ports.api, this.#note, this.#ports.now());
    this.#ports.tell(undefined);
  }

  async #stop(): Promise<void> {
    this.#closed.abort();
    await this.#writes;
  }

  #forgetLock(): void {
    this.#note = { ...this.#note, text: { ...this.#note.text, lock: "" } };
  }

  async #every(wait: () => number, end: AbortSignal, goesOn: () => boolean): Promise<void> {
    const { clock } = this.#ports;
    while (goesOn()) {
      try {
        await clock.sleep(wait(), end);
      } catch {
        return;
      }
      await this.#beat();
    }
  }

  /** One write at a time; one that fails is made up for by the next. */
  #beat(): Promise<unknown> {
    const { api, now, tell } = this.#ports;
    return (this.#writes = this.#writes.then(async () => {
      if (this.#closed.signal.aborted) return;
      this.#note = await beat(api, this.#note, now()).catch(() => this.#note);
      tell(this.#note);
    }));
  }
}

/** Says that nothing of a run that died works any more, so that nobody waits for its lease to run out. */
export async function markEnded(api: DatabricksApi, note: LeaseNote, now: number): Promise<void> {
  await beat(api, { ...note, text: { ...note.text, ended: true } }, now);
}
