import { dirname, join } from "node:path";
import { invalidBundle } from "./files.ts";
import type { Selection } from "./selection.ts";
import type { Mistake, Place } from "../base/errors.ts";
import { isInside } from "../base/paths.ts";
import type { Platform } from "../base/ports.ts";
import type { Tree } from "../base/tree.ts";

export interface Boundary {
  /** Absolute path, without links, of the folder out of which no selection may lead. */
  readonly checkout: string;
  readonly platform: Platform;
  readonly tree: Tree;
  /** Where a path or pattern is written, if that is known. */
  readonly placeOf: (path: string) => Place | undefined;
}

/**
 * Refuses what leads out of the checkout, also through links, before anything of it is read. (The CLI refuses a sync
 * path outside of the git repository as well: `path … is not within repository root`.)
 * @throws SecretlessError `BUNDLE_INVALID` with each path and its line
 */
export async function refuseOutside(selections: readonly Selection[], boundary: Boundary): Promise<void> {
  const paths = selections.flatMap(({ syncRoot, paths: all }) => all.map((path) => join(syncRoot, path)));
  const patterns = selections.flatMap(({ artifacts }) => artifacts);
  const mistakes = [
    ...(await mistakesOf("A path of `sync.paths`", paths, (path) => path, boundary)),
    ...(await mistakesOf("An artifact, a library or the file of a resource", patterns, fixedPart, boundary)),
  ];
  if (mistakes.length > 0) throw invalidBundle(mistakes);
}

/**
 * As {@link refuseOutside}, for files that patterns have found: one of them may be a link.
 * @throws SecretlessError `BUNDLE_INVALID`
 */
export async function refuseFilesOutside(files: readonly string[], boundary: Boundary): Promise<void> {
  const mistakes = await mistakesOf(
    "An artifact, a library or the file of a resource",
    files,
    (file) => file,
    boundary,
  );
  if (mistakes.length > 0) throw invalidBundle(mistakes);
}

async function mistakesOf(
  what: string,
  all: readonly string[],
  start: (path: string) => string,
  { checkout, platform, tree, placeOf }: Boundary,
): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  for (const path of new Set(all)) {
    if (isInside(await tree.real(start(path)), checkout, platform)) continue;
    const place = placeOf(path);
    mistakes.push({
      problem: `${what} leads out of the repository's checkout, so nothing of it is read or uploaded.`,
      expected: "a path in the checkout, also after links are followed",
      actual: path,
      remedy: "Copy or check out what the bundle needs into the repository, and name it there.",
      ...(place && { place }),
    });
  }
  return mistakes;
}

/** The folder of a pattern before its first wildcard; the path itself if there is none. */
function fixedPart(pattern: string): string {
  const wild = pattern.search(/[*?[]/);
  return wild < 0 ? pattern : dirname(`${pattern.slice(0, wild)}x`);
}
