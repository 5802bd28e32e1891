import type { Clock } from "../../../core/base/ports.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it; `running` lets it jump from one sleeper to the next by itself. */
export class FakeClock implements Clock {
  time: number;
  /** The length of each sleep, in order. */
  readonly sleeps: number[] = [];
  #sleepers: Sleeper[] = [];

  constructor(time = Date.UTC(2026, 10, 24)) {
    this.time = time;
  }

  /** How many sleep at the moment. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason as Error);
      };
      const wake = () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const sleeper = { at: this.time + ms, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", onAbort);
    });
  }

  /** Moves the clock, waking each sleeper at its time and letting it act before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (;;) {
      const next = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.wake();
      await settled();
    }
    this.time = end;
  }

  /** Moves the clock from sleeper to sleeper until `work` is done. */
  async running<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const watched = work.finally(() => {
      state.done = true;
    });
    watched.catch(() => undefined);
    await settled();
    while (!state.done) {
      const next = this.#sleepers.reduce((least, { at }) => Math.min(least, at), Infinity);
      await this.advance(Number.isFinite(next) ? Math.max(0, next - this.time) : 0);
    }
    return watched;
  }
}

/** Until all promise callbacks that are ready have run, and one round of the event loop (for lazy imports). */
export async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
}
