import { posix, sep, win32 } from "node:path";
import type { Environment, Platform } from "./ports.ts";

/** Whether `file` is `folder` or in it; letter case does not count on Windows and macOS. */
export function isInside(file: string, folder: string, platform: Platform): boolean {
  const path = platform.os === "win32" ? win32 : posix;
  const fold = (text: string) => (platform.os === "linux" ? text : text.toLowerCase());
  const relative = path.relative(fold(folder), fold(file));
  return (
    relative === "" ||
    !(relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
  );
}

/**
 * A path as people are told it: relative to `folder` with `/` where it is in it, else as it is. "" is the folder itself.
 */
export function pathForPeople(file: string, folder: string, platform: Platform): string {
  const path = platform.os === "win32" ? win32 : posix;
  return (isInside(file, folder, platform) ? path.relative(folder, file) : file).replaceAll(path.sep, "/");
}

/**
 * A folder of the workspace as the Databricks CLI joins to it (Go's `path.Clean`): `//`, `.`, `..` and a slash at the end are other
 * spellings of one folder. "" stays what it is.
 */
export function cleanFolder(folder: string): string {
  const clean = folder === "" ? "" : posix.normalize(folder);
  return clean.length > 1 && clean.endsWith("/") ? clean.slice(0, -1) : clean;
}

/** A path of this machine with `/` between its parts. */
export const slashed = (path: string): string => path.split(sep).join("/");

/** The variable's value; names of variables know no letter case on Windows. */
export function variable(environment: Environment, name: string, platform: Platform): string | undefined {
  if (platform.os !== "win32") return environment[name];
  const wanted = name.toLowerCase();
  return Object.entries(environment).find(([key]) => key.toLowerCase() === wanted)?.[1];
}
