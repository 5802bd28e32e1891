import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { relative } from "node:path";
import { FILE_LIMIT, inGitFolder, RefusedFile } from "./checkout-file.ts";
import { isInside } from "./paths.ts";
import type { Platform } from "./ports.ts";

export interface TreeEntry {
  readonly name: string;
  readonly type: "file" | "folder" | "link" | "other";
}

/** The port to the files that are scanned. All paths are absolute, with the separators of the platform. */
export interface Tree {
  /** Entries of a folder, sorted by name. @throws if it cannot be read */
  list(folder: string): Promise<TreeEntry[]>;
  /** Size in bytes, or undefined if there is no such file. Links are followed. */
  size(file: string): Promise<number | undefined>;
  /** Content in pieces. @throws if it cannot be read */
  read(file: string): AsyncIterable<Uint8Array>;
  /** The path without symbolic links; the path itself where there is nothing. */
  real(path: string): Promise<string>;
}

const FIRST_PIECE = 64 << 10;
const PIECE = 1 << 20;

/** Undefined on Windows: no pipe has the path of a file there. */
const { O_RDONLY, O_NONBLOCK = 0 } = constants as Partial<typeof constants> & { O_RDONLY: number };

/** The real files; nothing but regular ones is opened, as a device or a pipe would never end. */
export const diskTree: Tree = {
  async list(folder) {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .map((entry): TreeEntry => {
        if (entry.isFile()) return { name: entry.name, type: "file" };
        if (entry.isDirectory()) return { name: entry.name, type: "folder" };
        return { name: entry.name, type: entry.isSymbolicLink() ? "link" : "other" };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  },
  async size(file) {
    try {
      const found = await stat(file);
      return found.isFile() ? found.size : undefined;
    } catch {
      return undefined;
    }
  },
  async *read(file) {
    // Looked at first, as opening a device may do something; then at the descriptor, as it may be another one by then.
    if (!(await stat(file)).isFile()) throw notRegular();
    const handle = await open(file, O_RDONLY | O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) throw notRegular();
      // Most files are small: one read is enough for them.
      let size = FIRST_PIECE;
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(size), 0, size);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
        // A short read may be followed by more: only an empty one is the end.
        if (bytesRead === size) size = PIECE;
      }
    } finally {
      await handle.close();
    }
  },
  real: (path) => realpath(path).catch(() => path),
};

function notRegular(): RefusedFile {
  return new RefusedFile("is no regular file");
}

/**
 * The real files below a checkout: what lies in it by its name, but is really elsewhere, is refused. Whoever edits the
 * repository made that link, and the scan would tell what is at its end. A path that does not lie in it by its name was
 * chosen by somebody else.
 */
export function checkoutTree(checkout: string, platform: Platform): Tree {
  let root: Promise<string> | undefined;
  const check = async (file: string): Promise<void> => {
    if (!isInside(file, checkout, platform)) return;
    root ??= realpath(checkout);
    const [real, top] = [await realpath(file), await root];
    if (!isInside(real, top, platform)) throw new RefusedFile("leads out of the checkout through a link");
    if (inGitFolder(relative(top, real)) && !inGitFolder(relative(checkout, file)))
      throw new RefusedFile("leads into a folder .git through a link");
  };
  return {
    async list(folder) {
      await check(folder);
      return diskTree.list(folder);
    },
    // What is there and cannot be read must not look as if it were not there.
    size: (file) => diskTree.size(file),
    async *read(file) {
      await check(file);
      yield* diskTree.read(file);
    },
    real: (path) => diskTree.real(path),
  };
}

/** The whole content of a small file. @throws if it cannot be read, or is larger than 1 MB */
export async function readBytes(tree: Tree, file: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of tree.read(file)) {
    size += piece.length;
    if (size > FILE_LIMIT) throw new RefusedFile("is larger than 1 MB");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The whole content of a small file as UTF-8. @throws as {@link readBytes} */
export async function readText(tree: Tree, file: string): Promise<string> {
  return (await readBytes(tree, file)).toString("utf8");
}
