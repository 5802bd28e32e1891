import type { Workspace } from "../federation/discovery.ts";
import type { Ci } from "../ci/ci.ts";
import type { Inputs } from "../ci/inputs/inputs.ts";
import type { Ports } from "../base/ports.ts";
import type { Facts } from "../report/facts.ts";

/** An ID token that was asked for before its audience was known. */
interface EarlyIdToken {
  readonly idToken: Promise<string>;
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

/** One use of the step, with its inputs checked and the first request under way. */
export interface Step {
  readonly ci: Ci;
  readonly ports: Ports;
  readonly inputs: Inputs;
  readonly workspace: Promise<Workspace>;
  /** The first ID token, if it is under way already. */
  readonly early?: EarlyIdToken | undefined;
  /** Aborted when the job is cancelled or `timeout` is over. */
  readonly signal: AbortSignal;
}

/** Shows a warning about the whole run in the log and in the job summary. */
export function warn({ ci }: Step, facts: Facts, text: string): void {
  facts.warnings.push(text);
  ci.annotate("warning", text);
}
