import type { PlanRow } from "../access/plan/describe.ts";
import type { StandardRow } from "../access/plan/standards.ts";
import type { RunContext } from "../ci/ci.ts";
import type { Finding, ScanReport } from "../scan/finding.ts";

/** One line of a plan. */
export interface PlannedChange {
  readonly action: string;
  /** As in the bundle: `jobs.nightly`, `jobs.nightly.permissions`. */
  readonly resource: string;
  /** Paths of the fields that change, for an update. */
  readonly fields: readonly string[];
  /** What these were and become, as far as the CLI says it. For the summary alone: they may hold anything. */
  readonly values?: readonly ChangedValue[];
}

/** A field of a plan; JSON for what is no text, undefined for what is not there. */
export interface ChangedValue {
  readonly path: string;
  readonly old: string | undefined;
  readonly now: string | undefined;
}

export interface DeployedResource {
  /** As in the bundle: `jobs`, `apps`. */
  readonly kind: string;
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Whether its new code begins with a `run` of it alone. */
  readonly needsRun?: boolean;
}

/** How a task of a run ended. Its texts have passed the wall for whatever is shown. */
export interface TaskFacts {
  /** Its key. */
  readonly task: string;
  /** As the API has it: `SUCCESS`, `FAILED`, `UPSTREAM_FAILED`. */
  readonly result: string;
  /** What it returned or printed. */
  readonly output?: string;
  readonly error?: string;
  readonly trace?: string;
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

/** One check of a proof. */
export interface ProofCheck {
  readonly grade: "proven" | "unproven" | "broken" | "later";
  readonly what: string;
  readonly says: string;
  /** What mends it: often a right that is missing. */
  readonly remedy?: string | undefined;
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
    /** The same for a table: one for each check. */
    readonly checks?: readonly ProofCheck[];
  }[];
  readonly policy: string;
  readonly registrar: string;
  readonly notes: readonly string[];
  readonly result?: {
    readonly granted: number;
    readonly updated: number;
    readonly revoked: number;
    readonly unchanged: number;
  };
}

/** What is known of a run before it begins. */
export interface RunFacts {
  /** Name of the command. */
  readonly command: string;
  readonly workspaceUrl: string;
  readonly runUrl: string;
  /** What the inputs name, for a run that ends before the bundle is read. */
  readonly asked?: { readonly bundleRoot: string; readonly target?: string | undefined };
  /** URL of the folder `docs` of this version, with a slash at its end; undefined where it is not known. */
  readonly pages?: string | undefined;
}

/** The facts of a run by its inputs and its place. */
export function runFacts(
  {
    command,
    host,
    bundleRoot,
    target,
  }: {
    readonly command: { readonly name: string };
    readonly host: string;
    readonly bundleRoot: string;
    readonly target?: string | undefined;
  },
  { runUrl, pages }: Pick<RunContext, "runUrl" | "pages">,
): RunFacts {
  return { command: command.name, workspaceUrl: host, runUrl, pages, asked: { bundleRoot, target } };
}

/** What a part of the run has found out or done. */
export interface Found {
  readonly bundle?: { readonly name: string; readonly target: string };
  readonly principal?: { readonly applicationId: string; readonly name: string };
  readonly idToken?: {
    readonly issuer: string;
    readonly subject: string;
    readonly audience: string;
    /** The claim; undefined if the CI proves none. */
    readonly environment?: string | undefined;
    /** The claim; undefined if the CI proves none. */
    readonly event?: string | undefined;
  };
  /** Who exchanges the ID token, for people. */
  readonly exchangedAt?: string;
  readonly commit?: { readonly ofToken: string | undefined; readonly checkedOut: string | undefined };
  readonly cli?: {
    readonly version: string;
    readonly file: string;
    readonly verified: string;
    readonly pinned: boolean;
  };
  /** Code of others in the deployed jobs that is not pinned. */
  readonly unpinned?: readonly string[];
  /** What was found about the items of standards. */
  readonly standards?: readonly StandardRow[];
  readonly plan?: { readonly changes: readonly PlannedChange[]; readonly unchanged: number };
  readonly scan?: ScanFacts;
  readonly access?: AccessFacts;
  readonly deployed?: boolean;
  /** Everything that the bundle has deployed, of every kind. */
  readonly resources?: readonly DeployedResource[];
  readonly run?: {
    readonly resource: string;
    readonly url: string;
    readonly result: string;
    readonly tasks?: readonly TaskFacts[];
  };
  /** How long later steps have a session, for people. */
  readonly loggedIn?: string;
  /** How many resources a `destroy` deleted. */
  readonly destroyed?: number;
  /** Milliseconds from the start of the command. */
  readonly duration?: number;
  /** Warnings that are about the whole run. */
  readonly warnings?: readonly string[];
}

/** What a run has found out and done so far; the job summary shows what is there, also after a failure. */
export type Facts = RunFacts & Found & { readonly warnings: readonly string[] };

/**
 * The facts of one run. It belongs to core/run.ts, which alone reads it: nothing is handed from one part of a run to another
 * through the report.
 */
export class FactsSoFar {
  #facts: Facts;

  constructor(run: RunFacts) {
    this.#facts = { ...run, warnings: [] };
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** Takes in what was found: warnings join those before, each once; of anything else the latest counts. */
  readonly add = (found: Found): void => {
    const { warnings = [], ...rest } = found;
    this.#facts = {
      ...this.#facts,
      ...rest,
      warnings: [...new Set([...this.#facts.warnings, ...warnings])],
    };
  };
}
