import { join, relative, sep } from "node:path";
import { IgnorePatterns } from "./ignore-patterns.ts";
import type { Tree } from "../base/tree.ts";

/** The part of a pattern before its first wildcard, as folders. */
function fixedPart(pattern: string): string {
  const parts = pattern.split("/");
  const wild = parts.findIndex((part) => /[*?[\]{}]/.test(part));
  return (wild < 0 ? parts.slice(0, -1) : parts.slice(0, wild)).join("/");
}

/** Files that match any of the patterns, which are relative to `root`, may start with `../`, and know `*`, `?`, `**`. */
export async function globFiles(root: string, patterns: readonly string[], tree: Tree): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const clean = pattern.replace(/^\.\//, "");
    const base = join(root, fixedPart(clean));
    const rest = clean.slice(fixedPart(clean).length).replace(/^\//, "");
    const matcher = new IgnorePatterns([`/${rest}`], "take");
    const walk = async (folder: string): Promise<void> => {
      const entries = await tree.list(folder).catch(() => []);
      for (const entry of entries) {
        const path = join(folder, entry.name);
        if (entry.type === "file" && matcher.match(relative(base, path).split(sep).join("/")))
          found.add(path);
        if (entry.type === "folder" && (rest.includes("/") || rest.includes("**"))) await walk(path);
      }
    };
    await walk(base);
  }
  return [...found].sort();
}
