import { rmSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** Makes a new folder outside every checkout, without symbolic links in its path; whoever gave the function removes it. */
export type FreshFolder = (name: string) => Promise<string>;

/** Temporary folders that have one owner and go together. */
export class Scratch {
  #root: Promise<string> | undefined;

  readonly fresh: FreshFolder = async (name) => {
    this.#root ??= mkdtemp(path.join(os.tmpdir(), "scratch-")).then((root) => realpath(root));
    return mkdtemp(path.join(await this.#root, `${name}-`));
  };

  /** Removes all of them. The next fresh folder begins anew. */
  async remove(): Promise<void> {
    const root = this.#root;
    this.#root = undefined;
    // A process that is about to end may still write: Node tries ENOTEMPTY again.
    if (root !== undefined) await rm(await root, { recursive: true, force: true, maxRetries: 5 });
  }
}

const ofProcess: string[] = [];

/** A folder for what a whole process uses; it goes when the process exits. */
export const freshUntilExit: FreshFolder = async (name) => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), `${name}-`)));
  if (ofProcess.length === 0) {
    process.once("exit", () => {
      for (const one of ofProcess) rmSync(one, { recursive: true, force: true });
    });
  }
  ofProcess.push(folder);
  return folder;
};
