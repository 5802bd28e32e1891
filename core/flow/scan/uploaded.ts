import { basename, join, posix } from "node:path";
import { exportedFile, filesBelow, filesInFolder } from "../../api/uploaded-files.ts";
import { member, textAt, type Json } from "../../api/json.ts";
import type { DatabricksApi } from "../../api/client.ts";
import { inParallel } from "../../api/paging.ts";
import type { Mistake } from "../../base/errors.ts";
import type { Tree, TreeBounds } from "../../base/tree.ts";
import type { Selection } from "../../bundle/selection.ts";
import { selectArtifacts, selectFiles, type Unscanned } from "../../bundle/sync-files.ts";
import type { StateFolder } from "../../cli/private-file.ts";
import { readSyncedFiles } from "../../cli/sync-snapshot.ts";
import type { ScannedFiles } from "../../scan/scanned-files.ts";

/** What a deployment has left behind. */
export interface Deployed {
  readonly folder: StateFolder;
  readonly api: DatabricksApi;
  /** Whether the deployment went well; of one that did not, the CLI may leave no list of what it uploaded. */
  readonly complete: boolean;
}

interface Uploading extends Deployed {
  readonly selections: readonly Selection[];
  readonly summary: Json;
  readonly target: string;
  /** Whether code of the bundle may have run at any time before. */
  readonly code: boolean;
}

export interface Uploaded {
  /** Names of what was uploaded with another content than the one that was scanned; all of it is scanned now. */
  readonly different: readonly string[];
  /** What could not be read back, and is not here either. */
  readonly unscanned: readonly Unscanned[];
  /** What could not be read back; what is here was scanned. */
  readonly unread: readonly string[];
  /** Why it is not known what was uploaded. */
  readonly unknown: Mistake | undefined;
}

/**
 * Scans what was uploaded and not scanned before. The files here are believed to be what was uploaded, unless they are
 * gone, or code of the bundle ran and may have changed them before or after: then the workspace is asked.
 */
export async function uploadedFiles(
  scanned: ScannedFiles,
  bounds: TreeBounds,
  uploading: Uploading,
): Promise<Uploaded> {
  const { tree, platform } = bounds;
  const { selections, summary, folder, target, code, complete, api } = uploading;
  const synced = await readSyncedFiles(folder, target, platform);
  const here: string[] = [];
  /** By path in the workspace: how reports name it. */
  const remote = new Map<string, string>();
  const filePath = textAt(summary, "workspace", "file_path");
  for (const file of synced ?? []) {
    const files = await present(selections, file.local, tree);
    here.push(...files);
    const [first] = files;
    const path = posix.join(filePath, file.remote);
    if (first === undefined || code) remote.set(path, first === undefined ? path : scanned.name(first));
  }
  // Code of the bundle can have changed the list, too: then what is there counts.
  const there = code && filePath !== "" ? await filesBelow(api, filePath) : [];
  for (const path of there ?? []) if (!remote.has(path)) remote.set(path, path);
  const artifacts = (await Promise.all(selections.map((one) => selectArtifacts(one, tree)))).flat();
  const sources = synced ? [] : await selectedNow(selections, scanned, bounds);
  const different = await scanned.scan([...here, ...artifacts, ...sources], { uncut: true });
  const names = new Set(different.map((file) => scanned.name(file)));
  for (const path of artifacts.length > 0 || code ? await uploadedArtifacts(api, summary) : []) {
    const local = artifacts.find((file) => basename(file) === posix.basename(path));
    if (local === undefined || code) remote.set(path, local === undefined ? path : scanned.name(local));
  }
  const unscanned: Unscanned[] = [];
  const unread: string[] = [];
  await inParallel([...remote], async ([path, name]) => {
    const content = await exportedFile(api, path);
    if (content === undefined && name !== path) unread.push(name);
    else if (content === undefined)
      unscanned.push({ file: name, reason: "it cannot be read back from the workspace", harmless: false });
    // The workspace does not hand out a notebook to the last byte: of a file that is here, a finding alone tells.
    else if ((await scanned.scanContent(name, content)) > 0 || name === path) names.add(name);
  });
  return {
    different: [...names].sort(),
    unscanned,
    unread: unread.sort(),
    unknown: !there ? TOO_MANY : synced || !complete ? undefined : await unlisted(uploading, bounds),
  };
}

const TOO_MANY: Mistake = {
  problem:
    "The workspace folder of the bundle's files has too many folders to be looked at, and code of the bundle ran: nobody knows what it left there.",
  remedy:
    "Give the bundle a folder of its own (`workspace.root_path`, and no `workspace.file_path` elsewhere).",
};

/** Files of volumes have another API: what is built for one is looked at here alone. */
async function uploadedArtifacts(api: DatabricksApi, summary: Json): Promise<string[]> {
  const folder = textAt(summary, "workspace", "artifact_path");
  if (folder === "" || folder.startsWith("/Volumes/")) return [];
  return filesInFolder(api, posix.join(folder, ".internal"));
}

/** The files that a path of the CLI's list can mean. */
async function present(selections: readonly Selection[], local: string, tree: Tree): Promise<string[]> {
  const files = selections.map(({ syncRoot }) => join(syncRoot, local));
  const sizes = await Promise.all(files.map((file) => tree.size(file)));
  return files.filter((_file, index) => sizes[index] !== undefined);
}

async function selectedNow(
  selections: readonly Selection[],
  scanned: ScannedFiles,
  bounds: TreeBounds,
): Promise<string[]> {
  const all = selections.map((one) => selectFiles(one, bounds, (file) => scanned.name(file)));
  return (await Promise.all(all)).flatMap(({ files }) => files);
}

/** Whether the CLI uploads one archive in place of files. */
export function isImmutable(summary: Json): boolean {
  return member(summary, "experimental", "immutable_folder") === true;
}

/** The CLI leaves no list where there was nothing to upload, and where it packs all into one archive. */
async function unlisted(
  { selections, summary }: Uploading,
  bounds: TreeBounds,
): Promise<Mistake | undefined> {
  if (isImmutable(summary)) return undefined;
  const all = await Promise.all(selections.map((one) => selectFiles(one, bounds, (file) => file)));
  if (all.every(({ files }) => files.length === 0)) return undefined;
  return {
    problem:
      "The Databricks CLI has deployed and left no list of the files it uploaded: nothing says whether they are those that were scanned.",
    expected: "a list in `sync-snapshots` below the CLI's state",
    remedy:
      "See that no script of the bundle touches the CLI's state, and look at the files in the workspace folder of the bundle.",
  };
}
