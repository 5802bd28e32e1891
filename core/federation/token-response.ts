import { HttpError, isPage, isRetryableStatus, nameOf, statusError } from "../net/http.ts";
import type { Clock, HttpRequest, HttpResponse, Send } from "../base/ports.ts";
import { redact, registerSecret } from "../base/redact.ts";
import { addressBlocked } from "../net/unavailable.ts";
import type { AccessToken } from "./exchange.ts";

/** An answer of a token endpoint that is no token (RFC 6749 5.2); all texts are redacted. */
export interface TokenRefusal {
  readonly status: number;
  /** The `error` code, or "" where the answer is not OAuth's. */
  readonly error: string;
  readonly description: string;
  /** Numbers of Entra ID's errors (`error_codes`). */
  readonly codes: readonly number[];
}

const QUOTED = 4000;
/** Seconds that a token is believed to live: access tokens of all clouds live for a day at most. */
const LONGEST_LIFE = 86_400;

/**
 * One request to a token endpoint (RFC 6749 5.1, 5.2): its token, or why there is none. A token's life counts from the
 * start of the request, so it is never believed to be valid for longer than it is.
 * @throws HttpError if another try may help
 */
export async function requestToken(
  endpoint: string,
  form: Readonly<Record<string, string>>,
  { send, clock, signal }: { send: Send; clock: Clock; signal?: AbortSignal | undefined },
): Promise<AccessToken | TokenRefusal> {
  const request: HttpRequest = {
    method: "POST",
    url: endpoint,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams(form).toString(),
    ...(signal && { signal }),
  };
  const startedAt = clock.now();
  const response = await send(request);
  if (isRetryableStatus(response.status)) throw statusError(request, response);
  const object = parsed(response.body);
  const answer = object ?? {};
  const token = response.status === 200 ? readToken(answer, startedAt) : undefined;
  if (token) return token;
  const refusal = readRefusal(response, answer);
  const { status, body } = response;
  const blocked = addressBlocked("The exchange of the ID token", status, refusal.description);
  if (blocked) throw blocked;
  // A refusal is one whatever its status (RFC 6749 5.2 names it in `error`); what says nothing is no token endpoint's.
  if (object === undefined && status < 400) throw noTokenEndpoint(request, status, body);
  return refusal;
}

/** What was cut off may come whole the next time; a page or a redirect comes from something else, and will again. */
function noTokenEndpoint(request: HttpRequest, status: number, body: string): HttpError {
  return new HttpError(
    `${nameOf(request)} was answered with status ${String(status)}, and neither a token nor a refusal`,
    {
      status,
      failure: "foreign-answer",
      retryable: status === 200 && !isPage(body),
      body: redact(body).slice(0, 200),
    },
  );
}

function readToken(answer: Readonly<Record<string, unknown>>, startedAt: number): AccessToken | undefined {
  const { access_token: accessToken, token_type: type, expires_in: expiresIn } = answer;
  // Databricks' own test server sends a string.
  const seconds = typeof expiresIn === "string" && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  const isToken = typeof accessToken === "string" && accessToken !== "";
  const isBearer = typeof type === "string" && type.toLowerCase() === "bearer";
  if (!isToken || !isBearer || typeof seconds !== "number" || !(seconds > 0)) return undefined;
  registerSecret(accessToken);
  // Later than that it is renewed, whatever the server says.
  return { accessToken, expiresAt: startedAt + Math.min(seconds, LONGEST_LIFE) * 1000 };
}

function readRefusal(
  { status, body }: HttpResponse,
  answer: Readonly<Record<string, unknown>>,
): TokenRefusal {
  const pick = (...names: string[]) =>
    names.map((name) => answer[name]).find((value) => typeof value === "string" && value !== "") as
      string | undefined;
  const codes = answer["error_codes"];
  return {
    status,
    // The second names are those that the Databricks SDK for Python looks for.
    error: redact(pick("error", "errorCode", "error_code") ?? "").slice(0, QUOTED),
    description: redact(pick("error_description", "errorSummary", "message") ?? body).slice(0, QUOTED),
    codes: Array.isArray(codes) ? codes.filter((code) => typeof code === "number") : [],
  };
}

/** The JSON object; undefined if it is none. */
function parsed(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
