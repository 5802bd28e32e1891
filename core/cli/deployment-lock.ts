import { SecretlessError } from "../base/errors.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { callError, type DatabricksApi } from "../api/client.ts";
import { workspaceObject } from "../api/workspace-files.ts";

/**
 * The error for a deployment lock that another deployment holds, if that is why the CLI failed.
 * Source: cli `libs/locker/locker.go`.
 */
export function heldLock(diagnostics: readonly Diagnostic[]): SecretlessError | undefined {
  for (const { text } of diagnostics) {
    // Not where a deployment has lost its own lock to a forced one: `unlock called when lock is not held: deploy lock …`.
    const match =
      /^(?:Failed to acquire deployment lock: )?deploy lock (?:force-)?acquired by (.+?) at (\S+ \S+)/.exec(
        text,
      );
    if (!match) continue;
    return new SecretlessError("DEPLOYMENT_LOCKED", {
      problem: "Another deployment of this bundle and target holds the lock.",
      actual: `held by ${match[1] ?? ""} since ${match[2] ?? ""} UTC`,
      remedy:
        "Let deployments of one target wait for each other (a concurrency group, an exclusive lock on the environment). If a deployment was " +
        "killed and left its lock, make sure that none is running, then remove `deploy.lock` in the bundle's state folder.",
    });
  }
  return undefined;
}

/**
 * Whether a deployment lock is there. The CLI itself does not wait.
 * @param statePath `workspace.state_path` of the bundle
 */
export async function isLocked(api: DatabricksApi, statePath: string): Promise<boolean> {
  try {
    return (await workspaceObject(api, `${statePath}/deploy.lock`)) !== undefined;
  } catch (error) {
    throw callError("The look at the deployment lock", error);
  }
}
