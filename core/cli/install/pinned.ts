import table from "./pinned.json" with { type: "json" };
import type { ReleasePlatform } from "./release.ts";

/** SHA-256 of release archives by version and platform; `scripts/add-cli-version.ts` adds to it. */
export type PinnedTable = Readonly<Record<string, Readonly<Partial<Record<ReleasePlatform, string>>>>>;

/** Pinned for all six platforms. */
export const DEFAULT_CLI_VERSION = "1.12.1";

/**
 * The version to install where nobody has named one: the default if it fits, else the newest that does and is pinned for
 * this platform; undefined if none is.
 */
export function fittingVersion(
  fits: (version: string) => boolean,
  platform: ReleasePlatform,
  pinned: PinnedTable = table,
): string | undefined {
  const newestFirst = Object.keys(pinned).filter((version) => pinnedSha256(version, platform, pinned));
  return [DEFAULT_CLI_VERSION, ...newestFirst].find(fits);
}

/** The pinned SHA-256 of the release archive, or undefined. */
export function pinnedSha256(
  version: string,
  platform: ReleasePlatform,
  pinned: PinnedTable = table,
): string | undefined {
  return Object.hasOwn(pinned, version) ? pinned[version]?.[platform] : undefined;
}
