import { groupBy } from "../../base/group-by.ts";
import type { Clock } from "../../base/ports.ts";
import { portsOf, type AccessPlan } from "../plan/plan.ts";
import type { AccessRequest } from "../plan/request.ts";
import type { Change } from "../plan/changes.ts";
import type { DecidedChange } from "../plan/decide.ts";
import type { Lock } from "../state/lock.ts";
import { stateFolder } from "../state/folder.ts";
import { Recorder } from "../state/recorder.ts";
import { ApiFailure } from "../../api/client.ts";
import type { AccessKind, KindPorts, RemoteState, TrustObject } from "../kinds/kind.ts";

/** What became of one change. */
export interface Applied {
  readonly change: DecidedChange;
  readonly outcome: "done" | "failed" | "skipped" | "denied";
  readonly reason?: string;
}

/** How long a change may take to be seen by a reader; Unity Catalog shows it within seconds. Milliseconds. */
const CONFIRM_TIMEOUT = 60_000;

export const isChange = ({ action }: Change): boolean => action !== "unchanged";
/** Whether the remote side changes; if not, only the record does. */
export const isRemote = ({ action }: Change): boolean =>
  action === "grant" || action === "update" || action === "withdraw";

/** Changes that are carried out together: of one kind, with one action. */
interface Batch {
  readonly kind: AccessKind;
  readonly action: DecidedChange["action"];
  readonly changes: readonly DecidedChange[];
  readonly objects: readonly TrustObject[];
}

/** Waits until the remote side shows what was done; undefined if it does, else what it shows. */
async function confirm(
  { kind, action, objects }: Batch,
  ports: KindPorts,
  clock: Clock,
): Promise<string | undefined> {
  const done = ({ state }: RemoteState): boolean =>
    action === "withdraw" ? state === "absent" || state === "impossible" : state === "present";
  const deadline = clock.now() + CONFIRM_TIMEOUT;
  for (let wait = 500; ; wait = Math.min(wait * 2, 8_000)) {
    const view = await kind.read(objects, ports);
    const open = objects.filter((object) => !done(view.plan(object)));
    if (open[0] === undefined) return undefined;
    if (clock.now() + wait > deadline) return `not confirmed when read back: ${kind.describe(open[0])}`;
    await clock.sleep(wait, ports.signal);
  }
}

function batches(all: readonly DecidedChange[]): readonly Batch[] {
  const groups = groupBy(all, ({ action, kind, object }) =>
    JSON.stringify([action, kind.name, kind.batch(object)]),
  );
  return [...groups.values()].map((changes) => {
    const [{ kind, action }] = changes;
    return { kind, action, changes, objects: changes.map(({ object }) => object) };
  });
}

/** Applies one batch; undefined if it is done and confirmed, else why not. Lost connections and crashes pass through. */
async function applyBatch(batch: Batch, ports: KindPorts, clock: Clock): Promise<string | undefined> {
  const { kind, action, objects } = batch;
  try {
    await (action === "withdraw" ? kind.withdraw(objects, ports) : kind.apply(objects, ports));
    return await confirm(batch, ports, clock);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return `${error.status} ${error.errorCode}: ${error.message}`;
  }
}

/** Carries out a plan under the lock; `onApplied` is told of each change as soon as it is certain. */
export async function execute(
  plan: AccessPlan,
  request: AccessRequest,
  lock: Lock,
  onApplied: (applied: Applied) => Promise<void>,
): Promise<readonly Applied[]> {
  const { deployer, registrar, owner, clock, bundle, signal } = request;
  const recorder = new Recorder(plan.state, {
    api: (registrar ?? deployer).workspace,
    folder: stateFolder(plan.registrarId),
    deployment: bundle,
    ...{ owner, lock },
  });
  const all = plan.changes.filter(isChange);
  const applied: Applied[] = [];
  const tell = async (
    changes: readonly DecidedChange[],
    outcome: Applied["outcome"],
    reason?: string,
  ): Promise<void> => {
    for (const change of changes) {
      const one = { change, outcome, ...(reason === undefined ? {} : { reason }) };
      applied.push(one);
      await onApplied(one);
    }
  };

  // Before anything is changed, everything that will be is on record: after a crash it is known to be ours.
  await recorder.set(all, (change) =>
    change.action === "withdraw" ? "withdrawing" : isRemote(change) ? "granting" : change.phase,
  );
  await tell(
    all.filter((change) => !isRemote(change)),
    "done",
  );
  const order = [
    ...batches(all.filter(({ action }) => action === "withdraw")),
    ...batches(all.filter((change) => isRemote(change) && change.action !== "withdraw")),
  ];
  let withdrawalFailed = false;
  for (const batch of order) {
    const withdrawing = batch.action === "withdraw";
    // Nothing is added while something that should be gone is still there.
    if (!withdrawing && withdrawalFailed) {
      await tell(batch.changes, "skipped", "a withdrawal failed");
      continue;
    }
    signal?.throwIfAborted();
    await lock.hold();
    const problem = await applyBatch(batch, portsOf(batch.kind, request), clock);
    if (problem !== undefined) {
      withdrawalFailed ||= withdrawing;
      await tell(batch.changes, "failed", problem);
      continue;
    }
    await recorder.set(batch.changes, (change) => change.phase);
    await tell(batch.changes, "done");
  }
  return applied;
}
