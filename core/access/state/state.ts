import type { DatabricksApi } from "../../api/client.ts";
import { inParallel, listAll } from "../../api/paging.ts";
import { JOBS, type ListJobs } from "../../api/shapes.ts";
import { textAt } from "../../api/json.ts";
import { readWorkspaceFile } from "../../api/workspace-files.ts";
import { SecretlessError, type Mistake } from "../../base/errors.ts";
import { kindOf } from "../kinds/index.ts";
import type { TrustObject } from "../kinds/kind.ts";
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
  const named = files.map(({ name }) => name).filter((file) => !file.startsWith("access.lock"));
  const names = named.map(parseRecordName);
  const strangers = named.filter((_, at) => names[at] === undefined);
  if (strangers.length > 0) throw unowned(folder, strangers);
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
  const live = once(() => liveDeployments(api));
  const read = (list: readonly RecordName[]) => readRecords(api, folder, list);
  const [gone, others] = await Promise.all([goneDeployments(elsewhere, read, live), read(foreign)]);
  const inTheWay = elsewhere.filter((name) => concerned.has(name.object) && !gone.has(name.deployment));
  const obstacles = [...others, ...(await read(inTheWay))];
  if (obstacles.length > 0) throw foreignRecords(folder, obstacles, owner, await live());

  const ours = [...own, ...elsewhere.filter((name) => gone.has(name.deployment))];
  const times = new Map(files.map(({ name, writtenAt }) => [name, writtenAt]));
  return { readable: true, ...(await ownRecords(request, ours, read, times)) };
}

/** The deployments of this pipeline, by digest, of which the workspace has no job any more: moved, renamed, destroyed. */
async function goneDeployments(
  elsewhere: readonly RecordName[],
  read: ReadRecords,
  live: () => Promise<ReadonlySet<string>>,
): Promise<ReadonlySet<string>> {
  if (elsewhere.length === 0) return new Set();
  const samples = new Map(elsewhere.map((name) => [name.deployment, name]));
  const [records, paths] = await Promise.all([read([...samples.values()]), live()]);
  const gone = records.filter(({ deployment }) => !paths.has(deployment.statePath));
  return new Set(gone.map(({ deployment }) => deploymentId(deployment)));
}

/** State folders that a job of the workspace says it was deployed from. */
async function liveDeployments(api: DatabricksApi): Promise<ReadonlySet<string>> {
  const query = { limit: "100" } satisfies ListJobs;
  const jobs = await listAll(api, "/api/2.2/jobs/list", JOBS.key("jobs"), query);
  const metadata = jobs.map((job) => textAt(job, "settings", "deployment", "metadata_file_path"));
  return new Set(metadata.map((path) => path.replace(/\/[^/]*$/, "")));
}

type ReadRecords = (names: readonly RecordName[]) => Promise<readonly ObjectRecord[]>;

async function readRecords(
  api: DatabricksApi,
  folder: string,
  names: readonly RecordName[],
): Promise<readonly ObjectRecord[]> {
  const texts = await inParallel(names, ({ file }) => readWorkspaceFile(api, `${folder}/${file}`));
  const forged: string[] = [];
  const records = names.flatMap((name, at) => {
    const text = texts[at];
    // Removed since it was listed, by a run that holds the lock.
    if (text === undefined) return [];
    const record = parseRecord(text, name);
    if (record === undefined) forged.push(name.file);
    return record ?? [];
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
  const byObject = new Map<string, RecordName[]>();
  for (const name of names) byObject.set(name.object, [...(byObject.get(name.object) ?? []), name]);
  const settled = [...byObject.values()].flatMap((list) =>
    list.length === 1 && list[0] ? (known.get(list[0].file) ?? []) : [],
  );
  const settledIds = new Set(settled.map(({ kind, object }) => objectId(kind, object)));
  const rest = await read(names.filter(({ object }) => !settledIds.has(object)));
  const groups = new Map<string, [ObjectRecord, ...ObjectRecord[]]>();
  for (const record of rest) {
    const key = objectKey(record.kind, record.object);
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
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

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
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

function foreignRecords(
  folder: string,
  records: readonly ObjectRecord[],
  owner: PipelineIdentity,
  live: ReadonlySet<string>,
): SecretlessError {
  const orphaned = records.every(({ deployment }) => !live.has(deployment.statePath));
  const mistakes = records.map((record): Mistake => {
    const { kind, object, deployment, owner: theirs } = record;
    const known = kindOf(kind);
    const undo = known?.undoCommand(object);
    const alive = live.has(deployment.statePath) ? "still deployed" : "gone";
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
