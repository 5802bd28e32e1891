import { tokenSha256 } from "../audit/events/ocsf.ts";
import { SecretlessError } from "../base/errors.ts";
import { HttpError } from "../net/http.ts";
import { loadClaimsReader, readClaims } from "../ci/claims.ts";
import type { Claims } from "../ci/pipeline-claims.ts";
import type { Clock } from "../base/ports.ts";
import { registerSecret } from "../base/redact.ts";
import { retry } from "../net/retry.ts";
import type { AccessToken, Exchange } from "./exchange.ts";
import { endpointUnavailable } from "../net/unavailable.ts";

/** One try to exchange an ID token, for the audit. Holds no token. */
export interface ExchangeEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** From 1, within one renewal. */
  readonly attempt: number;
  readonly audience: string;
  /** Undefined if there was no ID token to read. */
  readonly claims: Claims | undefined;
  /** Digest of the ID token; "" if there was none. */
  readonly idTokenSha256: string;
  readonly outcome:
    { readonly expiresAt: number; readonly accessTokenSha256: string } | { readonly error: unknown };
}

export interface SessionOptions {
  readonly exchange: Exchange;
  /** A new ID token from the CI, one try (Ci.idToken). */
  readonly idToken: (audience: string, signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  /** Milliseconds for one renewal with all its tries. */
  readonly renewalTimeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly random?: () => number;
  readonly onExchange?: (event: ExchangeEvent) => void;
}

export interface Session {
  /**
   * A valid access token. However many ask, one renewal runs at a time.
   * @throws SecretlessError if there is no valid token and none can be got; the signal's reason when it is aborted
   */
  token(): Promise<AccessToken>;
}

/** How long a caller waits for an early renewal before it gets the token that is still valid, in milliseconds. */
const PATIENCE = 5000;
/** Tries after which a CI that gives only expired ID tokens is believed to have no other. */
const MOST_EXPIRED = 3;
/** Longest pause after an early renewal that failed, in milliseconds. */
const LONGEST_PAUSE = 60_000;

/**
 * Keeps one access token valid for as long as the CI gives ID tokens: renewed when more than half of its life is gone,
 * each try with a new ID token. An early renewal that fails or takes long harms nobody while the old token is valid.
 */
export function createSession(options: SessionOptions): Session {
  const { clock, signal } = options;
  let current: (AccessToken & { readonly renewAt: number }) | undefined;
  let renewal: Promise<AccessToken> | undefined;

  function renew(): Promise<AccessToken> {
    renewal ??= exchangeWithRetry(options)
      .then((token) => {
        const now = clock.now();
        current = { ...token, renewAt: now + (token.expiresAt - now) / 2 };
        return token;
      })
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  }

  /** The renewed token, or undefined if it failed or did not come in time. */
  async function renewEarly(patience: number): Promise<AccessToken | undefined> {
    const alarm = new AbortController();
    const late = clock.sleep(patience, alarm.signal).catch(() => undefined);
    const renewed = renew().catch(() => {
      if (current) current = { ...current, renewAt: clock.now() + pause(current.expiresAt - clock.now()) };
    });
    try {
      return (await Promise.race([renewed, late])) ?? undefined;
    } finally {
      alarm.abort();
    }
  }

  return {
    async token() {
      signal?.throwIfAborted();
      const old = current;
      const now = clock.now();
      if (!old || old.expiresAt <= now) return renew();
      if (now < old.renewAt) return withoutTimes(old);
      const renewed = await renewEarly(Math.min(PATIENCE, (old.expiresAt - now) / 2));
      if (renewed) return renewed;
      return clock.now() < old.expiresAt ? withoutTimes(old) : renew();
    },
  };
}

function withoutTimes({ accessToken, expiresAt }: AccessToken): AccessToken {
  return { accessToken, expiresAt };
}

function pause(left: number): number {
  return Math.min(LONGEST_PAUSE, left / 4);
}

async function exchangeWithRetry(options: SessionOptions): Promise<AccessToken> {
  const { clock, renewalTimeout, signal, random } = options;
  const deadline = clock.now() + renewalTimeout;
  try {
    return await retry((stop, number) => exchangeOnce(options, stop, number), {
      clock,
      deadline,
      signal,
      ...(random && { random }),
    });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw error.cause instanceof SecretlessError
      ? error.cause
      : endpointUnavailable("The exchange of the ID token", error);
  }
}

async function exchangeOnce(
  { exchange, idToken, clock, onExchange }: SessionOptions,
  stop: AbortSignal,
  attempt: number,
): Promise<AccessToken> {
  const { audience } = exchange;
  const at = clock.now();
  let claims: Claims | undefined;
  let idTokenSha256 = "";
  let token: AccessToken;
  try {
    const [assertion] = await Promise.all([idToken(audience, stop), loadClaimsReader()]);
    registerSecret(assertion);
    idTokenSha256 = tokenSha256(assertion);
    claims = await readClaims(assertion);
    stop.throwIfAborted();
    if (claims.expiresAt <= clock.now()) throw expired(claims, clock.now(), attempt);
    token = await exchange.exchange({ token: assertion, claims }, stop);
  } catch (error) {
    onExchange?.({ at, attempt, audience, claims, idTokenSha256, outcome: { error } });
    throw error;
  }
  registerSecret(token.accessToken);
  const { accessToken, expiresAt } = token;
  const outcome = { expiresAt, accessTokenSha256: tokenSha256(accessToken) };
  onExchange?.({ at, attempt, audience, claims, idTokenSha256, outcome });
  return token;
}

/** Never sent: it would be refused, and a late assertion in a log looks like an attack. */
function expired({ expiresAt }: Claims, now: number, attempt: number): HttpError {
  const cause = new SecretlessError("ID_TOKEN_REFUSED", {
    problem: "The ID token that the CI gave has already expired.",
    expected: `valid at ${new Date(now).toISOString()} (this runner's clock)`,
    actual: `expired at ${new Date(expiresAt).toISOString()}`,
    remedy: "Correct the clock of the runner, if it is wrong; else run the job again.",
  });
  return new HttpError(cause.message, { retryable: attempt < MOST_EXPIRED, cause });
}
