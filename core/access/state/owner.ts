import { createHash } from "node:crypto";

/** Who made a record: what a verified ID token of the pipeline says. Names that can be given anew do not count. */
export interface PipelineIdentity {
  /** Exact issuer of the token. */
  readonly issuer: string;
  /** The CI's ID of the repository; "" where its tokens name none. */
  readonly repositoryId: string;
  /** `environment:<name>` where the token names one, else `subject:<sub>`: a branch, a pipeline, a connection. */
  readonly context: string;
}

/** Of a run that only looks: it needs no proof of who it is, and nothing is recorded as its own. */
export const NOBODY: PipelineIdentity = { issuer: "", repositoryId: "", context: "nobody" };

/** The hexadecimal digest of a list of parts; hashed as JSON, so that no two lists look alike. */
export function digest(parts: unknown, length: number): string {
  return createHash("sha256").update(JSON.stringify(parts), "utf8").digest("hex").slice(0, length);
}

export const ownerId = ({ issuer, repositoryId, context }: PipelineIdentity): string =>
  digest([issuer, repositoryId, context], 12);

/** For people. */
export function ownerWords({ issuer, repositoryId, context }: PipelineIdentity): string {
  const repository = repositoryId === "" ? "" : ` of repository ${repositoryId}`;
  return `${context}${repository} (${issuer})`;
}
