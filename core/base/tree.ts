import { open, readdir, realpath, stat } from "node:fs/promises";

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

/** The real files. */
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
    const handle = await open(file, "r");
    try {
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

/** The whole content. @throws if it cannot be read */
export async function readBytes(tree: Tree, file: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of tree.read(file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The whole content as UTF-8. @throws if it cannot be read */
export async function readText(tree: Tree, file: string): Promise<string> {
  return (await readBytes(tree, file)).toString("utf8");
}
