import { parse } from "lossless-json";
import { HttpError, statusError } from "../net/http.ts";
import type { Clock, HttpRequest, Send } from "../base/ports.ts";
import { retry } from "../net/retry.ts";
import { ApiFailure, textField, type DatabricksApi, type Json } from "./rest.ts";

export interface DatabricksApiOptions {
  /** Origin of the workspace or account. */
  readonly host: string;
  /** A valid access token of the identity that this connection is. */
  readonly token: () => Promise<string>;
  readonly send: Send;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Told of each answered request that may have changed something, for the audit log; the path has no query. */
  readonly onWrite?: (
    method: string,
    url: string,
    status: number,
    requestId: string | undefined,
  ) => Promise<void>;
}

/** Milliseconds for one call with all its tries. */
const DEADLINE = 60_000;

/** Integers beyond 2^53 stay texts of their digits: they are ids. */
function numberOrDigits(digits: string): number | string {
  const number = Number(digits);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? digits : number;
}

function readJson(text: string): Json {
  try {
    return text.trim() === "" ? {} : (parse(text, undefined, numberOrDigits) as Json);
  } catch {
    throw new ApiFailure(502, "UNREADABLE_ANSWER", "the answer is not JSON");
  }
}

/**
 * A connection to a Databricks host as one identity. Every request of this room may be sent twice without harm, so all
 * are tried again where that may help.
 */
export function connectDatabricks(options: DatabricksApiOptions): DatabricksApi {
  const { host, send, clock, signal, onWrite } = options;
  return async ({ method, path, query, body }) => {
    const search = query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
    const attempt = async (stop: AbortSignal): Promise<Json> => {
      const request: HttpRequest = {
        method,
        url: `${host}${path}${search}`,
        headers: {
          authorization: `Bearer ${await options.token()}`,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: stop,
      };
      const response = await send(request);
      if (method !== "GET") {
        const requestId = response.headers["x-request-id"] ?? response.headers["x-databricks-request-id"];
        await onWrite?.(method, `${host}${path}`, response.status, requestId);
      }
      if (response.status >= 200 && response.status < 300) return readJson(response.body);
      const error = statusError(request, response);
      if (error.retryable) throw error;
      const envelope = readJson(error.body === "" ? "{}" : response.body);
      const code = textField(envelope, "error_code") || `HTTP_${response.status}`;
      throw new ApiFailure(response.status, code, textField(envelope, "message") || error.message);
    };
    try {
      return await retry(attempt, { clock, deadline: clock.now() + DEADLINE, signal });
    } catch (error) {
      if (!(error instanceof HttpError) || error.status === undefined) throw error;
      throw new ApiFailure(error.status, `HTTP_${error.status}`, error.message);
    }
  };
}
