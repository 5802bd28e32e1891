import type { HttpRequest, HttpResponse } from "../base/ports.ts";
import { redact } from "../base/redact.ts";

/** Why no answer came. */
export type HttpFailure =
  | "dns"
  | "refused"
  | "reset"
  | "timeout"
  | "certificate"
  | "proxy"
  | "too-large"
  | "protocol"
  /** An answer came, but not one of the API that was asked. */
  | "foreign-answer";

interface HttpErrorOptions {
  readonly retryable: boolean;
  readonly status?: number;
  readonly failure?: HttpFailure;
  readonly retryAfter?: number | undefined;
  readonly body?: string;
  readonly cause?: unknown;
}

/** Why a request gave no usable answer. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  /** The status of the answer; undefined if none came, then `failure` says why. */
  readonly status: number | undefined;
  readonly failure: HttpFailure | undefined;
  /** Whether the same request may succeed a little later. */
  readonly retryable: boolean;
  /** Milliseconds that the server asked us to wait (`Retry-After`, RFC 9110 10.2.3). */
  readonly retryAfter: number | undefined;
  /** The body of the answer, already redacted and cut. */
  readonly body: string;

  constructor(message: string, options: HttpErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.failure = options.failure;
    this.retryable = options.retryable;
    this.retryAfter = options.retryAfter;
    this.body = options.body ?? "";
  }
}

/** RFC 9110 15.5.9 and 15.6, RFC 6585 4. */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const QUOTED_BODY = 2000;

/** Whether a body is HTML: a page for people, as proxies and sign-in pages answer. */
export function isPage(body: string): boolean {
  return /^\s*</.test(body);
}

export function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUS.has(status);
}

/** An answer that is not what the caller can use, as an error; `retryable` follows the status. */
export function statusError(request: HttpRequest, response: HttpResponse): HttpError {
  return new HttpError(`${nameOf(request)} was answered with status ${String(response.status)}`, {
    status: response.status,
    retryable: isRetryableStatus(response.status),
    retryAfter: parseRetryAfter(response.headers["retry-after"], response.headers["date"]),
    body: redact(response.body).slice(0, QUOTED_BODY),
  });
}

/**
 * Milliseconds to wait by a `Retry-After` header (RFC 9110 10.2.3): seconds, or a date, which counts from the
 * answer's own `Date`, so that a wrong clock on this side does not matter. Undefined if absent or malformed.
 */
export function parseRetryAfter(value: string | undefined, date: string | undefined): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const wait = httpDate(text) - httpDate(date?.trim() ?? "");
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** IMF-fixdate alone (RFC 9110 5.6.7): `Date.parse` takes nearly anything. */
function httpDate(text: string): number {
  return /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) ? Date.parse(text) : NaN;
}

/** Method and URL without the query, which may hold what is nobody's business. */
export function nameOf({ method, url }: HttpRequest): string {
  const { origin, pathname } = new URL(url);
  return redact(`${method} ${origin}${pathname}`);
}

/** Codes of Node and libuv (`errno`), and of OpenSSL's certificate verification. */
const FAILURES: readonly (readonly [RegExp, HttpFailure, string])[] = [
  [/^(ENOTFOUND|EAI_\w+)$/, "dns", "the name of the host cannot be resolved"],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, "refused", "the host cannot be reached"],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, "reset", "the connection broke"],
  [/^ETIMEDOUT$/, "timeout", "the host does not answer"],
  [
    /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^INVALID_(CA|PURPOSE)$/,
    "certificate",
    "its certificate is not trusted",
  ],
];

/** What Node reports instead of an answer, classified; `proxy` is what the request went through, for people. */
export function transportError(request: HttpRequest, error: unknown, proxy?: string): HttpError {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  const [, failure, text] = FAILURES.find(([codes]) => codes.test(code)) ?? ["", "protocol", message];
  const through = proxy === undefined ? "" : ` through the proxy ${proxy}`;
  return new HttpError(`${nameOf(request)}${through} failed: ${text}${code === "" ? "" : ` (${code})`}`, {
    failure,
    retryable: failure !== "certificate" && failure !== "protocol" && code !== "ENOTFOUND",
    cause: error,
  });
}
