import { readWorkspaceFile } from "../../api/workspace-files.ts";
import { SecretlessError } from "../../base/errors.ts";
import { accessName, type BundleFacts } from "../bundle-facts.ts";
import type { DatabricksApi } from "../../api/client.ts";
import { type Json, listAt, member, textAt } from "../../api/json.ts";
import type { TrustObject } from "../kinds/kind.ts";

/**
 * Where a change stands. `granting` and `withdrawing` are written before the change, so that after a crash the trust is
 * known to be ours; `expired` remembers that the entry is not new although nothing is granted.
 */
export const PHASES = ["granting", "granted", "withdrawing", "expired"] as const;
export type Phase = (typeof PHASES)[number];

/** One object that this bundle has granted, or is about to. */
export interface StateRecord {
  /** Deterministic name of the entry; counts only if it can be computed again from job and purpose. */
  readonly name: string;
  readonly job: string;
  readonly purpose: string;
  readonly kind: string;
  readonly object: TrustObject;
  readonly phase: Phase;
  /** When it was granted, ISO 8601; undefined for records of older versions. */
  readonly since?: string;
}

export interface AccessState {
  /** Counts the writes; 0 if there is no file. */
  readonly serial: number;
  readonly records: readonly StateRecord[];
  /** Records whose name cannot be computed again: never acted upon, kept as they are. */
  readonly unowned: readonly Json[];
}

export const EMPTY_STATE: AccessState = { serial: 0, records: [], unowned: [] };

export const statePathOf = (bundle: BundleFacts): string => `${bundle.statePath}/access.json`;
export const lockPathOf = (bundle: BundleFacts): string => `${bundle.statePath}/access.lock`;

/** One text for equal objects: kind and fields in a fixed order. */
export function objectKey(kind: string, object: TrustObject): string {
  const fields = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([kind, fields]);
}

function readRecord(value: Json, bundle: BundleFacts): StateRecord | undefined {
  const [name, job, purpose, kind] = ["name", "job", "purpose", "kind"].map((key) => textAt(value, key));
  const phase = PHASES.find((known) => known === member(value, "phase"));
  const object = member(value, "object");
  if (!name || !job || !purpose || !kind || phase === undefined) return undefined;
  if (typeof object !== "object" || object === null || Array.isArray(object)) return undefined;
  if (!Object.values(object).every((part) => typeof part === "string")) return undefined;
  if (name !== accessName(bundle, job, purpose)) return undefined;
  const since = textAt(value, "since");
  const record = { name, job, purpose, kind, object: object as TrustObject, phase };
  return since === "" ? record : { ...record, since };
}

/** The state in a file's text. @throws SecretlessError `ACCESS_STATE_UNREADABLE` */
export function parseState(content: string, bundle: BundleFacts): AccessState {
  let value: Json;
  try {
    value = JSON.parse(content) as Json;
  } catch (error) {
    throw unreadable(bundle, "it is not JSON", error);
  }
  const serial = member(value, "serial");
  if (member(value, "version") !== 1) throw unreadable(bundle, "its version is not 1");
  if (typeof serial !== "number" || !Number.isSafeInteger(serial) || serial < 0) {
    throw unreadable(bundle, "it has no serial");
  }
  if (!Array.isArray(member(value, "records"))) throw unreadable(bundle, "it has no list of records");
  const records: StateRecord[] = [];
  const unowned: Json[] = [];
  for (const item of listAt(value, "records")) {
    const record = readRecord(item, bundle);
    if (record === undefined) unowned.push(item);
    else records.push(record);
  }
  return { serial, records, unowned };
}

function unreadable(bundle: BundleFacts, why: string, cause?: unknown): SecretlessError {
  return new SecretlessError("ACCESS_STATE_UNREADABLE", {
    problem: `The access state ${statePathOf(bundle)} cannot be used: ${why}.`,
    remedy:
      "Restore the file from its workspace history. Or delete it: then each access that it recorded is reported as " +
      "not granted by this bundle, with the command that revokes it.",
    ...(cause === undefined ? {} : { cause }),
  });
}

export function renderState(state: AccessState, bundle: BundleFacts): string {
  const { serial, records, unowned } = state;
  const { workspaceId, name, target } = bundle;
  return `${JSON.stringify({ version: 1, workspace: workspaceId, bundle: name, target, serial, records: [...records, ...unowned] }, null, 1)}\n`;
}

export async function readState(api: DatabricksApi, bundle: BundleFacts): Promise<AccessState> {
  const content = await readWorkspaceFile(api, statePathOf(bundle));
  return content === undefined ? EMPTY_STATE : parseState(content, bundle);
}
