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
  /** A token that is there already: it is used until more than half of what is left of its life is gone. */
  readonly initial?: AccessToken | undefined;
  /**
   * Now as the servers see it, in milliseconds since the epoch: ends of ID tokens are times of theirs, and the clock of a
   * runner may be wrong. Default: the clock.
   */
  readonly serverNow?: (() => number) | undefined;
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
 * Milliseconds in which whoever asks again after a renewal in vain is told the same, at first and at most; twice as long
 * after each further one. A client that asks in a loop must not make each question a question to the issuer.
 */
const SPARED = { first: 500, most: 15_000 } as const;

/**
 * Keeps one access token valid for as long as the CI gives ID tokens: renewed when more than half of its life is gone,
 * each try with a new ID token. An early renewal that fails or takes long harms nobody while the old token is valid.
 */
export function createSession(options: SessionOptions): Session {
  const { clock, signal, initial } = options;
  let current: (AccessToken & { readonly since: number; readonly renewAt: number }) | undefined;
  let renewal: Promise<AccessToken> | undefined;
  /** Whether somebody has waited for the renewal that is under way as long as anybody should. */
  let isSlow = false;
  let failed: { readonly error: unknown; readonly until: number; readonly pause: number } | undefined;
  if (initial) keep(initial);

  function keep(token: AccessToken): void {
    const now = clock.now();
    current = { ...token, since: now, renewAt: now + (token.expiresAt - now) / 2 };
    failed = undefined;
  }

  function renew(isEarly: boolean): Promise<AccessToken> {
    renewal ??= exchangeWithRetry(options)
      .then((token) => {
        keep(token);
        return token;
      })
      .catch((error: unknown) => {
        const next = Math.min(SPARED.most, failed ? failed.pause * 2 : SPARED.first);
        // An early one has its own pause, and is to be tried again as soon as there is need.
        if (!isEarly) failed = { error, until: clock.now() + next, pause: next };
        throw error;
      })
      .finally(() => {
        renewal = undefined;
        isSlow = false;
      });
    return renewal;
  }

  /** A new token now, for there is none that is valid. */
  async function renewNow(): Promise<AccessToken> {
    const now = clock.now();
    // A clock that was set back must not make this last.
    if (failed && now < failed.until && failed.until - now <= failed.pause) throw failed.error;
    return renew(false);
  }

  /** The renewed token, or undefined if it failed or did not come in time. */
  async function renewEarly(patience: number): Promise<AccessToken | undefined> {
    const renewed = renew(true).catch(() => {
      if (current) current = { ...current, renewAt: clock.now() + pause(current.expiresAt - clock.now()) };
    });
    if (isSlow) return undefined;
    const alarm = new AbortController();
    const late = clock.sleep(patience, alarm.signal).then(
      () => {
        isSlow = renewal !== undefined;
      },
      () => undefined,
    );
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
      // After the clock was set back nobody knows how long the token still lives.
      if (!old || old.expiresAt <= now || now < old.since) return renewNow();
      if (now < old.renewAt) return withoutTimes(old);
      const renewed = await renewEarly(Math.min(PATIENCE, (old.expiresAt - now) / 2));
      if (renewed) return renewed;
      return clock.now() < old.expiresAt ? withoutTimes(old) : renewNow();
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
  { exchange, idToken, clock, onExchange, serverNow = () => clock.now() }: SessionOptions,
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
    if (claims.expiresAt <= serverNow()) throw expired(claims, serverNow(), attempt);
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
    expected: `valid at ${new Date(now).toISOString()} (by the workspace's clock, where it says its time, else by this runner's)`,
    actual: `expired at ${new Date(expiresAt).toISOString()}`,
    remedy: "Correct the clock of the runner, if it is wrong; else run the job again.",
  });
  return new HttpError(cause.message, { retryable: attempt < MOST_EXPIRED, cause });
}
