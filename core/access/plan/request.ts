import type { Clock } from "../../base/ports.ts";
import type { BundleFacts } from "../bundle-facts.ts";
import type { AccessEntry } from "../files/access-file.ts";
import type { PolicyFile } from "../files/policy-file.ts";
import type { AccessKind, Apis, EntraPlace } from "../kinds/kind.ts";
import type { PipelineIdentity } from "../state/owner.ts";
import type { Evidence } from "./policy.ts";

/** The user's files, read. Without access.yml nothing is declared: what was granted before is withdrawn. */
export interface AccessFiles {
  readonly entries: readonly AccessEntry[];
  readonly policy: PolicyFile | undefined;
}

/** What is to be planned, and who plans it. */
export interface AccessRequest {
  readonly files: AccessFiles;
  readonly bundle: BundleFacts;
  /** Whether the bundle is deployed as declared by now: false in the plan, true when applying. */
  readonly deployed: boolean;
  /** Application ID of the deploying service principal. */
  readonly deployerId: string;
  readonly accountId: string | undefined;
  readonly evidence: Evidence;
  readonly deployer: Apis;
  /** The registrar's connection, once it may exist: after the last process of the bundle has ended. */
  readonly registrar: Apis | undefined;
  /** The pipeline, as its verified ID token names it: a run acts on records of its own identity alone. */
  readonly owner: PipelineIdentity;
  /** Whether this run only plans: it shows what others have recorded, and is not stopped by it. */
  readonly looksOnly?: boolean;
  /** Application IDs of those who plan: they may read what is recorded. */
  readonly readers: readonly string[];
  /** What can be granted; absent: all that this version knows. */
  readonly kinds?: readonly AccessKind[];
  /** Where Entra ID's objects are, if policy and run say it. */
  readonly entra?: EntraPlace | undefined;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}
