import path from "node:path";
import { exportedFile, filesInFolder } from "../../api/uploaded-files.ts";
import { member, textOf, type JsonValue } from "../../api/json.ts";
import type { WorkspaceApi } from "../../api/workspace.ts";
import type { Mistake } from "../../base/errors.ts";
import type { Tree } from "../../base/tree.ts";
import { runsCode } from "../../bundle/resolved-selection.ts";
import type { Selection } from "../../bundle/selection.ts";
import { selectArtifacts, selectFiles, type Unscanned } from "../../bundle/sync-files.ts";
import { readSyncedFiles } from "../../cli/sync-snapshot.ts";
import { atOnce, type ScannedFiles } from "../../scan/scanned-files.ts";

/** What a deployment has left behind. */
export interface Deployed {
  /** The folder of `DATABRICKS_BUNDLE_TMP`. */
  readonly state: string;
  readonly api: WorkspaceApi;
  /** Whether the deployment went well; of one that did not, the CLI may leave no list of what it uploaded. */
  readonly complete: boolean;
}

interface Uploading extends Deployed {
  readonly selections: readonly Selection[];
  readonly summary: JsonValue;
  readonly target: string;
}

export interface Uploaded {
  /** Names of what was uploaded with another content than the one that was scanned; all of it is scanned now. */
  readonly different: readonly string[];
  /** What could not be read back. */
  readonly unscanned: readonly Unscanned[];
  /** Why it is not known what was uploaded. */
  readonly unknown: Mistake | undefined;
}

/**
 * Scans what was uploaded and not scanned before. The files here are believed to be what was uploaded, unless they are
 * gone, or code of the bundle ran and may have changed them before or after: then the workspace is asked.
 */
export async function uploadedFiles(
  scanned: ScannedFiles,
  tree: Tree,
  uploading: Uploading,
): Promise<Uploaded> {
  const { selections, summary, state, target, complete } = uploading;
  const api = { ...uploading.api, signal: undefined };
  const synced = await readSyncedFiles(state, target);
  const here = new Set<string>();
  const gone: string[] = [];
  const filePath = textOf(member(summary, "workspace", "file_path")) ?? "";
  for (const { local, remote } of synced ?? []) {
    const files = await present(selections, local, tree);
    for (const file of files) here.add(file);
    if (files.length === 0 || runsCode(summary)) gone.push(path.posix.join(filePath, remote));
  }
  const artifacts = (await Promise.all(selections.map((one) => selectArtifacts(one, tree)))).flat();
  const sources = synced ? [] : await selectedNow(selections, scanned, tree);
  const different = await scanned.scan([...here, ...artifacts, ...sources], { uncut: true });
  const names = different.map((file) => scanned.name(file));

  const known = new Set(runsCode(summary) ? [] : artifacts.map((file) => path.basename(file)));
  const internal = path.posix.join(textOf(member(summary, "workspace", "artifact_path")) ?? "", ".internal");
  // Files of volumes have another API; what is built for one is looked at here.
  if (!internal.startsWith("/Volumes/") && (artifacts.length > 0 || runsCode(summary)))
    gone.push(
      ...(await filesInFolder(api, internal)).filter((file) => !known.has(path.posix.basename(file))),
    );
  const unscanned: Unscanned[] = [];
  await atOnce(gone, async (file) => {
    const content = await exportedFile(api, file);
    if (content === undefined)
      unscanned.push({ file, reason: "it cannot be read back from the workspace", harmless: false });
    else if (await scanned.scanContent(file, content)) names.push(file);
  });
  return {
    different: names.sort(),
    unscanned,
    unknown: synced || !complete ? undefined : await unlisted(uploading, tree),
  };
}

/** The files that a path of the CLI's list can mean. */
async function present(selections: readonly Selection[], local: string, tree: Tree): Promise<string[]> {
  const files = selections.map(({ syncRoot }) => path.join(syncRoot, local));
  const sizes = await Promise.all(files.map((file) => tree.size(file)));
  return files.filter((_file, index) => sizes[index] !== undefined);
}

async function selectedNow(
  selections: readonly Selection[],
  scanned: ScannedFiles,
  tree: Tree,
): Promise<string[]> {
  const all = selections.map((one) => selectFiles(one, tree, (file) => scanned.name(file)));
  return (await Promise.all(all)).flatMap(({ files }) => files);
}

/** The CLI leaves no list where there was nothing to upload, and where it packs all into one archive. */
async function unlisted({ selections, summary }: Uploading, tree: Tree): Promise<Mistake | undefined> {
  if (member(summary, "experimental", "immutable_folder") === true) return undefined;
  const all = await Promise.all(selections.map((one) => selectFiles(one, tree, (file) => file)));
  if (all.every(({ files }) => files.length === 0)) return undefined;
  return {
    problem:
      "The Databricks CLI has deployed and left no list of the files it uploaded: nothing says whether they are those that were scanned.",
    expected: "a list in `sync-snapshots` below the CLI's state",
    remedy:
      "See that no script of the bundle touches the CLI's state, and look at the files in the workspace folder of the bundle.",
  };
}
