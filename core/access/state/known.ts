import type { DatabricksApi } from "../../api/client.ts";
import type { BundleFacts } from "../bundle-facts.ts";
import type { AccessKind, RemoteState, TrustObject } from "../kinds/kind.ts";
import type { Declared } from "../plan/declare.ts";
import { proveFolder, stateFolder } from "./folder.ts";
import { readLegacy, withLegacy, type LegacyState } from "./legacy.ts";
import type { PipelineIdentity } from "./owner.ts";
import { objectKey, type ObjectRecord } from "./record.ts";
import { readState, type AccessState, type StateRecord } from "./state.ts";

export interface KnownState {
  readonly state: AccessState;
  readonly legacy: LegacyState | undefined;
  /** The folder of the records, once it is there, proven to be the registrar's. */
  readonly folder: Awaited<ReturnType<typeof proveFolder>>;
}

export interface KnowledgeOptions {
  /** Whoever looks: the registrar, or the deployer while there is no registrar yet. */
  readonly api: DatabricksApi;
  /** Whoever can read the bundle's own state. */
  readonly deployer: DatabricksApi;
  readonly registrarId: string;
  readonly registrarLater: boolean;
  readonly owner: PipelineIdentity;
  readonly bundle: BundleFacts;
  readonly looksOnly: boolean;
}

/** Declared objects as they are recorded once everything is granted. */
function expectedRecords(
  live: readonly Declared[],
  owner: PipelineIdentity,
  deployment: BundleFacts,
): readonly ObjectRecord[] {
  const byObject = new Map<string, ObjectRecord>();
  for (const { name, origin, job, purpose, kind, object } of live) {
    const key = objectKey(kind.name, object);
    const entry = { name, ...origin, job: job.key, purpose: purpose.value, phase: "granted" } as const;
    const { workspaceId, statePath } = deployment;
    byObject.set(key, {
      kind: kind.name,
      object,
      owner,
      deployment: { workspaceId, statePath },
      entries: [...(byObject.get(key)?.entries ?? []), entry],
    });
  }
  return [...byObject.values()];
}

/**
 * What is recorded, as far as whoever looks may know it. The registrar acts on it, so it proves first that nobody else
 * can write there; a plan by the deployer only shows it.
 * @throws SecretlessError what {@link readState} and {@link proveFolder} throw
 */
export async function knownState(options: KnowledgeOptions, live: readonly Declared[]): Promise<KnownState> {
  const { api, deployer, registrarId, registrarLater, owner, bundle } = options;
  const request = {
    api,
    folder: stateFolder(registrarId),
    owner,
    deployment: bundle,
    expected: expectedRecords(live, owner, bundle),
    looksOnly: options.looksOnly,
  };
  const [folder, seen, legacy] = await Promise.all([
    registrarLater ? undefined : proveFolder(api, registrarId),
    readState(request),
    readLegacy(deployer, bundle),
  ]);
  // To the registrar its own home is never hidden: where it sees nothing, nothing is.
  const readable = seen.readable || !registrarLater;
  return { state: { ...seen, readable, records: withLegacy(seen.records, legacy) }, legacy, folder };
}

/** What is declared and there, for a reader who may not see the records: the registrar will look whether it is ours. */
export function assumedRecords(
  live: readonly Declared[],
  remote: (kind: AccessKind, object: TrustObject) => RemoteState,
): readonly StateRecord[] {
  const there = live.filter(({ kind, object }) => remote(kind, object).state === "present");
  return there.map(({ name, origin, job, purpose, kind, object }) => ({
    ...{ name, ...origin, job: job.key, purpose: purpose.value, kind: kind.name, object, phase: "granted" },
  }));
}
