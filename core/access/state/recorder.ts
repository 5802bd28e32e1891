import type { DatabricksApi } from "../../api/client.ts";
import { inParallel } from "../../api/paging.ts";
import { deleteWorkspaceFile, writeWorkspaceFile } from "../../api/workspace-files.ts";
import type { Change } from "../plan/changes.ts";
import type { Lock } from "./lock.ts";
import type { PipelineIdentity } from "./owner.ts";
import { objectId, objectKey, recordName, renderRecord, type Deployment, type Phase } from "./record.ts";
import type { AccessState, StateRecord } from "./state.ts";

/** One text for a record and the change that is about it. */
export const recordKey = ({ name, kind, object }: Pick<Change, "name" | "kind" | "object">): string =>
  `${name} ${objectKey(kind.name, object)}`;

export interface RecorderOptions {
  /** Of the identity that registers. */
  readonly api: DatabricksApi;
  readonly folder: string;
  readonly owner: PipelineIdentity;
  readonly deployment: Deployment;
  readonly lock: Lock;
}

/** The access state while it changes: of each object first the new record is written, then the old one removed. */
export class Recorder {
  /** By object, then by the name of the entry. */
  readonly #records = new Map<string, Map<string, StateRecord>>();
  readonly #files: Map<string, readonly string[]>;
  readonly #options: RecorderOptions;

  constructor(state: AccessState, options: RecorderOptions) {
    for (const record of state.records) this.#of(record).set(record.name, record);
    this.#files = new Map(state.files);
    this.#options = options;
  }

  /** Sets the phase of the records of these changes; undefined removes them. */
  async set(changes: readonly Change[], phaseOf: (change: Change) => Phase | undefined): Promise<void> {
    for (const change of changes) {
      const phase = phaseOf(change);
      const { name, origin, job, purpose, kind, object } = change;
      const entry = { name, ...origin, job, purpose, kind: kind.name, object };
      if (phase === undefined) this.#of(entry).delete(name);
      else this.#of(entry).set(name, { ...entry, phase });
    }
    const touched = new Map(changes.map((change) => [objectKey(change.kind.name, change.object), change]));
    await inParallel([...touched.values()], (change) => this.#write(change));
  }

  #of({ kind, object }: Pick<StateRecord, "kind" | "object">): Map<string, StateRecord> {
    const key = objectKey(kind, object);
    const entries = this.#records.get(key) ?? new Map<string, StateRecord>();
    this.#records.set(key, entries);
    return entries;
  }

  async #write({ kind: { name: kind }, object }: Change): Promise<void> {
    const { api, folder, owner, deployment, lock } = this.#options;
    // Thousands of records take longer than a lease.
    await lock.hold();
    const entries = [...this.#of({ kind, object }).values()];
    const id = objectId(kind, object);
    const old = this.#files.get(id) ?? [];
    const written: string[] = [];
    if (entries.length > 0) {
      const record = { kind, object, owner, deployment, entries };
      const { file } = recordName(record);
      if (!old.includes(file)) await writeWorkspaceFile(api, `${folder}/${file}`, renderRecord(record), true);
      written.push(file);
    }
    for (const file of old) if (!written.includes(file)) await deleteWorkspaceFile(api, `${folder}/${file}`);
    this.#files.set(id, written);
  }
}
