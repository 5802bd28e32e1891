import { compareReleases } from "./version-constraint.ts";

/** The release that uploads through `workspace/import`, which has a budget of its own. */
const NEW_UPLOADS = [1, 21, 0];

/**
 * `DATABRICKS_RATE_LIMIT`, requests in a second, where the user sets none; the CLI's own is 15. What only reads may send
 * 60, `workspace/export`'s limit. What changes something sends what a workspace takes of the bulk, its uploads: 20 by
 * `workspace-files/import-file`, 30 by `workspace/import`; more buys refusals (429), which others in the workspace get, too.
 * Sources: databricks/cli pull requests 5165 and 6149; "Resource limits" in the documentation of the platform.
 */
export function requestRate(version: string, readsOnly: boolean): string {
  if (readsOnly) return "60";
  const release = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  return compareReleases(release, NEW_UPLOADS) >= 0 && release.length > 0 ? "30" : "20";
}
