/** What an ID token can say about the pipeline, under our names; each CI has its own (core/ci/<name>/dialect.ts). */
export const PIPELINE_CLAIMS = [
  "repository",
  "ref",
  "environment",
  "pipeline",
  "actor",
  "event",
  "commit",
] as const;

/** What the token does not say is undefined. */
export type PipelineClaims = Readonly<
  Partial<Record<(typeof PIPELINE_CLAIMS)[number] | "repositoryId", string>>
> & {
  /** Properties that administrators have given the repository, by name. */
  readonly properties?: Readonly<Record<string, string>>;
};

/**
 * What an ID token says about the pipeline. Read, not verified: who needs proof verifies the token against its
 * issuer's keys. Times are milliseconds since the epoch.
 */
export type Claims = PipelineClaims & {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: readonly string[];
  readonly expiresAt: number;
  readonly issuedAt?: number;
  readonly jwtId?: string;
};

/** What a federation policy compares with an ID token. */
export interface PolicyClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}
