import { SecretlessError } from "../base/errors.ts";
import { shellQuoted } from "../base/shell-quoted.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { callError, type DatabricksApi } from "../api/client.ts";
import { member, readJson, textAt, type Json } from "../api/json.ts";
import { readWorkspaceFile } from "../api/workspace-files.ts";

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
        "Let deployments of one target wait for each other (a concurrency group, an exclusive lock on the environment).",
    });
  }
  return undefined;
}

/** Where the CLI keeps its lock. Source: cli `libs/locker/locker.go`. */
export const lockPath = (statePath: string): string => `${statePath}/deploy.lock`;

/** The lock as its holder has written it; what is not readable is empty. */
export interface DeploymentLock {
  /** A UUID that the holder's CLI has drawn. */
  readonly id: string;
  readonly user: string;
  /** By the clock of the holder's machine, RFC 3339. */
  readonly acquired: string;
  /** Whether another lock was overridden for it. */
  readonly isForced: boolean;
}

/**
 * The deployment lock that is there, undefined if none is.
 * @param statePath `workspace.state_path` of the bundle
 */
export async function readLock(api: DatabricksApi, statePath: string): Promise<DeploymentLock | undefined> {
  try {
    const text = await readWorkspaceFile(api, lockPath(statePath));
    return text === undefined ? undefined : parseLock(text);
  } catch (error) {
    throw callError("The look at the deployment lock", error);
  }
}

export function parseLock(text: string): DeploymentLock {
  let json: Json = {};
  try {
    json = readJson(text);
  } catch {
    // Whoever has written it, it is a lock: the CLI takes none while it is there.
  }
  return {
    id: textAt(json, "ID"),
    user: textAt(json, "User"),
    acquired: textAt(json, "AcquisitionTime"),
    isForced: member(json, "IsForced") === true,
  };
}

/** Who holds a lock, for people. */
export function holderOf({ user, acquired }: DeploymentLock): string {
  return `held by ${user || "(unreadable)"} since ${acquired.replace("T", " ").replace(/Z$/, " UTC") || "(unreadable)"}`;
}

/** The error for a lock that stayed until the end of `lock-timeout`. */
export function stillLocked(actual: string, statePath: string): SecretlessError {
  const path = lockPath(statePath);
  return new SecretlessError("DEPLOYMENT_LOCKED", {
    problem: `Another deployment of this bundle and target holds the lock ${path}, and no lease of this product tells that it has died.`,
    actual,
    remedy:
      "Let deployments of one target wait for each other (a concurrency group, an exclusive lock on the environment). If a deployment was " +
      `killed and left its lock, make sure that none is running, then remove it, signed in to the workspace:\ndatabricks workspace delete ${shellQuoted(path)}`,
  });
}
