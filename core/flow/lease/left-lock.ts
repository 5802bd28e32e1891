import { callError, type Connection } from "../../api/client.ts";
import { deleteWorkspaceFile, fileTimes } from "../../api/workspace-files.ts";
import { holderOf, lockPath, readLock } from "../../cli/deployment-lock.ts";
import { leftLock, type LeftLease } from "./lease-text.ts";

/**
 * Removes the deployment lock that a run left whose lease has run out. Its ID is compared again before it is removed. A lock
 * of which the lease does not tell stays.
 * @param principal application ID of the deployer
 * @returns who held it; undefined if nothing was removed
 */
export async function removeLeftLock(
  api: Connection,
  {
    statePath,
    principal,
    left,
  }: { readonly statePath: string; readonly principal: string; readonly left: LeftLease },
): Promise<string | undefined> {
  const lock = await readLock(api, statePath);
  if (lock === undefined) return undefined;
  try {
    const times = await fileTimes(api, lockPath(statePath));
    if (!leftLock(left, { ...lock, times }, principal)) return undefined;
    if ((await readLock(api, statePath))?.id !== lock.id) return undefined;
    await deleteWorkspaceFile(api, lockPath(statePath));
    return holderOf(lock);
  } catch (error) {
    throw callError("The removal of a lock that a dead run left", error);
  }
}
