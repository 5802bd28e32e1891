import { ipAccessRemedy } from "../net/ip-access.ts";
import { SecretlessError } from "../base/errors.ts";
import type { Clock, HttpRequest, HttpResponse, Send } from "../base/ports.ts";
import { redact } from "../base/redact.ts";
import { HttpError, isPage, isRetryableStatus, nameOf, statusError } from "../net/http.ts";
import { retry } from "../net/retry.ts";
import { addressBlocked, endpointUnavailable } from "../net/unavailable.ts";
import { isList, isObject, readJson, textAt, writeJson, type Json, type JsonBody } from "./json.ts";

/** One call of the REST API. `path` is already percent-encoded; `query` is not. */
export interface ApiRequest {
  readonly method: HttpRequest["method"];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonBody;
  /** The answer is an array without an envelope, and no object. */
  readonly array?: true;
  /** For POST and PATCH: the same request sent twice does what one does, so that it may be tried again after any failure. */
  readonly repeatable?: boolean;
  /** Goes on when the connection's signal is aborted, to tell the workspace of the cancellation. */
  readonly lasting?: boolean;
}

/**
 * The port to one Databricks host as one identity: retries, tokens and lossless numbers are its business.
 * @throws ApiFailure if the host answered with an error, HttpError if it did not answer
 */
export interface DatabricksApi {
  /** The answer's JSON, `{}` for an empty one; ids beyond 2^53 are texts. */
  call(request: ApiRequest): Promise<Json>;
}

/** The same, whose calls all go on when the step is cancelled. */
export const lasting = (api: DatabricksApi): DatabricksApi => ({
  call: (request) => api.call({ ...request, lasting: true }),
});

export interface ApiAnswer {
  readonly json: Json;
  /** Names in lower case. */
  readonly headers: HttpResponse["headers"];
}

/** A {@link DatabricksApi} over HTTP. */
export interface Connection extends DatabricksApi {
  answer(request: ApiRequest): Promise<ApiAnswer>;
}

/** One try of a call that may have changed something. */
export interface ApiWrite {
  readonly method: HttpRequest["method"];
  /** Without its query. */
  readonly url: string;
  /** Of the answer; undefined if none came. */
  readonly status: number | undefined;
  /** The server's own id of the request. */
  readonly requestId: string | undefined;
}

export interface ConnectionOptions {
  /** Origin of the workspace or account. */
  readonly host: string;
  /** A valid access token of the identity that this connection is. */
  readonly token: () => Promise<string>;
  readonly send: Send;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told of each try of each call but GET, for the audit log; when it rejects, so does the call. */
  readonly onWrite?: (write: ApiWrite) => Promise<void>;
}

/** Milliseconds for one call with all its tries. */
const DEADLINE = 60_000;

/** The body of an answer is not JSON: something else than the API may have given it. */
export const UNREADABLE_ANSWER = "UNREADABLE_ANSWER";

/** An answer with an error status, or one that is not JSON. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly status: number;
  /** Databricks' `error_code`, such as PERMISSION_DENIED; `HTTP_<status>` if there is none. */
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string, cause?: HttpError) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.errorCode = errorCode;
  }

  /** Whether the API itself, and not a proxy's page, answered with one of these statuses. */
  is(...statuses: readonly number[]): boolean {
    return this.errorCode !== UNREADABLE_ANSWER && statuses.includes(this.status);
  }

  /** The caller lacks a right. */
  get refused(): boolean {
    return this.is(401, 403);
  }

  /** Nothing is there, or Databricks hides it from those who may not see it. */
  get missing(): boolean {
    return this.is(404);
  }
}

/** The answer; undefined for what is not there, or may not be seen. */
export async function visible<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiFailure && (error.missing || error.refused)) return undefined;
    throw error;
  }
}

/** Whether the API was not to be had, in contrast to an API that refuses: what the call was about is not the reason. */
export function isUnavailable({ cause, status, errorCode }: ApiFailure): boolean {
  const body = cause instanceof HttpError ? cause.body : "";
  return (
    errorCode === UNREADABLE_ANSWER ||
    // A redirect leads to somebody else.
    status < 400 ||
    isRetryableStatus(status) ||
    addressBlocked("", status, body) !== undefined
  );
}

/**
 * A failed call as an error for the user; what is not a failed call is passed on as it is.
 * @param what begins the sentence: "The question who we are"
 */
export function callError(what: string, error: unknown): unknown {
  if (error instanceof HttpError) return endpointUnavailable(what, error);
  if (!(error instanceof ApiFailure)) return error;
  if (error.cause instanceof HttpError) return endpointUnavailable(what, error.cause);
  return new SecretlessError("ENDPOINT_UNAVAILABLE", {
    problem: `${what} failed: status ${error.status} ${error.errorCode}, ${error.message}.`,
    remedy:
      ipAccessRemedy(error.message) ??
      "Something else answers in place of this host; check the URL, and HTTPS_PROXY if there is a proxy.",
    cause: error,
  });
}

export function connectDatabricks(options: ConnectionOptions): Connection {
  const { clock } = options;
  const answer = async (request: ApiRequest): Promise<ApiAnswer> => {
    const signal = request.lasting ? undefined : options.signal;
    try {
      return await retry((stop) => attempt(options, request, stop), {
        clock,
        deadline: clock.now() + DEADLINE,
        signal,
      });
    } catch (error) {
      if (!(error instanceof HttpError) || error.status === undefined) throw error;
      if (error.failure === "foreign-answer")
        throw new ApiFailure(error.status, UNREADABLE_ANSWER, error.message, error);
      throw new ApiFailure(error.status, `HTTP_${error.status}`, error.message, error);
    }
  };
  return { answer, call: async (request) => (await answer(request)).json };
}

async function attempt(
  options: ConnectionOptions,
  call: ApiRequest,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const { method, path, query, body } = call;
  const search = query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
  const request: HttpRequest = {
    method,
    url: `${options.host}${path}${search}`,
    headers: {
      authorization: `Bearer ${await options.token()}`,
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: writeJson(body) }),
    signal,
  };
  const tell = async (response?: HttpResponse): Promise<void> => {
    if (method === "GET") return;
    const requestId = response?.headers["x-request-id"] ?? response?.headers["x-databricks-request-id"];
    await options.onWrite?.({ method, url: `${options.host}${path}`, status: response?.status, requestId });
  };
  try {
    const response = await options.send(request).catch(async (error: unknown) => {
      if (error instanceof HttpError) await tell();
      throw error;
    });
    await tell(response);
    const { status, headers } = response;
    if (status >= 200 && status < 300) return { json: answerOf(request, response, call.array), headers };
    throw failureOf(request, response);
  } catch (error) {
    if (!(error instanceof HttpError) || !error.retryable || mayRepeat(call, error)) throw error;
    const { message, status, failure, body: quoted } = error;
    throw new HttpError(message, {
      retryable: false,
      ...(status !== undefined && { status }),
      ...(failure !== undefined && { failure }),
      body: quoted,
      cause: error,
    });
  }
}

/**
 * Whether a call that failed for now may be sent again: GET, PUT and DELETE may (RFC 9110 9.2.2), and whatever the host
 * has surely not begun: it was not reached, or it limits requests (RFC 6585 4).
 */
function mayRepeat({ method, repeatable = false }: ApiRequest, { status, failure }: HttpError): boolean {
  return repeatable || (method !== "POST" && method !== "PATCH") || status === 429 || failure === "refused";
}

/** A retryable status as what `retry` understands, everything else as what the caller does. */
function failureOf(request: HttpRequest, response: HttpResponse): Error {
  const error = statusError(request, response);
  if (error.retryable) return error;
  const envelope = jsonOf(response, error);
  // Microsoft's APIs say it in an object (OData 4.0, error response).
  const said = (own: string, odata: string): string =>
    textAt(envelope, own) || textAt(envelope, "error", odata);
  const code = said("error_code", "code") || `HTTP_${response.status}`;
  return new ApiFailure(response.status, code, redact(said("message", "message")) || error.message, error);
}

/**
 * Each answer of the API is an object (or the array that was asked for), an empty body one of a call that had nothing to tell. One that was cut off is asked
 * for again; what is a page, or of another kind, is not the API's.
 */
function answerOf(request: HttpRequest, response: HttpResponse, array = false): Json {
  const { status, body } = response;
  const isEmpty = body.trim() === "";
  if (isEmpty && request.method !== "GET") return {};
  const unreadable = (retryable: boolean): HttpError =>
    new HttpError(`${nameOf(request)} was answered with status ${status}, but not as the API does`, {
      status,
      failure: "foreign-answer",
      retryable,
      body: redact(body).slice(0, 200),
    });
  if (isEmpty) throw unreadable(true);
  try {
    const json = readJson(body);
    if (array ? isList(json) : isObject(json)) return json;
  } catch {
    if (!isPage(body)) throw unreadable(true);
  }
  throw new ApiFailure(status, UNREADABLE_ANSWER, "the answer is not the API's", unreadable(false));
}

function jsonOf({ status, body }: HttpResponse, cause?: HttpError): Json {
  try {
    return body.trim() === "" ? {} : readJson(body);
  } catch {
    throw new ApiFailure(status, UNREADABLE_ANSWER, "the answer is not JSON", cause);
  }
}
