import type { BundleTarget } from "../bundle/host-pin.ts";
import type { OpenExchange } from "../federation/exchanges/open.ts";
import type { Workspace } from "../federation/discovery.ts";
import type { Ci } from "../ci/ci.ts";
import type { Inputs } from "../ci/inputs/inputs.ts";
import type { Ports } from "../base/ports.ts";
import type { ServerTime } from "../net/server-time.ts";
import type { Found } from "../report/facts.ts";

/** An ID token that was asked for before its audience was known. */
interface EarlyIdToken {
  readonly idToken: Promise<string>;
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

/** One use of the step, with its inputs checked and the first request under way. */
export interface BegunStep {
  readonly ci: Ci;
  readonly ports: Ports;
  readonly inputs: Inputs;
  readonly workspace: Promise<Workspace>;
  /** Has learnt from the answers of the discovery. */
  readonly serverTime: ServerTime;
  /** The first ID token, if it is under way already. */
  readonly early?: EarlyIdToken | undefined;
  /** Aborted when the job is cancelled or `timeout` is over. */
  readonly signal: AbortSignal;
}

/** A step that takes down what its parts find. */
export interface Step extends BegunStep {
  /** Hands over what was found, for the report alone; core/run.ts keeps it. */
  readonly found: (found: Found) => void;
  /** By name. */
  readonly exchanges: Readonly<Record<string, OpenExchange>>;
}

/** Takes down which bundle and target are meant, as its files say it, and hands the target on. */
export function noteTarget({ found }: Pick<Step, "found">, target: BundleTarget): BundleTarget {
  if (target.bundle !== undefined) found({ bundle: { name: target.bundle, target: target.name } });
  return target;
}

/** Shows a warning about the whole run in the log and in the job summary. */
export function warn({ ci, found }: Pick<Step, "ci" | "found">, text: string): void {
  found({ warnings: [text] });
  ci.annotate("warning", text);
}
