import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import path from "node:path";
import { SecretlessError } from "../base/errors.ts";
import type { PrivateFolder } from "./environment.ts";

/**
 * Makes the private folder of one run, readable by this user alone, in the CI's temporary folder.
 * @throws SecretlessError `TEMP_FOLDER_UNUSABLE`
 */
export async function makePrivateFolder(tempFolder: string): Promise<PrivateFolder> {
  try {
    return await madeIn(tempFolder);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new SecretlessError("TEMP_FOLDER_UNUSABLE", {
      problem:
        "The CI's temporary folder cannot be written to. Nothing was requested with a token, and nothing was changed.",
      expected: "a folder that the runner's user may write, on a disk with room",
      actual: `${tempFolder} (${code})`,
      remedy:
        "Look at the rights of the folder (`RUNNER_TEMP`, or `Agent.TempDirectory`) and at the room on its disk. In a job container it must be mounted for the container's user.",
      cause: error,
    });
  }
}

async function madeIn(tempFolder: string): Promise<PrivateFolder> {
  await mkdir(tempFolder, { recursive: true });
  // mkdtemp gives mode 0700 on POSIX; on Windows the folder inherits the rights of the runner's own one.
  const root = await realpath(await mkdtemp(path.join(tempFolder, "databricks-secretless-")));
  const folder = {
    root,
    state: path.join(root, "state"),
    home: path.join(root, "home"),
    cache: path.join(root, "cache"),
    azureConfig: path.join(root, "azure"),
  };
  const { state, home, cache, azureConfig } = folder;
  await Promise.all([state, home, cache, azureConfig].map((inside) => mkdir(inside)));
  return folder;
}

export function removePrivateFolder(root: string): Promise<void> {
  // Virus scanners hold files open for a moment on Windows.
  return rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
