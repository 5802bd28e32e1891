import { SecretlessError } from "../errors.ts";
import type { Diagnostic } from "./diagnostics.ts";

/**
 * The error for a deployment lock that another deployment holds, if that is why the CLI failed.
 * Source: cli `libs/locker/locker.go`.
 */
export function heldLock(diagnostics: readonly Diagnostic[]): SecretlessError | undefined {
  for (const { text } of diagnostics) {
    const match = /deploy lock (?:force )?acquired by (\S+) at (\S+ \S+)/.exec(text);
    if (!match) continue;
    return new SecretlessError("DEPLOYMENT_LOCKED", {
      problem: "Another deployment of this bundle and target holds the lock.",
      actual: `held by ${match[1] ?? ""} since ${match[2] ?? ""} UTC`,
      remedy:
        "Let deployments of one target wait for each other (on GitHub a `concurrency:` group). If a deployment was " +
        "killed and left its lock, make sure that none is running, then remove `deploy.lock` in the bundle's state folder.",
    });
  }
  return undefined;
}
