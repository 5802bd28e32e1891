import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import type { Clock, Platform } from "../../base/ports.ts";
import { createFile, sha256OfFile, type InstallFiles } from "./files.ts";
import { programName } from "./release.ts";

/**
 * A place in a tool cache, laid out as actions/tool-cache and azure-pipelines-tool-lib do: the folder
 * `<root>/<tool>/<version>/<arch>`, which counts only if the file `<arch>.complete` stands beside it. They leave that
 * file empty; we keep in it what to check before use.
 */
export interface CacheEntry {
  readonly folder: string;
  readonly program: string;
  readonly marker: string;
}

interface CacheRecord {
  readonly archiveSha256: string;
  readonly programSha256: string;
}

const TOOL = "databricks-cli";
const STAGING = ".unpacking-";
/** Milliseconds after which what a killed job left behind is removed; unpacking takes seconds. */
const LEFTOVER = 600_000;

export function cacheEntry(root: string, version: string, platform: Platform): CacheEntry {
  const folder = join(root, TOOL, version, platform.arch);
  return { folder, program: join(folder, programName(platform)), marker: `${folder}.complete` };
}

/**
 * What the cache has: `usable` if the program came from an archive with this hash and is unchanged since; `damaged` if it
 * is ours, but not so; `foreign` if somebody else put it there; `none`.
 */
export async function inspectCache(
  files: InstallFiles,
  entry: CacheEntry,
  archiveSha256: string,
): Promise<"usable" | "damaged" | "other archive" | "foreign" | "none"> {
  const text = await files.readFile(entry.marker, "utf8").catch(() => undefined);
  if (text === undefined) return "none";
  const record = parseRecord(text);
  if (!record) return "foreign";
  if (record.archiveSha256 !== archiveSha256) return "other archive";
  return (await sha256OfFile(files, entry.program)) === record.programSha256 ? "usable" : "damaged";
}

function parseRecord(text: string): CacheRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { archiveSha256, programSha256 } = (value ?? {}) as Record<string, unknown>;
  return isSha256(archiveSha256) && isSha256(programSha256) ? { archiveSha256, programSha256 } : undefined;
}

function isSha256(value: unknown): value is string {
  return typeof value === "string" && /^[\da-f]{64}$/.test(value);
}

export interface Placing {
  readonly files: InstallFiles;
  readonly archiveSha256: string;
  /** Writes the program to the new file and returns its SHA-256. */
  readonly extract: (target: string) => Promise<string>;
}

/**
 * Puts the program into the cache. It is written in a folder of its own on the same volume and renamed into place, the
 * marker last: at every moment `entry.program` is whole or absent, whoever else installs the same, and whenever this
 * process ends. What is there already and is the same stays untouched, for others may be running it.
 * Returns false, having changed nothing, if somebody else's entry is in the way.
 * @throws what `extract` throws; an `errno` error of the file system
 */
export async function placeInCache(entry: CacheEntry, placing: Placing): Promise<boolean> {
  const { files, archiveSha256, extract } = placing;
  const parent = dirname(entry.folder);
  await files.mkdir(parent, { recursive: true });
  const staging = join(parent, `${STAGING}${randomUUID()}`);
  await files.mkdir(staging);
  try {
    const unpacked = join(staging, "program");
    const programSha256 = await extract(unpacked);
    const found = await inspectCache(files, entry, archiveSha256);
    if (found === "usable") return true;
    if ((await sha256OfFile(files, entry.program)) !== programSha256) {
      if (found === "foreign") return false;
      await files.mkdir(entry.folder, { recursive: true });
      await files.rename(unpacked, entry.program);
    }
    const record: CacheRecord = { archiveSha256, programSha256 };
    const marker = join(staging, "marker");
    await createFile(files, marker, 0o644, (write) => write(Buffer.from(`${JSON.stringify(record)}\n`)));
    await files.rename(marker, entry.marker);
    return true;
  } finally {
    await files.rm(staging, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Removes what jobs that were killed while they unpacked could not; whatever fails is left to the next job. */
export async function removeLeftovers(files: InstallFiles, clock: Clock, entry: CacheEntry): Promise<void> {
  const parent = dirname(entry.folder);
  const names = await files.readdir(parent).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(STAGING))) {
    const path = join(parent, name);
    try {
      if (clock.now() - (await files.lstat(path)).mtimeMs > LEFTOVER)
        await files.rm(path, { recursive: true });
    } catch {
      // Another job was faster, or it belongs to another user.
    }
  }
}
