import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  HttpError
} from "./chunk-EVBQBKWY.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";

// core/retry.ts
var FIRST_WAIT = 500;
var LONGEST_WAIT = 2e4;
var LONGEST_RETRY_AFTER = 6e4;
async function retry(attempt, { clock, deadline, signal, random = Math.random, onRetry }) {
  const late = new AbortController();
  const finished = new AbortController();
  const stop = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  let last;
  clock.sleep(Math.max(0, deadline - clock.now()), finished.signal).then(
    () => {
      late.abort(
        last ?? new HttpError("no answer came before the deadline", { failure: "timeout", retryable: true })
      );
    },
    () => void 0
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
    throw last && error instanceof SecretlessError && error.code === "TIMED_OUT" ? last : error;
  } finally {
    finished.abort();
  }
}
async function untilAborted(work, signal) {
  signal.throwIfAborted();
  let onAbort = () => void 0;
  const aborted = new Promise((_, reject) => {
    onAbort = () => {
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

export {
  retry
};
