import type { Claims } from "../ci/pipeline-claims.ts";

/** A Databricks access token. `expiresAt` is in milliseconds since the epoch. */
export interface AccessToken {
  readonly accessToken: string;
  readonly expiresAt: number;
}

/** An ID token with what it says; read once, by the session. */
export interface IdToken {
  readonly token: string;
  readonly claims: Claims;
}

/**
 * Turns one ID token into one access token; one try a call, no cache (core/federation/session.ts retries and renews).
 */
export interface Exchange {
  /** The audience that the ID token must be asked for. */
  readonly audience: string;
  /**
   * @throws HttpError with `retryable` where another try (with a new ID token) may help
   * @throws SecretlessError `EXCHANGE_REFUSED` with the claims presented and what would have been accepted
   */
  exchange(idToken: IdToken, signal?: AbortSignal): Promise<AccessToken>;
}
