import { slashed } from "../base/paths.ts";
import nodePath, { dirname, join, relative } from "node:path";
import { IgnorePatterns } from "./ignore-patterns.ts";
import { findCheckout } from "../base/git/repository-id.ts";
import { glob, PatternError } from "./include-glob.ts";
import type { Selection } from "./selection.ts";
import { readOwn, type Tree, type TreeBounds } from "../base/tree.ts";

/** What was not scanned, and why. */
export interface Unscanned {
  readonly file: string;
  readonly member?: string;
  readonly reason: string;
  /** True if the deployment would not upload it either. */
  readonly harmless: boolean;
}

export interface SelectedFiles {
  /** Absolute paths of all files that the bundle uploads, without those of artifacts. */
  readonly files: readonly string[];
  /** Links and unreadable folders met on the way. */
  readonly unscanned: readonly Unscanned[];
}

/** Ignore rules count from the worktree's root; without one, from the folder that is synchronised. */
async function worktreeOf(bundleRoot: string, syncRoot: string, tree: Tree): Promise<string> {
  const found = await findCheckout(bundleRoot, tree);
  return found === bundleRoot ? syncRoot : found;
}

/** The `.gitignore` files from the worktree's root down to each folder; a file is out as soon as one of them matches. */
class GitIgnores {
  readonly #bounds: TreeBounds;
  readonly #root: string;
  readonly #byFolder = new Map<string, Promise<IgnorePatterns>>();

  constructor(bounds: TreeBounds, root: string) {
    this.#bounds = bounds;
    this.#root = root;
  }

  async ignores(path: string, isFolder: boolean): Promise<boolean> {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const inside = slashed(relative(folder, path));
      const rules = await this.#rules(folder);
      if (rules.match(inside) || (isFolder && rules.match(`${inside}/`))) return true;
      if (folder === this.#root || dirname(folder) === folder) return false;
    }
  }

  #rules(folder: string): Promise<IgnorePatterns> {
    let rules = this.#byFolder.get(folder);
    if (rules === undefined) {
      rules = this.#load(folder);
      this.#byFolder.set(folder, rules);
    }
    return rules;
  }

  async #load(folder: string): Promise<IgnorePatterns> {
    const file = join(folder, ".gitignore");
    // One that cannot be read leaves nothing out: more is scanned than uploaded.
    const bytes = await readOwn(file, this.#root, this.#bounds).catch(() => undefined);
    const text = bytes?.toString("utf8") ?? "";
    const always = folder === this.#root ? [".git", ".databricks"] : [];
    return new IgnorePatterns([...text.split("\n"), ...always], "leave-out");
  }
}

/**
 * The files that `databricks bundle deploy` uploads: those below the sync paths that git does not ignore, and those that
 * `include` names, without those that `exclude` names (rules of the Databricks CLI 1.9 to 1.13). A machine's global git
 * excludes are not read, so that rather more is scanned than uploaded. `name` turns a path into what reports call it.
 */
export async function selectFiles(
  selection: Selection,
  bounds: TreeBounds,
  name: (path: string) => string,
): Promise<SelectedFiles> {
  const { bundleRoot, syncRoot } = selection;
  const { tree } = bounds;
  const ignores = new GitIgnores(bounds, await worktreeOf(bundleRoot, syncRoot, tree));
  const included = new IgnorePatterns(selection.include, "take");
  const excluded = new IgnorePatterns(selection.exclude, "leave-out");
  const files = new Set<string>();
  const unscanned = new Map<string, Unscanned>();

  const take = (path: string): void => {
    if (!excluded.match(slashed(relative(syncRoot, path)))) files.add(path);
  };
  const walk = async (folder: string, all: boolean): Promise<void> => {
    const entries = await tree.list(folder).catch((error: unknown) => {
      const reason = `the folder cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      unscanned.set(folder, { file: name(folder), reason, harmless: false });
      return [];
    });
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.type === "folder") {
        if (all || !(await ignores.ignores(path, true))) await walk(path, all);
      } else if (all) {
        if (entry.type === "file" && included.match(slashed(relative(syncRoot, path)))) take(path);
      } else if (!(await ignores.ignores(path, false))) {
        if (entry.type === "file") take(path);
        else {
          const what = entry.type === "link" ? "a symbolic link" : "no regular file";
          unscanned.set(path, {
            file: name(path),
            reason: `it is ${what}, which the Databricks CLI does not upload`,
            harmless: true,
          });
        }
      }
    }
  };
  for (const path of selection.paths) {
    const start = join(syncRoot, path);
    if ((await tree.size(start)) !== undefined) take(start);
    else await walk(start, false);
  }
  if (selection.include.length > 0) await walk(syncRoot, true);
  return { files: [...files].sort(), unscanned: [...unscanned.values()] };
}

/** The files that are uploaded as artifacts and libraries; of a folder all that is in it. */
export async function selectArtifacts({ artifacts }: Selection, tree: Tree): Promise<string[]> {
  const found = new Set<string>();
  const take = async (path: string): Promise<void> => {
    if ((await tree.size(path)) !== undefined) found.add(path);
    else {
      const entries = await tree.list(path).catch(() => undefined);
      // It was listed: what cannot be opened (its name may be no UTF-8) is to be told as such.
      if (entries === undefined) found.add(path);
      for (const { name } of entries ?? []) await take(join(path, name));
    }
  };
  for (const pattern of artifacts) for (const path of await matchesOf(pattern, tree)) await take(path);
  return [...found].sort();
}

/** What the CLI refuses as a pattern is no file to it either. */
async function matchesOf(pattern: string, tree: Tree): Promise<string[]> {
  try {
    return await glob(pattern, nodePath, tree);
  } catch (error) {
    if (error instanceof PatternError) return [];
    throw error;
  }
}
