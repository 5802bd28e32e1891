import { posix } from "node:path";
import type { Tree, TreeEntry } from "../../../core/base/tree.ts";

/** Files in memory; a content of `null` is a file that cannot be read, `undefined` a symbolic link. */
export function memoryTree(files: Readonly<Record<string, string | Uint8Array | null | undefined>>): Tree {
  return {
    list(folder) {
      const entries = new Map<string, TreeEntry>();
      const prefix = folder === "/" ? "/" : `${folder}/`;
      for (const [path, content] of Object.entries(files)) {
        if (!path.startsWith(prefix)) continue;
        const [name = "", ...rest] = path.slice(prefix.length).split("/");
        const type = rest.length > 0 ? "folder" : content === undefined ? "link" : "file";
        entries.set(name, { name, type });
      }
      if (entries.size === 0) return Promise.reject(new Error(`ENOENT: ${folder}`));
      return Promise.resolve([...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
    },
    size(file) {
      const content = files[posix.normalize(file)];
      return Promise.resolve(content === null ? 1 : content?.length);
    },
    async *read(file) {
      const content = files[posix.normalize(file)];
      if (content === null || content === undefined) throw new Error("EACCES: permission denied");
      yield await Promise.resolve(Buffer.from(content));
    },
    real: (path) => Promise.resolve(path),
  };
}

/** A made-up PAT: counted in a way that no rule for samples knows. */
export const PAT = "da" + "pi3f9a0c7be21d48f6a5b3c2901d7e6f84";
