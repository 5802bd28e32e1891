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

/** A path of this machine with `/` between its parts. */
export const slashed = (path: string): string => path.split(sep).join("/");

/** The variable's value; names of variables know no letter case on Windows. */
export function variable(environment: Environment, name: string, platform: Platform): string | undefined {
  if (platform.os !== "win32") return environment[name];
  const wanted = name.toLowerCase();
  return Object.entries(environment).find(([key]) => key.toLowerCase() === wanted)?.[1];
}
