import type { Connection } from "../api/client.ts";
import { SecretlessError } from "../base/errors.ts";
import { holderOf, readLock, stillLocked } from "../cli/deployment-lock.ts";
import type { LeaseNote } from "./lease/lease.ts";
import type { LeftLease } from "./lease/lease-text.ts";
import { takeLease, type Taken } from "./lease/take-lease.ts";
import type { Step } from "./step.ts";

/** Milliseconds between two looks at the lock of another deployment. */
const LOOK = 5_000;

export interface Change {
  /** `workspace.state_path` of the bundle. */
  readonly statePath: string;
  /** Whether there will be a deployment after it. */
  readonly deploys: boolean;
  readonly work: () => Promise<unknown>;
  /** Called before the next try of `work`, since what was planned is outdated. */
  readonly again: () => Promise<unknown>;
  /** Mends what a dead run has left; whether it has changed anything. Called with `during` for each command that takes the lock. */
  readonly recover: (left: LeftLease, during: During) => Promise<boolean>;
  /** Tells the token service of the lease. */
  readonly tell: (note: LeaseNote | undefined) => void;
}

/** Runs a command of the CLI that takes the lock. */
export type During = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Does `work`, a change of the deployment, under a lease of this run. Where another deployment is under way, waits for it
 * until `lock-timeout` is over, and plans again before the next try. What a run left that died is mended before. A change
 * that has begun is not cut short by a cancellation.
 * @throws SecretlessError `DEPLOYMENT_LOCKED`, and what the parts of the change throw
 */
export async function whenFree(step: Step, api: Connection, change: Change): Promise<void> {
  const { ci, ports, inputs, signal, serverTime } = step;
  const { statePath, tell } = change;
  const deadline = ports.clock.now() + inputs.lockTimeout;
  const taken = await takeLease({
    ...{ api, clock: ports.clock, statePath, deadline, signal, tell },
    principal: inputs.clientId,
    run: ci.context.runUrl,
    now: () => serverTime.now(),
    makeFolder: change.deploys,
    info: (line) => ci.info(line),
  });
  const { lease, left } = taken;
  let begun = left !== undefined;
  const work = (): Promise<unknown> => {
    begun = true;
    return change.work();
  };
  try {
    await underLease(step, api, { ...change, work }, { ...taken, deadline });
  } catch (error) {
    // What did not end well may have left something that no state knows: the next run looks for it.
    await (begun ? lease?.leave() : lease?.close())?.catch(() => undefined);
    throw error;
  }
  // The change is done: a lease that cannot be removed now runs out.
  await lease?.close().catch(() => undefined);
}

async function underLease(
  step: Step,
  api: Connection,
  { statePath, work, again, recover }: Change,
  { lease, left, waited, deadline }: Taken & { readonly deadline: number },
): Promise<void> {
  const during: During = (command) => (lease ? lease.during(command) : command());
  const recovered = left !== undefined && (await recover(left, during));
  let outdated = waited || recovered;
  let held: string | undefined;
  for (;;) {
    if (await waitForLock(step, api, { statePath, deadline, held })) outdated = true;
    if (outdated) await again();
    try {
      await uncut(step, () => during(work));
      return;
    } catch (error) {
      if (!(error instanceof SecretlessError) || error.code !== "DEPLOYMENT_LOCKED") throw error;
      held = error.details.actual ?? "held";
      outdated = true;
    }
  }
}

async function uncut({ ci, signal }: Step, work: () => Promise<unknown>): Promise<void> {
  signal.throwIfAborted();
  const onAbort = (): void => {
    ci.info(
      "The deployment has begun and is left to end: the Databricks CLI would leave its lock otherwise.",
    );
  };
  signal.addEventListener("abort", onAbort);
  try {
    await work();
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

interface Wait {
  readonly statePath: string;
  readonly deadline: number;
  /** What the CLI has said of a lock that it met. */
  readonly held: string | undefined;
}

/** Whether there was a lock to wait for. */
async function waitForLock(
  { ci, ports, signal }: Step,
  api: Connection,
  { statePath, deadline, held }: Wait,
): Promise<boolean> {
  const { clock } = ports;
  const look = async (): Promise<string | undefined> => {
    const lock = await readLock(api, statePath);
    return lock && holderOf(lock);
  };
  let holder = (await look()) ?? held;
  if (holder === undefined) return false;
  ci.info(`The deployment lock is ${holder}; waiting for it.`);
  while (holder !== undefined) {
    const remaining = deadline - clock.now();
    if (remaining <= 0) throw stillLocked(holder, statePath);
    await clock.sleep(Math.min(LOOK, remaining), signal);
    holder = await look();
  }
  ci.info("The lock is free. What was planned may be outdated, so it is looked at again.");
  return true;
}
