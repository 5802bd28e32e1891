import path from "node:path";
import { readCheckoutText, RefusedFile } from "../base/checkout-file.ts";
import type { Platform } from "../base/ports.ts";
import type { PrivateFolder } from "./environment.ts";

/** Largest file that is read, in bytes: a state holds the settings of every resource. */
const LIMIT = 64_000_000;

/** Where the CLI keeps its state in this run, and what holds that folder. */
export type StateFolder = Pick<PrivateFolder, "root" | "state">;

/**
 * A file that the CLI has left with its state, which code of the bundle can write as well: with the walls of a file of the
 * checkout, so that no link shows what lies elsewhere, and no pipe holds the step.
 * @returns undefined if there is none, or something that is not read
 */
export async function readPrivateFile(
  { root, state }: StateFolder,
  platform: Platform,
  ...names: readonly string[]
): Promise<string | undefined> {
  try {
    return await readCheckoutText(path.join(state, ...names), { checkout: root, platform, limit: LIMIT });
  } catch (error) {
    if (error instanceof RefusedFile) return undefined;
    throw error;
  }
}
