import { slashed } from "../base/paths.ts";
import { isAbsolute, join, posix, relative, resolve } from "node:path";

/** What a bundle uploads, as its `sync`, `artifacts` and libraries say it (docs.databricks.com, bundle settings). */
export interface Selection {
  /** Absolute path of the folder of `databricks.yml`. */
  readonly bundleRoot: string;
  /** Absolute: the innermost folder that holds the bundle and all its sync paths. */
  readonly syncRoot: string;
  /** Files and folders, relative to `syncRoot`, with slashes. */
  readonly paths: readonly string[];
  /** Patterns of `.gitignore`, relative to `syncRoot`. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Absolute patterns (Go's `filepath.Glob`) of files and folders that are uploaded as artifacts and libraries. */
  readonly artifacts: readonly string[];
}

/** How many folders above its own the path leads: 1 for `../a`, 0 for `a/../b`. */
export function foldersUp(path: string): number {
  return posix
    .normalize(slashed(path))
    .split("/")
    .filter((part) => part === "..").length;
}

/** The folder so many levels above. */
export function above(folder: string, levels: number): string {
  return resolve(folder, ...Array.from({ length: levels }, () => ".."));
}

/** `path`, which is relative to the bundle, relative to the sync root. */
export function fromSyncRoot(
  { bundleRoot, syncRoot }: Pick<Selection, "bundleRoot" | "syncRoot">,
  path: string,
): string {
  return posix.join(slashed(relative(syncRoot, bundleRoot)), path);
}

/** Keys whose texts may be local files that are uploaded. Source: cli `bundle/libraries/expand_glob_references.go`. */
const LIBRARY_KEYS = new Set(["whl", "jar", "egg", "requirements", "dependencies", "code_source_path"]);

/** The key of a file whose content becomes a setting: of dashboards, alerts and Genie spaces. */
const CONTENT_KEY = "file_path";

export function isLibraryKey(key: string): boolean {
  return LIBRARY_KEYS.has(key) || key === CONTENT_KEY;
}

/**
 * The patterns of local files that the text of a library or dependency may mean; whether it is a package of a registry
 * instead is not asked: there is no file of its name then.
 */
export function libraryPatterns(key: string, text: string, folder: string): string[] {
  if (key === CONTENT_KEY && !text.includes("${")) return [isAbsolute(text) ? text : join(folder, text)];
  if (/^(?:\/|-|[a-z][a-z0-9+.]*:)/i.test(text) || text.includes("${")) return [];
  const withoutExtras = text.replace(/\[[^\]]*\]$/, "");
  return [...new Set([text, withoutExtras])].map((pattern) => join(folder, pattern));
}

/** The folder into which an artifact of type `whl` is built. */
export function wheelsOf(folder: string): string {
  return join(folder, "dist", "*.whl");
}
