import type { Environment } from "../../base/ports.ts";

/** Whether a pull request from a fork is built (learn.microsoft.com, "Use predefined variables": System.PullRequest.IsFork). */
export function isForkBuild(environment: Environment): boolean {
  return (environment["SYSTEM_PULLREQUEST_ISFORK"] ?? "").toLowerCase() === "true";
}
