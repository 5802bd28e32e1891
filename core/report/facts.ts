import type { PlanRow } from "../access/plan/describe.ts";
import type { StandardRow } from "../access/plan/standards.ts";
import type { Command } from "../ci/inputs/table.ts";
import type { Finding, ScanReport } from "../scan/finding.ts";

/** One line of a plan. */
export interface PlannedChange {
  readonly action: string;
  /** As in the bundle: `jobs.nightly`, `jobs.nightly.permissions`. */
  readonly resource: string;
  /** Paths of the fields that change, for an update. */
  readonly fields: readonly string[];
}

export interface DeployedJob {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly url: string;
}

/** What the scan for static credentials has found so far. */
export interface ScanFacts {
  readonly report: ScanReport;
  /** Findings that stop the run. */
  readonly stopping: readonly Finding[];
  readonly others: readonly Finding[];
  /** How many were accepted by exceptions. */
  readonly accepted: number;
  /** The exceptions that accepted them, for each file. */
  readonly exceptions: readonly AcceptedException[];
}

/** Who added it is not provable: it is shown in each run. */
export interface AcceptedException {
  readonly rule: string;
  readonly file: string;
  /** ISO 8601 date. */
  readonly until: string;
  readonly reason: string;
}

export type AccessRow = PlanRow;

/** The access of the jobs: what the plan says, and once it is applied, how much was done. */
export interface AccessFacts {
  readonly rows: readonly AccessRow[];
  /** Entries that policy or proof forbids. */
  readonly denied: readonly AccessRow[];
  readonly proofs: readonly {
    readonly job: string;
    readonly principal: string;
    /** The one wording for its grade. */
    readonly words: string;
    readonly lines: readonly string[];
  }[];
  readonly policy: string;
  readonly registrar: string;
  readonly notes: readonly string[];
  readonly standards: readonly StandardRow[];
  readonly result?: {
    readonly granted: number;
    readonly updated: number;
    readonly revoked: number;
    readonly unchanged: number;
  };
}

/** What a run has found out and done so far; the job summary shows what is there, also after a failure. */
export interface Facts {
  readonly command: Command;
  readonly workspaceUrl: string;
  readonly runUrl: string;
  bundle?: { readonly name: string; readonly target: string };
  principal?: { readonly applicationId: string; readonly name: string };
  idToken?: { readonly issuer: string; readonly subject: string; readonly audience: string };
  /** "Databricks" or "Entra ID". */
  exchangedAt?: string;
  commit?: { readonly ofToken: string | undefined; readonly checkedOut: string | undefined };
  cli?: { readonly version: string; readonly file: string; readonly verified: string };
  plan?: { readonly changes: readonly PlannedChange[]; readonly unchanged: number };
  scan?: ScanFacts;
  workspaceId?: string | undefined;
  access?: AccessFacts;
  deployed?: boolean;
  jobs?: readonly DeployedJob[];
  run?: { readonly resource: string; readonly url: string; readonly result: string };
  /** How many resources a `destroy` deleted. */
  destroyed?: number;
  /** Warnings that are about the whole run. */
  readonly warnings: string[];
}
