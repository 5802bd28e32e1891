import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { readCheckoutFile, readNamedFile, RefusedFile } from "./checkout-file.ts";
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

/** Where a file that decides something lies. */
export interface TreeBounds {
  readonly tree: Tree;
  readonly platform: Platform;
}

/**
 * A small file that comes with the checkout and decides something, such as a `.gitignore`; of the real files it passes the
 * checks of {@link readCheckoutFile}.
 * @returns its bytes; undefined if there is no such file
 * @throws as {@link readCheckoutFile}
 */
export async function readOwn(
  file: string,
  checkout: string,
  { tree, platform }: TreeBounds,
): Promise<Buffer | undefined> {
  if (tree === diskTree) return readCheckoutFile(file, { checkout, platform });
  return (await tree.size(file)) === undefined ? undefined : whole(tree, file);
}

/**
 * A small file of git's own. No commit holds one, and worktrees and submodules keep theirs elsewhere, so no place is wrong;
 * of the real files it passes the checks of {@link readNamedFile}.
 * @returns its text; undefined if there is no such file or it cannot be read
 */
export async function readGitFile(file: string, tree: Tree): Promise<string | undefined> {
  try {
    const bytes = await (tree === diskTree ? readNamedFile(file) : whole(tree, file));
    return bytes?.toString("utf8");
  } catch {
    return undefined;
  }
}

async function whole(tree: Tree, file: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of tree.read(file)) pieces.push(piece);
  return Buffer.concat(pieces);
}
