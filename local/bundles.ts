import { dirname, join, parse } from "node:path";
import type { Tree } from "../core/base/tree.ts";
import { ROOT_NAMES } from "../core/bundle/files.ts";

/** Folders that hold no bundle of their own: those of tools, which may have copies of many. */
const NOT_LOOKED_INTO = new Set([".git", ".databricks", "node_modules", ".venv", "venv"]);
/** Levels below a folder. */
const DEEPEST = 8;

/** Whether a folder has a root file of a bundle. */
export async function isBundle(folder: string, tree: Tree): Promise<boolean> {
  const entries = await tree.list(folder).catch(() => []);
  return entries.some(({ name, type }) => type !== "folder" && ROOT_NAMES.includes(name));
}

/** The folders of bundles in `folder`, itself first: a bundle in a bundle is one too. Links are not followed. */
export async function bundlesBelow(folder: string, tree: Tree, levels = DEEPEST): Promise<string[]> {
  const own = (await isBundle(folder, tree)) ? [folder] : [];
  if (levels === 0) return own;
  const entries = await tree.list(folder).catch(() => []);
  const below: string[][] = [];
  for (const { name, type } of entries)
    if (type === "folder" && !NOT_LOOKED_INTO.has(name))
      below.push(await bundlesBelow(join(folder, name), tree, levels - 1));
  return [...own, ...below.flat()];
}

/** The innermost bundle above `folder`, up to the checkout. */
export async function bundleAbove(folder: string, checkout: string, tree: Tree): Promise<string | undefined> {
  for (let at = folder; at !== checkout && at !== parse(at).root;) {
    at = dirname(at);
    if (await isBundle(at, tree)) return at;
  }
  return undefined;
}
