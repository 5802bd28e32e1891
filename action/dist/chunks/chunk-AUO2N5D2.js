import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  redact
} from "./chunk-UWXWV5QH.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";

// core/http.ts
var HttpError = class extends Error {
  name = "HttpError";
  /** The status of the answer; undefined if none came, then `failure` says why. */
  status;
  failure;
  /** Whether the same request may succeed a little later. */
  retryable;
  /** Milliseconds that the server asked us to wait (`Retry-After`, RFC 9110 10.2.3). */
  retryAfter;
  /** The body of the answer, already redacted and cut. */
  body;
  constructor(message, options) {
    super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
    this.status = options.status;
    this.failure = options.failure;
    this.retryable = options.retryable;
    this.retryAfter = options.retryAfter;
    this.body = options.body ?? "";
  }
};
var RETRYABLE_STATUS = /* @__PURE__ */ new Set([408, 429, 500, 502, 503, 504]);
var QUOTED_BODY = 2e3;
function isRetryableStatus(status) {
  return RETRYABLE_STATUS.has(status);
}
function statusError(request, response) {
  return new HttpError(`${nameOf(request)} was answered with status ${String(response.status)}`, {
    status: response.status,
    retryable: isRetryableStatus(response.status),
    retryAfter: parseRetryAfter(response.headers["retry-after"], response.headers["date"]),
    body: redact(response.body).slice(0, QUOTED_BODY)
  });
}
function parseRetryAfter(value, date) {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1e3;
  const wait = httpDate(text) - httpDate(date?.trim() ?? "");
  return Number.isNaN(wait) ? void 0 : Math.max(0, wait);
}
function httpDate(text) {
  return /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) ? Date.parse(text) : NaN;
}
function nameOf({ method, url }) {
  const { origin, pathname } = new URL(url);
  return redact(`${method} ${origin}${pathname}`);
}
var FAILURES = [
  [/^(ENOTFOUND|EAI_\w+)$/, "dns", "the name of the host cannot be resolved"],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, "refused", "the host cannot be reached"],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, "reset", "the connection broke"],
  [/^ETIMEDOUT$/, "timeout", "the host does not answer"],
  [
    /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^INVALID_(CA|PURPOSE)$/,
    "certificate",
    "its certificate is not trusted"
  ]
];
function transportError(request, error, proxy) {
  const { code = "", message = "" } = error;
  const [, failure, text] = FAILURES.find(([codes]) => codes.test(code)) ?? ["", "protocol", message];
  const through = proxy === void 0 ? "" : ` through the proxy ${proxy}`;
  return new HttpError(`${nameOf(request)}${through} failed: ${text}${code === "" ? "" : ` (${code})`}`, {
    failure,
    retryable: failure !== "certificate" && failure !== "protocol" && code !== "ENOTFOUND",
    cause: error
  });
}

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
  HttpError,
  isRetryableStatus,
  statusError,
  nameOf,
  transportError,
  retry
};
