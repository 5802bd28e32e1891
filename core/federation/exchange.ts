/** A Databricks access token. `expiresAt` is in milliseconds since the epoch. */
export interface AccessToken {
  readonly accessToken: string;
  readonly expiresAt: number;
}

/**
 * Turns one ID token into one access token; one try a call, no cache (core/federation/session.ts retries and renews).
 * Implementations: Databricks (RFC 8693), Entra ID (RFC 7523).
 */
export interface Exchange {
  /** The audience that the ID token must be asked for. */
  readonly audience: string;
  /**
   * @throws HttpError with `retryable` where another try (with a new ID token) may help
   * @throws SecretlessError `EXCHANGE_REFUSED` with the claims presented and what would have been accepted
   */
  exchange(idToken: string, signal?: AbortSignal): Promise<AccessToken>;
}
