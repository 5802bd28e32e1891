import type { Command } from "../inputs.ts";

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
  deployed?: boolean;
  jobs?: readonly DeployedJob[];
  run?: { readonly resource: string; readonly url: string; readonly result: string };
  /** How many resources a `destroy` deleted. */
  destroyed?: number;
  /** Warnings that are about the whole run. */
  readonly warnings: string[];
}
