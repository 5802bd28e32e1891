import type { Clock } from "../../base/ports.ts";
import type { Change } from "../plan/changes.ts";
import type { BundleFacts } from "../bundle-facts.ts";
import type { Lock } from "./lock.ts";
import type { DatabricksApi } from "../../api/client.ts";
import { deleteWorkspaceFile, writeWorkspaceFile } from "../../api/workspace-files.ts";
import { objectKey, renderState, statePathOf, type AccessState, type StateRecord } from "./state.ts";

/** One text for a record and the change that is about it. */
export const recordKey = ({ name, target, object }: Pick<Change, "name" | "target" | "object">): string =>
  `${name} ${objectKey(target.kind, object)}`;

/** The access state while it changes: each write is complete, and counts up. */
export class Recorder {
  #state: AccessState;
  readonly #api: DatabricksApi;
  readonly #bundle: BundleFacts;
  readonly #lock: Lock;
  readonly #clock: Pick<Clock, "now">;

  constructor(
    state: AccessState,
    api: DatabricksApi,
    bundle: BundleFacts,
    lock: Lock,
    clock: Pick<Clock, "now">,
  ) {
    this.#state = state;
    this.#api = api;
    this.#bundle = bundle;
    this.#lock = lock;
    this.#clock = clock;
  }

  /** Sets the phase of the records of these changes; undefined removes them. */
  async set(
    all: readonly Change[],
    phaseOf: (change: Change) => StateRecord["phase"] | undefined,
  ): Promise<void> {
    const records = new Map(
      this.#state.records.map((record) => [
        `${record.name} ${objectKey(record.kind, record.object)}`,
        record,
      ]),
    );
    for (const change of all) {
      const phase = phaseOf(change);
      const { name, job, purpose, target, object } = change;
      if (phase === undefined) records.delete(recordKey(change));
      else {
        const { since = phase === "granted" ? new Date(this.#clock.now()).toISOString() : undefined } =
          records.get(recordKey(change)) ?? {};
        const record = { name, job, purpose, kind: target.kind, object, phase };
        records.set(recordKey(change), since === undefined ? record : { ...record, since });
      }
    }
    const { unowned, serial } = this.#state;
    const next = { serial: serial + 1, records: [...records.values()], unowned };
    await this.#lock.hold();
    if (next.records.length + unowned.length === 0)
      await deleteWorkspaceFile(this.#api, statePathOf(this.#bundle));
    else
      await writeWorkspaceFile(this.#api, statePathOf(this.#bundle), renderState(next, this.#bundle), true);
    this.#state = next;
  }
}
