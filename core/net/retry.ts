import { SecretlessError } from "../base/errors.ts";
import { HttpError } from "./http.ts";
import type { Clock } from "../base/ports.ts";

export interface RetryOptions {
  readonly clock: Clock;
  /** Milliseconds since the epoch; tries and waits together end by then. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
  /** Called before each wait. */
  readonly onRetry?: (error: HttpError, wait: number) => void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 20_000;
const LONGEST_RETRY_AFTER = 60_000;

/**
 * Calls `attempt` until it succeeds or fails for good. It tries again after a retryable {@link HttpError} alone, and
 * waits as long as the server asks (at most a minute), else with full jitter: a random part of a limit that doubles.
 * `attempt` gets its number, from 1, and a signal that is aborted by cancellation and at the deadline.
 * @throws the last error of `attempt` when the deadline or the end of the step's time comes; else `signal.reason` when
 * aborted
 */
export async function retry<T>(
  attempt: (signal: AbortSignal, number: number) => Promise<T>,
  { clock, deadline, signal, random = Math.random, onRetry }: RetryOptions,
): Promise<T> {
  const late = new AbortController();
  const finished = new AbortController();
  const stop = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  let last: HttpError | undefined;
  clock.sleep(Math.max(0, deadline - clock.now()), finished.signal).then(
    () => {
      late.abort(
        last ?? new HttpError("no answer came before the deadline", { failure: "timeout", retryable: true }),
      );
    },
    () => undefined,
  );
  try {
    for (let number = 1; ; number++) {
      try {
        return await untilAborted(() => attempt(stop, number), stop);
      } catch (error) {
        if (stop.aborted) throw stop.reason;
        if (!(error instanceof HttpError && error.retryable)) throw error;
        last = error;
        const jitter = random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (number - 1));
        const wait = Math.max(jitter, Math.min(error.retryAfter ?? 0, LONGEST_RETRY_AFTER));
        if (clock.now() + wait >= deadline) throw error;
        onRetry?.(error, wait);
        await clock.sleep(wait, stop);
      }
    }
  } catch (error) {
    // What has failed all the time says more than that the time is over.
    throw last && error instanceof SecretlessError && error.code === "TIMED_OUT" ? last : error;
  } finally {
    finished.abort();
  }
}

/** The result of `work`, or a rejection with the signal's reason as soon as it is aborted. */
export async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
