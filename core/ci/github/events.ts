/**
 * Events that only people with write access to the repository, or its administrators' own settings, can cause. Every other
 * event, those that GitHub adds later included, is one that anybody can cause: an issue, a comment, a pull request from a
 * fork (`pull_request_target`), or a workflow that such a pull request has started (`workflow_run`).
 * Source: docs.github.com, "Events that trigger workflows". A `pull_request` from a fork gets no ID token.
 */
const WRITERS: ReadonlySet<string> = new Set([
  ...["push", "create", "delete", "release", "registry_package", "page_build"],
  ...["workflow_dispatch", "repository_dispatch", "schedule", "workflow_call"],
  ...["deployment", "deployment_status", "deployment_protection_rule", "branch_protection_rule"],
  ...["label", "milestone", "pull_request"],
]);

/** Whether somebody without write access can cause this event. */
export function isOpenToAnybody(event: string): boolean {
  return !WRITERS.has(event);
}
