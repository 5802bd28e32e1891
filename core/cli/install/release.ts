import type { Platform } from "../../base/ports.ts";

/** Where Databricks publishes the CLI: `<site>/v<version>/<file>`. */
export const RELEASE_SITE = "https://github.com/databricks/cli/releases/download";

/** Operating system and processor as they stand in the names of release files. */
export const RELEASE_PLATFORMS = [
  "darwin_amd64",
  "darwin_arm64",
  "linux_amd64",
  "linux_arm64",
  "windows_amd64",
  "windows_arm64",
] as const;
export type ReleasePlatform = (typeof RELEASE_PLATFORMS)[number];

const SYSTEMS = { linux: "linux", darwin: "darwin", win32: "windows" } as const;
const PROCESSORS = { x64: "amd64", arm64: "arm64" } as const;

export function releasePlatform({ os, arch }: Platform): ReleasePlatform {
  return `${SYSTEMS[os]}_${PROCESSORS[arch]}`;
}

/** The release also has a `.tar.gz` of the same name, with another hash. */
export function archiveName(version: string, platform: ReleasePlatform): string {
  return `databricks_cli_${version}_${platform}.zip`;
}

export function checksumsName(version: string): string {
  return `databricks_cli_${version}_SHA256SUMS`;
}

/** The program's name, in the archive and on disk. */
export function programName({ os }: Platform): string {
  return os === "win32" ? "databricks.exe" : "databricks";
}
