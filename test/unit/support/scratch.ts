import { Scratch, type FreshFolder } from "../../../sandbox/runner/scratch.ts";

/** Fresh folders for the suite that calls it: they go when the suite has ended, whatever became of its tests. */
export function scratchFolders(): FreshFolder {
  const scratch = new Scratch();
  after(() => scratch.remove());
  return scratch.fresh;
}
