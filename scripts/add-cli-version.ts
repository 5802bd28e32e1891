/**
 * For maintainers: pins a release of the Databricks CLI by its SHA256SUMS.
 *
 *     node --import tsx scripts/add-cli-version.ts <version> [path or https URL of its SHA256SUMS]
 *
 * Without the second argument the file is read from the release site. A hash that is pinned already is never changed.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseCliVersion } from "../core/ci/inputs/cli-values.ts";
import { parseChecksums } from "../core/cli/install/checksums.ts";
import { download } from "../core/cli/install/download.ts";
import { archiveName, checksumsName, RELEASE_PLATFORMS, RELEASE_SITE } from "../core/cli/install/release.ts";
import type { PinnedTable } from "../core/cli/install/pinned.ts";

/**
 * The table with the hashes that `checksums` (the text of a SHA256SUMS) has for `version`, newest version first.
 * @throws Error if it is no such file, has none of the version's archives, or contradicts what is pinned
 */
export function addVersion(table: PinnedTable, version: string, checksums: string): PinnedTable {
  const hashes = parseChecksums(checksums);
  if (!hashes) throw new Error("This is not a SHA256SUMS file.");
  const pinned = table[version] ?? {};
  const added = RELEASE_PLATFORMS.flatMap((platform) => {
    const sha256 = hashes.get(archiveName(version, platform));
    return sha256 === undefined ? [] : [[platform, sha256] as const];
  });
  if (added.length === 0) throw new Error(`It lists no archive of ${version}.`);
  for (const [platform, sha256] of added) {
    const before = pinned[platform];
    if (before !== undefined && before !== sha256) {
      throw new Error(`${version} ${platform} is pinned as ${before}; this file says ${sha256}.`);
    }
  }
  const merged = { ...pinned, ...Object.fromEntries(added) };
  const sorted = Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
  const versions = Object.entries({ ...table, [version]: sorted });
  return Object.fromEntries(versions.sort(([a], [b]) => compareVersions(b, a)));
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number)) as [number[], number[]];
  return (
    left.map((number, index) => number - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0
  );
}

async function checksumsFrom(place: string): Promise<string> {
  if (!/^https?:\/\//.test(place)) return readFile(place, "utf8");
  const chunks: Buffer[] = [];
  await download(
    place,
    (chunk) => {
      chunks.push(chunk);
      return Promise.resolve();
    },
    { environment: process.env, redirects: "https", limit: 64 * 1024, signal: AbortSignal.timeout(60_000) },
  );
  return Buffer.concat(chunks).toString("utf8");
}

/** Adds the version to the table in the file `tableFile`; returns what to tell the maintainer. */
export async function addCliVersion(args: readonly string[], tableFile: string): Promise<string> {
  const version = parseCliVersion(args[0] ?? "");
  const place = args[1] ?? `${RELEASE_SITE}/v${version}/${checksumsName(version)}`;
  const before = JSON.parse(await readFile(tableFile, "utf8")) as PinnedTable;
  const after = addVersion(before, version, await checksumsFrom(place));
  await writeFile(tableFile, `${JSON.stringify(after, null, 2)}\n`);
  const platforms = Object.keys(after[version] ?? {});
  const missing = RELEASE_PLATFORMS.filter((platform) => !platforms.includes(platform));
  return [
    `${version} is pinned for ${platforms.join(", ")}.`,
    ...(missing.length === 0 ? [] : [`Not pinned: ${missing.join(", ")}.`]),
  ].join("\n");
}

// No top-level await: with one, mocha loads this module's imports twice, which spoils the coverage of tests.
if (process.argv[1] === import.meta.filename) {
  const tableFile = path.resolve(import.meta.dirname, "../core/cli/install/pinned.json");
  addCliVersion(process.argv.slice(2), tableFile).then(console.log, (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
