import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Metafile } from "esbuild";

type Outputs = Readonly<Record<string, Pick<Metafile["outputs"][string], "bytes" | "imports">>>;

/** Bytes of `entry` and of all that it imports statically: no line of it runs before all of these are read. */
export function staticBytes(outputs: Outputs, entry: string): number {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const output = outputs[name];
    if (output === undefined || seen.has(name)) return;
    seen.add(name);
    for (const { path: imported, kind } of output.imports) if (kind === "import-statement") visit(imported);
  };
  visit(entry);
  return [...seen].reduce((sum, name) => sum + (outputs[name]?.bytes ?? 0), 0);
}

/** Bytes of all files in `folder`. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((entry) => stat(path.join(entry.parentPath, entry.name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
