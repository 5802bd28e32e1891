import { lstat, mkdir, rm, rmdir, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { JsonObject } from "../api/json.ts";
import { SecretlessError } from "../base/errors.ts";
import { pathForPeople } from "../base/paths.ts";
import type { Platform } from "../base/ports.ts";
import { overridesPath } from "../bundle/variables-file.ts";
import { diskTree } from "../base/tree.ts";

export interface OverridesPlace {
  /** Absolute paths. */
  readonly bundleRoot: string;
  readonly checkout: string;
  /** The private folder of the run. */
  readonly folder: string;
  readonly target: string;
  readonly platform: Platform;
}

/**
 * Lets the CLI find values of complex variables: they lie in the private folder of the run, and where the CLI looks for them
 * there is a link for as long as the run lasts. (Where links are not allowed, as on Windows without developer mode, a copy.)
 * A link that is left behind leads nowhere.
 * @returns what takes it away again
 * @throws SecretlessError `INPUT_INVALID` if the checkout brings such a file along, or a link where its folder should be
 */
export async function placeOverrides(
  values: JsonObject,
  place: OverridesPlace,
): Promise<() => Promise<void>> {
  const { target, folder, platform } = place;
  // The values of complex variables are looked for there, and nowhere else.
  const parts = overridesPath(target);
  const name = parts[3];
  const file = path.join(folder, name);
  const json = JSON.stringify(values);
  await writeFile(file, json, { flag: "wx", mode: 0o600 });
  if (/[/\\]|^\.{0,2}$/.test(target))
    throw inTheWay(place, target, "the target's name is no name of a folder");
  const made: string[] = [];
  let at = await diskTree.real(place.bundleRoot);
  for (const part of parts.slice(0, -1)) {
    at = path.join(at, part);
    const there = await lstat(at).catch(() => undefined);
    if (there === undefined) {
      await mkdir(at);
      made.unshift(at);
    } else if (!there.isDirectory()) throw inTheWay(place, at, "it is no folder");
  }
  const link = path.join(at, name);
  const there = await lstat(link).catch(() => undefined);
  const dangling = there?.isSymbolicLink() === true && !(await stat(link).catch(() => undefined));
  if (there && !dangling) throw inTheWay(place, link, "it gives variables values, too");
  if (dangling) await rm(link);
  try {
    await symlink(file, link);
  } catch (error) {
    if (platform.os !== "win32") throw error;
    await writeFile(link, json, { flag: "wx", mode: 0o600 });
  }
  return async () => {
    await rm(link, { force: true });
    // What the CLI has put there since stays.
    for (const one of made) await rmdir(one).catch(() => undefined);
  };
}

function inTheWay(
  { checkout, platform, target }: OverridesPlace,
  file: string,
  why: string,
): SecretlessError {
  const shown = pathForPeople(file, checkout, platform);
  return new SecretlessError("INPUT_INVALID", {
    problem: `The Databricks CLI cannot be given the complex values of \`variables-file\`: ${shown} is in the way, ${why}.`,
    expected: `no \`${overridesPath(target)[3]}\` in the checkout, and folders without links`,
    actual: shown,
    remedy: `Move its values into the file of \`variables-file\`, and take ${shown} out of the repository.`,
  });
}
