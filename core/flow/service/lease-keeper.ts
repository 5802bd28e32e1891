import type { DatabricksApi } from "../../api/client.ts";
import { beat, markEnded, type LeaseNote } from "../lease/lease.ts";
import { BEAT } from "../lease/lease-text.ts";

/** Milliseconds after which a step that says nothing of its lease is taken for killed or stopped. */
const SILENCE = 2 * BEAT;

export interface KeeperOptions {
  readonly api: DatabricksApi;
  /** The servers' time, milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether the step is there. */
  readonly isStepThere: () => boolean;
  /** Whether the program runs that needs the service: a deployment that goes on. */
  readonly isNeeded: () => Promise<boolean>;
}

/**
 * Goes on with the lease of a step that is gone: for as long as its deployment runs the lease is renewed, then it is marked
 * as ended. So a lock whose holder lives is never taken for left over, and nobody waits for a holder that has ended.
 */
export class LeaseKeeper {
  readonly #options: KeeperOptions;
  #note: LeaseNote | undefined;
  /** When it was last renewed, or the step last spoke of it. */
  #renewed = 0;
  #looks = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** What the step says of its lease. */
  set(note: LeaseNote | undefined): void {
    this.#note = note;
    this.#renewed = this.#options.now();
  }

  /** To be called every few seconds, and once more at the end; one look at a time. */
  look(): Promise<void> {
    return (this.#looks = this.#looks.then(() => this.#look()));
  }

  async #look(): Promise<void> {
    const { api, now, isStepThere, isNeeded } = this.#options;
    const note = this.#note;
    if (note === undefined) return;
    const silent = now() - this.#renewed;
    if (isStepThere() && silent < SILENCE) return;
    try {
      if (isStepThere() || (await isNeeded())) {
        if (silent < BEAT && note.text.lock !== "") return;
        this.#note = await beat(api, note, now());
        this.#renewed = now();
      } else {
        await markEnded(api, note, now());
        this.#note = undefined;
      }
    } catch {
      // The next look makes up for it; a lease that is not renewed runs out.
    }
  }
}
