import { createHash } from "node:crypto";
import { relative, sep } from "node:path";
import { EMPTY_REPORT, mergeReports, type ScanReport } from "./finding.ts";
import { globFiles } from "../bundle/artifact-glob.ts";
import { scanFile } from "./files/scan-file.ts";
import { selectFiles } from "../bundle/sync-files.ts";
import { readSyncRules } from "../bundle/sync-rules.ts";
import type { Tree } from "../base/tree.ts";

export interface ScanOptions {
  /** Absolute path of the checkout: reports name files relative to it. */
  readonly checkout: string;
  /** Absolute path of the folder of `databricks.yml`. */
  readonly bundleRoot: string;
  readonly target: string | undefined;
  /** Key of the fingerprints: the repository's own id at its host (see {@link ScanReport}). */
  readonly repositoryId: string;
}

export interface ScanPorts {
  readonly tree: Tree;
  readonly signal?: AbortSignal;
  /** Called after each file with how many files and bytes are done, of how many files. */
  readonly onProgress?: (done: { files: number; bytes: number; ofFiles: number }) => void;
}

/** Files that are read at the same time: enough to hide the disk, few enough to stay small. */
const AT_ONCE = 8;

/** Scans the given files, absolute paths. Rejects only when the signal is aborted. */
export async function scanFiles(
  files: readonly string[],
  options: ScanOptions,
  ports: ScanPorts,
): Promise<ScanReport> {
  const { checkout, repositoryId } = options;
  const reports: ScanReport[] = [];
  let next = 0;
  let done = 0;
  let bytes = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      ports.signal?.throwIfAborted();
      const path = files[index] as string;
      const name = relative(checkout, path).split(sep).join("/");
      const report = await scanFile({ name, read: () => ports.tree.read(path) }, repositoryId);
      reports[index] = report;
      bytes += report.bytes;
      done++;
      ports.onProgress?.({ files: done, bytes, ofFiles: files.length });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return mergeReports(reports);
}

/** Scans what the bundle's sync rules select: exactly the files that a deployment uploads. Needs no workspace. */
export async function scanSources(options: ScanOptions, ports: ScanPorts): Promise<ScanReport> {
  const { checkout, bundleRoot, target } = options;
  const rules = await readSyncRules(bundleRoot, target, ports.tree);
  const name = (path: string): string => relative(checkout, path).split(sep).join("/");
  const { files, unscanned } = await selectFiles(bundleRoot, rules, ports.tree, name);
  const all = [...new Set([...files, ...rules.configuration])];
  const report = await scanFiles(all, options, ports);
  return mergeReports([report, { ...EMPTY_REPORT, unscanned, notes: rules.notes }]);
}

export interface Artifact {
  /** Absolute path. */
  readonly file: string;
  readonly sha256: string;
}

/** The local files that are uploaded as artifacts and libraries (wheels, jars), as they are now, with their hashes. */
export async function findArtifacts(options: ScanOptions, ports: ScanPorts): Promise<Artifact[]> {
  const { artifacts } = await readSyncRules(options.bundleRoot, options.target, ports.tree);
  const files = await globFiles(options.bundleRoot, artifacts, ports.tree);
  return Promise.all(
    files.map(async (file) => {
      const hash = createHash("sha256");
      for await (const piece of ports.tree.read(file)) hash.update(piece);
      return { file, sha256: hash.digest("hex") };
    }),
  );
}

/** Scans artifacts after the plan has built them. */
export function scanArtifacts(
  artifacts: readonly Artifact[],
  options: ScanOptions,
  ports: ScanPorts,
): Promise<ScanReport> {
  return scanFiles(
    artifacts.map(({ file }) => file),
    options,
    ports,
  );
}

/** Artifacts of `after` that were not scanned as they are: the deployment's own build made them anew. */
export function changedArtifacts(before: readonly Artifact[], after: readonly Artifact[]): Artifact[] {
  const known = new Set(before.map(({ file, sha256 }) => `${sha256} ${file}`));
  return after.filter(({ file, sha256 }) => !known.has(`${sha256} ${file}`));
}
