import { SecretlessError } from "../base/errors.ts";
import type { Platform } from "../base/ports.ts";
import type { Tree } from "../base/tree.ts";
import { readBundleFiles, type BundleFile } from "../bundle/files.ts";
import { refuseFilesOutside, refuseOutside, type Boundary } from "../bundle/outside.ts";
import { selectArtifacts, selectFiles, type Unscanned } from "../bundle/sync-files.ts";
import type { Selection } from "../bundle/selection.ts";
import { writtenSelection, type WrittenSelection } from "../bundle/written-selection.ts";
import { EMPTY_REPORT, mergeReports, type ScanReport } from "./finding.ts";
import type { ScannedFiles, ScanOptions } from "./scanned-files.ts";

/** The bundle as its files say it. */
export interface Sources {
  /** None if they cannot be read. */
  readonly files: readonly BundleFile[];
  readonly selection: WrittenSelection;
  /** Whether code of the bundle runs beside the CLI, by what the files say before it has begun. */
  readonly runsCode: boolean;
}

/**
 * Reads what the bundle's files select. Where they cannot be read, as the CLI will say of them, all of the bundle's folder
 * is selected, with a note.
 */
export async function readSources(options: ScanOptions, tree: Tree, platform: Platform): Promise<Sources> {
  const { bundleRoot, checkout, target } = options;
  try {
    const files = await readBundleFiles({ root: bundleRoot, checkout, platform, tree });
    const selection = writtenSelection(files, target, bundleRoot);
    const builds = selection.infersWheel && (await hasSetup(bundleRoot, tree));
    return { files, selection, runsCode: selection.runsCode || builds };
  } catch (error) {
    if (!(error instanceof SecretlessError)) throw error;
    const [mistake = error.details] = error.mistakes;
    const where = mistake.place === undefined ? "" : `${mistake.place.file}: `;
    return {
      files: [],
      runsCode: true,
      selection: wholeFolder(bundleRoot, `The bundle cannot be read: ${where}${mistake.problem}`),
    };
  }
}

/** Whatever has the name, in any letter case: Python runs folders, too. Source: cli `bundle/artifacts/prepare.go`. */
async function hasSetup(bundleRoot: string, tree: Tree): Promise<boolean> {
  return (await tree.list(bundleRoot)).some(({ name }) => name.toLowerCase() === "setup.py");
}

function wholeFolder(bundleRoot: string, note: string): WrittenSelection {
  const nothing = { include: [], exclude: [], artifacts: [] };
  const root = { bundleRoot, syncRoot: bundleRoot, paths: ["."] };
  const unknown = { runsCode: true, infersWheel: true };
  return { ...root, ...nothing, ...unknown, allPaths: root.paths, notes: [note], places: new Map() };
}

export interface SelectedSources {
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly unscanned: readonly Unscanned[];
}

/**
 * The files of these selections, artifacts included.
 * @throws SecretlessError `BUNDLE_INVALID` for what leads out of the checkout
 */
export async function filesOf(
  selections: readonly Selection[],
  scanned: ScannedFiles,
  boundary: Boundary,
): Promise<SelectedSources> {
  await refuseOutside(selections, boundary);
  const files = new Set<string>();
  const unscanned: Unscanned[] = [];
  for (const selection of selections) {
    const artifacts = await selectArtifacts(selection, boundary.tree);
    await refuseFilesOutside(artifacts, boundary);
    const sources = await selectFiles(selection, boundary, (path) => scanned.name(path));
    for (const file of [...sources.files, ...artifacts]) files.add(file);
    unscanned.push(...sources.unscanned);
  }
  return { files: [...files], unscanned };
}

/**
 * Scans what the bundle's files select, and these files themselves. Needs no workspace.
 * @throws SecretlessError `BUNDLE_INVALID` for what leads out of the checkout
 */
export async function scanSources(
  { files, selection }: Sources,
  scanned: ScannedFiles,
  boundary: Boundary,
): Promise<ScanReport> {
  const selected = await filesOf([selection], scanned, boundary);
  await scanned.scan([...selected.files, ...files.map(({ path }) => path)]);
  const { unscanned } = selected;
  return mergeReports([scanned.report(), { ...EMPTY_REPORT, unscanned, notes: selection.notes }]);
}
