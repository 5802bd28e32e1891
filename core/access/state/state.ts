import { groupBy } from "../../base/group-by.ts";
import type { DatabricksApi } from "../../api/client.ts";
import { ApiFailure } from "../../api/client.ts";
import { inParallel } from "../../api/paging.ts";
import { readWorkspaceFile } from "../../api/workspace-files.ts";
import { SecretlessError, type Mistake } from "../../base/errors.ts";
import { kindOf } from "../kinds/index.ts";
import type { TrustObject } from "../kinds/kind.ts";
import { isDeployedFrom, readJob } from "../scope/job-listing.ts";
import { listFolder } from "./folder.ts";
import { ownerId, ownerWords, type PipelineIdentity } from "./owner.ts";
import {
  deploymentId,
  mergeRecords,
  objectId,
  objectKey,
  parseRecord,
  parseRecordName,
  recordName,
  type Deployment,
  type ObjectRecord,
  type RecordName,
  type StateEntry,
} from "./record.ts";

/** What one entry has to do with one object. */
export interface StateRecord extends StateEntry {
  readonly kind: string;
  readonly object: TrustObject;
  /** When it was recorded as it is now, ISO 8601; undefined if the workspace does not say. */
  readonly since?: string;
}

export interface AccessState {
  /** Whether this identity could see the folder of the records; else nothing is known of what was granted. */
  readonly readable: boolean;
  /** All that this pipeline recorded for this deployment, and for deployments of its that are gone. */
  readonly records: readonly StateRecord[];
  /** By object: the files that hold it, which the next write replaces. */
  readonly files: ReadonlyMap<string, readonly string[]>;
}

export const UNSEEN: AccessState = { readable: false, records: [], files: new Map() };

export interface StateRequest {
  readonly api: DatabricksApi;
  readonly folder: string;
  readonly owner: PipelineIdentity;
  readonly deployment: Deployment;
  /** Objects that are declared, as they are recorded once all is granted: what reads so needs no reading. */
  readonly expected: readonly ObjectRecord[];
  /**
   * Whether nothing will be changed, whoever is asked: a plan, such as that of a pull request, shows what this deployment
   * has as the pipeline that deploys it would see it.
   */
  readonly looksOnly: boolean;
}

/** The lock, and what a take-over of it leaves for a moment. */
const isLock = (name: string): boolean => /^access\.lock(?:\.[0-9a-f-]*)*$/.test(name);

/** Whether this deployment has records, whoever made them: one request. undefined: this identity may not look. */
export async function isRecorded(
  api: DatabricksApi,
  folder: string,
  deployment: Deployment,
): Promise<boolean | undefined> {
  const ours = deploymentId(deployment);
  const files = await listFolder(api, folder);
  return files?.some(({ name }) => parseRecordName(name)?.deployment === ours);
}

/**
 * Reads what concerns this run: the records of its own identity, and whoever else's stand in the way of what is declared.
 * @throws SecretlessError `ACCESS_STATE_UNREADABLE`, `ACCESS_STATE_FORGED`, `ACCESS_STATE_FOREIGN`, `ACCESS_STATE_ORPHANED`
 */
export async function readState(request: StateRequest): Promise<AccessState> {
  const { api, folder, owner, deployment, expected, looksOnly } = request;
  const files = await listFolder(api, folder);
  if (files === undefined) return UNSEEN;
  const named = files.filter(({ name }) => !isLock(name));
  const names = named.map(({ name, isFile }) => (isFile ? parseRecordName(name) : undefined));
  const strangers = named.filter((_, at) => names[at] === undefined);
  if (strangers.length > 0)
    throw unowned(
      folder,
      strangers.map(({ name }) => name),
    );
  const all = names.filter((name) => name !== undefined);

  const [me, here] = [ownerId(owner), deploymentId(deployment)];
  const isOwn = (name: RecordName): boolean => name.owner === me || looksOnly;
  const own = all.filter((name) => isOwn(name) && name.deployment === here);
  const elsewhere = all.filter((name) => name.owner === me && name.deployment !== here);
  const concerned = new Set([
    ...expected.map(({ kind, object }) => objectId(kind, object)),
    ...own.map(({ object }) => object),
  ]);
  const foreign = all.filter(
    (name) => name.owner !== me && (name.deployment === here ? !looksOnly : concerned.has(name.object)),
  );
  const read = (list: readonly RecordName[]) => readRecords(request, list);
  const [gone, others] = await Promise.all([goneDeployments(api, elsewhere, read), read(foreign)]);
  const inTheWay = elsewhere.filter((name) => concerned.has(name.object) && !gone.has(name.deployment));
  const obstacles = [...others, ...(await read(inTheWay))];
  if (obstacles.length > 0) throw await foreignRecords(request, obstacles);

  const ours = [...own, ...elsewhere.filter((name) => gone.has(name.deployment))];
  const times = new Map(files.map(({ name, writtenAt }) => [name, writtenAt]));
  return { readable: true, ...(await ownRecords(request, ours, read, times)) };
}

/**
 * Whether a job that the record is for is still there, as a job of its deployment. That others say so of theirs proves
 * nothing, and one that this identity may not see may be there.
 */
async function isLive(api: DatabricksApi, { entries, deployment }: ObjectRecord): Promise<boolean> {
  const ids = [...new Set(entries.map(({ jobId }) => jobId))].filter((id) => id !== "");
  const live = await inParallel(ids, async (id) => {
    try {
      const job = await readJob(api, id);
      return job !== undefined && isDeployedFrom(job, deployment.statePath);
    } catch (error) {
      if (error instanceof ApiFailure && error.refused) return true;
      throw error;
    }
  });
  return live.includes(true);
}

/**
 * The deployments of this pipeline, by digest, of whose recorded jobs none is there any more: moved, renamed, destroyed.
 * Requests: of each deployment that is there, two; of one that is gone, two for each record.
 */
async function goneDeployments(
  api: DatabricksApi,
  elsewhere: readonly RecordName[],
  read: ReadRecords,
): Promise<ReadonlySet<string>> {
  const samples = new Map(elsewhere.map((name) => [name.deployment, name]));
  const gone = await inParallel([...samples], async ([deployment, sample]) => {
    const more = elsewhere.filter((name) => name.deployment === deployment && name !== sample);
    for (const names of [[sample], more]) {
      const live = await inParallel(await read(names), (record) => isLive(api, record));
      if (live.includes(true)) return "";
    }
    return deployment;
  });
  return new Set(gone.filter((deployment) => deployment !== ""));
}

type ReadRecords = (names: readonly RecordName[]) => Promise<readonly ObjectRecord[]>;

async function readRecords(
  { api, folder, deployment }: StateRequest,
  names: readonly RecordName[],
): Promise<readonly ObjectRecord[]> {
  const texts = await inParallel(names, ({ file }) => readWorkspaceFile(api, `${folder}/${file}`));
  const forged: string[] = [];
  const records = names.flatMap((name, at) => {
    const text = texts[at];
    // Removed since it was listed, by a run that holds the lock.
    if (text === undefined) return [];
    const record = parseRecord(text, name);
    // A record lies in the workspace that it is about.
    if (record?.deployment.workspaceId === deployment.workspaceId) return record;
    forged.push(name.file);
    return [];
  });
  if (forged.length > 0) throw forgedRecords(folder, forged);
  return records;
}

/** Our own records, each object once; what reads exactly as it should is not read. */
async function ownRecords(
  { expected }: StateRequest,
  names: readonly RecordName[],
  read: ReadRecords,
  times: ReadonlyMap<string, string | undefined>,
): Promise<Pick<AccessState, "records" | "files">> {
  const known = new Map(expected.map((record) => [recordName(record).file, record]));
  const byObject = groupBy(names, ({ object }) => object);
  const settled = [...byObject.values()].flatMap((list) =>
    list.length === 1 ? (known.get(list[0].file) ?? []) : [],
  );
  const settledIds = new Set(settled.map(({ kind, object }) => objectId(kind, object)));
  const rest = await read(names.filter(({ object }) => !settledIds.has(object)));
  const groups = groupBy(rest, ({ kind, object }) => objectKey(kind, object));
  const records = [...settled, ...[...groups.values()].map(mergeRecords)];
  return {
    records: records.flatMap(({ kind, object, entries }) => {
      const [name] = byObject.get(objectId(kind, object)) ?? [];
      const since = name && times.get(name.file);
      return entries.map((entry) => ({ ...entry, kind, object, ...(since !== undefined && { since }) }));
    }),
    files: new Map([...byObject].map(([object, list]) => [object, list.map(({ file }) => file)])),
  };
}

function unowned(folder: string, files: readonly string[]): SecretlessError {
  return new SecretlessError("ACCESS_STATE_UNREADABLE", {
    problem: `The access state ${folder} holds files that are no records: ${files.slice(0, 10).join(", ")}.`,
    expected: "records alone, written by this product",
    remedy: "Look where they come from, and remove them. Nothing was changed.",
  });
}

function forgedRecords(folder: string, files: readonly string[]): SecretlessError {
  return new SecretlessError("ACCESS_STATE_FORGED", {
    problem: `The access state ${folder} holds records that do not fit their own names: somebody has changed them. Nothing was changed.`,
    actual: files.slice(0, 10).join(", "),
    remedy:
      "Find out who could write there. Then restore each record from the history of the workspace, or delete it: what it " +
      "granted is then reported, with the command that revokes it.",
  });
}

async function foreignRecords(
  { api, folder, owner }: StateRequest,
  records: readonly ObjectRecord[],
): Promise<SecretlessError> {
  const live = await inParallel(records, (record) => isLive(api, record));
  const orphaned = !live.includes(true);
  const mistakes = records.map((record, at): Mistake => {
    const { kind, object, deployment, owner: theirs } = record;
    const known = kindOf(kind);
    const undo = known?.undoCommand(object);
    const alive = live[at] === true ? "still deployed" : "gone";
    return {
      problem: `${known?.describe(object) ?? kind} is recorded by another pipeline or for another bundle.`,
      expected: ownerWords(owner),
      actual: `${ownerWords(theirs)}, for the bundle with the state ${deployment.statePath} (${alive})`,
      remedy:
        `Give this job a principal or a credential of its own. Or, if the other one needs it no longer: let that pipeline withdraw it; ` +
        `where that is gone, ${undo === undefined ? "revoke it" : `\`${undo}\``}, then \`databricks workspace delete ${folder}/${recordName(record).file}\`.`,
    };
  });
  return new SecretlessError(orphaned ? "ACCESS_STATE_ORPHANED" : "ACCESS_STATE_FOREIGN", {
    problem: orphaned
      ? "What this bundle declares is recorded for deployments that are gone, by pipelines that are not this one. Nothing was changed."
      : "What this bundle declares is recorded for somebody else. Nothing was changed.",
    mistakes,
  });
}
