import type { Clock, HttpResponse, Send, HttpRequest } from "./ports.ts";

/** Why a request gave no usable answer. `retryable` follows RFC 9110 15.5.9, 15.6 and RFC 6585 4. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  /** "" if no answer came; then `reason` says why. */
  readonly status: number | undefined;
  readonly retryable: boolean;
  /** Milliseconds that the server asked us to wait (`Retry-After`, RFC 9110 10.2.3). */
  readonly retryAfter: number | undefined;
  /** The response body, already redacted and cut. */
  readonly body: string;
  constructor(message: string, options: { status?: number; retryable: boolean; retryAfter?: number; body?: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.retryable = options.retryable;
    this.retryAfter = options.retryAfter;
    this.body = options.body ?? "";
  }
}
export type { Clock, HttpResponse, Send, HttpRequest };
