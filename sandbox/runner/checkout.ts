import { cp, mkdir, mkdtemp, realpath, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** A fresh folder outside every checkout, without symbolic links in its path. */
export async function freshFolder(name: string): Promise<string> {
  return realpath(await mkdtemp(path.join(os.tmpdir(), `${name}-`)));
}

/** A checkout of `commit` that holds a copy of `bundle`, as actions/checkout leaves it (detached HEAD). */
export async function checkoutOf(bundle: string, commit: string): Promise<string> {
  const folder = await freshFolder("checkout");
  await cp(bundle, folder, { recursive: true });
  await mkdir(path.join(folder, ".git"));
  await writeFile(path.join(folder, ".git/HEAD"), `${commit}\n`);
  return folder;
}
