import type { DatabricksApi } from "../../api/client.ts";
import { isObject, listAt, member, textAt, type Json } from "../../api/json.ts";
import { deleteWorkspaceFile, readWorkspaceFile } from "../../api/workspace-files.ts";
import { accessName, type BundleFacts } from "../bundle-facts.ts";
import { kindOf } from "../kinds/index.ts";
import type { TrustObject } from "../kinds/kind.ts";
import { objectKey, PHASES } from "./record.ts";
import type { StateRecord } from "./state.ts";

/** Where earlier versions kept the state: beside the bundle's own, where code of the bundle can write. */
const legacyPath = ({ statePath }: Pick<BundleFacts, "statePath">): string => `${statePath}/access.json`;

export interface LegacyState {
  /** What it says of jobs of this bundle: taken over, unconfirmed until the workspace shows it. */
  readonly records: readonly StateRecord[];
  /** What it says of anything else: never acted upon. */
  readonly doubtful: readonly string[];
}

/** The jobs of this bundle that run as a principal: only for these can a file that anybody may have written speak. */
function isOfBundle(object: TrustObject, bundle: BundleFacts): boolean {
  return bundle.jobs.some(
    ({ runAs }) => runAs.kind === "service_principal" && runAs.applicationId === object["principal"],
  );
}

function readRecord(value: Json, bundle: BundleFacts): StateRecord | undefined {
  const [name, job, purpose, kind] = ["name", "job", "purpose", "kind"].map((key) => textAt(value, key));
  const object = member(value, "object");
  const phase = PHASES.find((known) => known === member(value, "phase"));
  if (!name || !job || !purpose || !kind || kindOf(kind) === undefined || phase === undefined)
    return undefined;
  if (!isObject(object) || !Object.values(object).every((part) => typeof part === "string")) return undefined;
  const trust = object as TrustObject;
  if (name !== accessName(bundle, job, purpose) || !isOfBundle(trust, bundle)) return undefined;
  const jobId = bundle.jobs.find(({ key }) => key === job)?.id ?? "";
  const origin = { bundle: bundle.name, target: bundle.target, job, jobId, purpose };
  return { name, ...origin, kind, object: trust, phase: phase === "expired" ? phase : "granting" };
}

/** The state of an earlier version; undefined if there is none. What cannot be read in it is doubtful, not an error. */
export async function readLegacy(api: DatabricksApi, bundle: BundleFacts): Promise<LegacyState | undefined> {
  const content = await readWorkspaceFile(api, legacyPath(bundle));
  if (content === undefined) return undefined;
  let value: Json;
  try {
    value = JSON.parse(content) as Json;
  } catch {
    return { records: [], doubtful: [`${legacyPath(bundle)} is not JSON`] };
  }
  const records: StateRecord[] = [];
  const doubtful: string[] = [];
  for (const item of listAt(value, "records")) {
    const record = readRecord(item, bundle);
    if (record) records.push(record);
    else doubtful.push(textAt(item, "name") || "a record without a name");
  }
  return { records, doubtful };
}

/** Both states as one: where the new one knows an entry, it counts. */
export function withLegacy(
  records: readonly StateRecord[],
  legacy: LegacyState | undefined,
): readonly StateRecord[] {
  const key = (record: StateRecord): string => `${record.name} ${objectKey(record.kind, record.object)}`;
  const known = new Set(records.map(key));
  return [...records, ...(legacy?.records ?? []).filter((record) => !known.has(key(record)))];
}

export async function removeLegacy(api: DatabricksApi, bundle: BundleFacts): Promise<void> {
  await deleteWorkspaceFile(api, legacyPath(bundle));
}
