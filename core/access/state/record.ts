import { isObject, listAt, member, textAt, type Json } from "../../api/json.ts";
import { accessName } from "../bundle-facts.ts";
import { kindOf } from "../kinds/index.ts";
import type { TrustObject } from "../kinds/kind.ts";
import { digest, ownerId, type PipelineIdentity } from "./owner.ts";

/**
 * Where a change stands. `granting` and `withdrawing` are written before the change, so that after a crash the trust is
 * known to be ours; `expired` remembers that the entry is not new although nothing is granted.
 */
export const PHASES = ["granting", "granted", "withdrawing", "expired"] as const;
export type Phase = (typeof PHASES)[number];

/** What one entry of access.yml has to do with an object. */
export interface StateEntry {
  /** Deterministic name of the entry; counts only if it can be computed again from the rest. */
  readonly name: string;
  readonly bundle: string;
  readonly target: string;
  readonly job: string;
  /** The deployed job that the access is for; "" if it was not deployed. */
  readonly jobId: string;
  readonly purpose: string;
  readonly phase: Phase;
}

/** Where a bundle is deployed: what stays the same when it is renamed. */
export interface Deployment {
  readonly workspaceId: string;
  /** Workspace folder of the bundle's state. */
  readonly statePath: string;
}

/** One object that was granted, or is about to be; one file. */
export interface ObjectRecord {
  readonly kind: string;
  readonly object: TrustObject;
  readonly owner: PipelineIdentity;
  readonly deployment: Deployment;
  /** By name. */
  readonly entries: readonly StateEntry[];
}

/** What a record's file name says, each part a digest: what is recorded, by whom, for which deployment, and how it reads. */
export interface RecordName {
  readonly file: string;
  readonly object: string;
  readonly owner: string;
  readonly deployment: string;
}

/** One text for equal objects: kind and fields in a fixed order, names as the provider compares them. */
export function objectKey(kind: string, object: TrustObject): string {
  const folds = kindOf(kind)?.foldsCase === true;
  const fields = Object.entries(object)
    .map(([name, value]) => [name, folds ? value.toLowerCase() : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([kind, fields]);
}

export const objectId = (kind: string, object: TrustObject): string => digest(objectKey(kind, object), 32);
/** The records lie in the workspace that they are about, so that its ID, which it may not say, is not needed here. */
export const deploymentId = ({ statePath }: Pick<Deployment, "statePath">): string => digest([statePath], 12);

/** The text of a record; equal records have equal texts. */
export function renderRecord({ kind, object, owner, deployment, entries }: ObjectRecord): string {
  const { issuer, repositoryId, context } = owner;
  const { workspaceId, statePath } = deployment;
  const fields = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const value = {
    version: 1,
    kind,
    object: Object.fromEntries(fields),
    owner: { issuer, repositoryId, context },
    deployment: { workspaceId, statePath },
    entries: sorted.map(({ name, bundle, target, job, jobId, purpose, phase }) => ({
      ...{ name, bundle, target, job, jobId, purpose, phase },
    })),
  };
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** The name of a record's file: one look at the folder tells what is unchanged, and what others have recorded. */
export function recordName(record: ObjectRecord): RecordName {
  const object = objectId(record.kind, record.object);
  const owner = ownerId(record.owner);
  const deployment = deploymentId(record.deployment);
  const file = `${object}-${owner}-${deployment}-${digest(renderRecord(record), 12)}.json`;
  return { file, object, owner, deployment };
}

const NAME = /^([\da-f]{32})-([\da-f]{12})-([\da-f]{12})-[\da-f]{12}\.json$/;

/** undefined for a file that is no record's. */
export function parseRecordName(file: string): RecordName | undefined {
  const [, object, owner, deployment] = NAME.exec(file) ?? [];
  if (object === undefined || owner === undefined || deployment === undefined) return undefined;
  return { file, object, owner, deployment };
}

function readEntry(value: Json, workspaceId: string): StateEntry | undefined {
  const text = (key: string): string => textAt(value, key);
  const [name, bundle, target, job] = [text("name"), text("bundle"), text("target"), text("job")];
  const [jobId, purpose] = [text("jobId"), text("purpose")];
  const phase = PHASES.find((known) => known === member(value, "phase"));
  if (phase === undefined || [bundle, target, job, purpose].includes("")) return undefined;
  if (name !== accessName({ workspaceId, name: bundle, target }, job, purpose)) return undefined;
  return { name, bundle, target, job, jobId, purpose, phase };
}

/**
 * The record in a file's text. One that does not fit its own name, whose entries' names cannot be computed again, or that
 * is written otherwise than this product writes (members that are twice there or unknown) was made or changed by somebody else.
 * @returns undefined for such a record
 */
export function parseRecord(content: string, { file }: RecordName): ObjectRecord | undefined {
  let value: Json;
  try {
    value = JSON.parse(content) as Json;
  } catch {
    return undefined;
  }
  const object = member(value, "object");
  if (member(value, "version") !== 1 || !isObject(object)) return undefined;
  if (!Object.values(object).every((part) => typeof part === "string")) return undefined;
  const workspaceId = textAt(value, "deployment", "workspaceId");
  const read = listAt(value, "entries").map((entry) => readEntry(entry, workspaceId));
  const entries = read.filter((entry) => entry !== undefined);
  if (entries.length === 0 || entries.length < read.length) return undefined;
  const record: ObjectRecord = {
    kind: textAt(value, "kind"),
    object: object as TrustObject,
    owner: {
      issuer: textAt(value, "owner", "issuer"),
      repositoryId: textAt(value, "owner", "repositoryId"),
      context: textAt(value, "owner", "context"),
    },
    deployment: { workspaceId, statePath: textAt(value, "deployment", "statePath") },
    entries,
  };
  return recordName(record).file === file && renderRecord(record) === content ? record : undefined;
}

/**
 * What several files of one object say together: a run died between writing the new one and removing the old one. All of
 * it is ours, and none of it confirmed.
 */
export function mergeRecords(records: readonly [ObjectRecord, ...ObjectRecord[]]): ObjectRecord {
  const [first, ...more] = records;
  if (more.length === 0) return first;
  const byName = new Map<string, StateEntry>();
  for (const entry of records.flatMap(({ entries }) => entries)) {
    const known = byName.get(entry.name);
    const spent = entry.phase === "expired" && (known === undefined || known.phase === "expired");
    byName.set(entry.name, { ...entry, phase: spent ? "expired" : "granting" });
  }
  return { ...first, entries: [...byName.values()] };
}
