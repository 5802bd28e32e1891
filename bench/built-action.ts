import { copyFile } from "node:fs/promises";
import path from "node:path";
import type { Metafile } from "esbuild";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import { buildAction } from "../scripts/build.ts";

export interface BuiltAction {
  /** Holds action.yml and dist. */
  readonly folder: string;
  readonly dist: string;
  readonly metafile: Metafile;
}

/** The action as `npm run build` makes it of the present sources, in a folder that nothing else writes to. */
export async function builtAction(): Promise<BuiltAction> {
  const folder = await freshUntilExit("bench-action");
  const dist = path.join(folder, "dist");
  const metafile = await buildAction(dist);
  await copyFile(path.resolve(import.meta.dirname, "../action/action.yml"), path.join(folder, "action.yml"));
  return { folder, dist, metafile };
}
