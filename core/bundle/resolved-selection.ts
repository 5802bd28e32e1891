import { slashed } from "../base/paths.ts";
import { isAbsolute, join, posix, relative } from "node:path";
import { isObject, listAt, member, members, textAt, type Json } from "../api/json.ts";
import { globMatches } from "../base/glob.ts";
import type { Tree } from "../base/tree.ts";
import type { WrittenSelection } from "./written-selection.ts";
import { above, fromSyncRoot, isLibraryKey, libraryPatterns, wheelsOf, type Selection } from "./selection.ts";

export interface ResolvedFrom {
  /** Absolute paths without links. */
  readonly bundleRoot: string;
  readonly checkout: string;
  /** What the files themselves say, if they can be read. */
  readonly written: Pick<WrittenSelection, "syncRoot" | "allPaths"> | undefined;
  readonly tree: Tree;
}

/**
 * What the CLI has resolved for upload: the tree is the output of `databricks bundle summary -o json` (observed with 1.9
 * to 1.13). Its paths are relative to a folder that it does not name, the sync root: where the files do not say which one
 * it is, there is a selection for each folder that it can be. Undefined if the tree does not say what is selected.
 */
export async function resolvedSelections(
  tree: Json,
  from: ResolvedFrom,
): Promise<readonly Selection[] | undefined> {
  const sync = member(tree, "sync");
  const [paths, include, exclude] = ["paths", "include", "exclude"].map((key) => texts(member(sync, key)));
  if (!isObject(sync) || !paths || !include || !exclude) return undefined;
  const artifacts = artifactPatterns(tree, from.bundleRoot);
  const libraries = libraryTexts(member(tree, "resources"), "");
  const selections = (await syncRoots(paths, from)).map((syncRoot): Selection => ({
    bundleRoot: from.bundleRoot,
    syncRoot,
    paths: paths.map(slashed),
    include,
    exclude,
    artifacts: [
      ...new Set([...artifacts, ...libraries.flatMap(([key, text]) => libraryPatterns(key, text, syncRoot))]),
    ],
  }));
  return selections.length === 0 ? undefined : selections;
}

/** Whether code of the bundle runs when it is deployed, which may change files between the scan and the upload. */
export function runsCode(tree: Json): boolean {
  const has = (value: Json | undefined): boolean => members(value).length > 0;
  const builds = members(member(tree, "artifacts")).some(
    ([, artifact]) => member(artifact, "build") !== undefined || textAt(artifact, "type") === "whl",
  );
  const python = [member(tree, "python"), member(tree, "experimental", "python")];
  return builds || has(member(tree, "experimental", "scripts")) || python.some(has);
}

function texts(value: Json | undefined): string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const read = value.map((item) => (typeof item === "string" ? item : undefined));
  return read.every((text) => text !== undefined) ? read : undefined;
}

/** The folders from the bundle's upwards to the checkout's that the sync root may be. */
async function syncRoots(paths: readonly string[], from: ResolvedFrom): Promise<string[]> {
  const { bundleRoot, checkout, written, tree } = from;
  // Code of the bundle may have changed the files in between: they are believed where they say the same.
  if (written && resolvesTo(written.allPaths, paths)) return [written.syncRoot];
  const depth = relative(checkout, bundleRoot).split(/[\\/]/).filter(Boolean).length;
  const roots: string[] = [];
  for (let levels = 0; levels <= depth; levels++) {
    const root = above(bundleRoot, levels);
    const present = await Promise.all(paths.map((path) => isThere(join(root, path), tree)));
    // A folder above is the root only if something leads out of the folder below.
    const [first = ""] = fromSyncRoot({ bundleRoot, syncRoot: root }, "").split("/");
    const needed = levels === 0 || paths.some((path) => cleaned(path).split("/")[0] !== first);
    if (needed && present.every(Boolean)) roots.push(root);
  }
  return roots;
}

/** Whether the written paths, once their variables have any values, can be these. */
function resolvesTo(written: readonly string[], paths: readonly string[]): boolean {
  const patterns = written.map((path) => cleaned(path).replace(/\$\{[^}]*\}/g, "*"));
  const fits = (path: string): boolean => patterns.some((pattern) => globMatches(pattern, cleaned(path)));
  return written.length === paths.length && paths.every(fits);
}

const cleaned = (path: string): string => posix.normalize(slashed(path)).replace(/(?<=.)\/$/, "");

async function isThere(path: string, tree: Tree): Promise<boolean> {
  if ((await tree.size(path)) !== undefined) return true;
  return tree.list(path).then(
    () => true,
    () => false,
  );
}

function artifactPatterns(tree: Json, bundleRoot: string): string[] {
  return members(member(tree, "artifacts")).flatMap(([, artifact]) => {
    const sources = listAt(artifact, "files")
      .map((file) => textAt(file, "source"))
      .filter((source) => source !== "");
    const folder = textAt(artifact, "path") || ".";
    const absolute = (path: string): string => (isAbsolute(path) ? path : join(bundleRoot, path));
    const built = textAt(artifact, "type") === "whl" ? [wheelsOf(absolute(folder))] : [];
    return [...sources.map(absolute), ...built];
  });
}

function libraryTexts(value: Json | undefined, key: string): [key: string, text: string][] {
  if (typeof value === "string") return isLibraryKey(key) ? [[key, value]] : [];
  return listAt(value)
    .flatMap((item) => libraryTexts(item, key))
    .concat(members(value).flatMap(([name, inner]) => libraryTexts(inner, name)));
}
