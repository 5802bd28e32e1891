import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FreshFolder } from "./scratch.ts";

/** A checkout of `commit` that holds a copy of `bundle`, as actions/checkout leaves it (detached HEAD). */
export async function checkoutOf(bundle: string, commit: string, fresh: FreshFolder): Promise<string> {
  const folder = await fresh("checkout");
  // One's own bundle has a repository around it, and what the CLI left there.
  const left = [".git", ".databricks"].map((name) => path.join(bundle, name));
  await cp(bundle, folder, { recursive: true, filter: (source) => !left.includes(source) });
  await mkdir(path.join(folder, ".git"));
  await writeFile(path.join(folder, ".git/HEAD"), `${commit}\n`);
  return folder;
}
