import { randomUUID } from "node:crypto";
import { isAbsolute, join } from "node:path";
import { parseCliMirror, parseCliVersion, parseSha256, type CliMirror } from "../../ci/inputs/cli-values.ts";
import { SecretlessError } from "../../base/errors.ts";
import type { Clock, Environment, Platform } from "../../base/ports.ts";
import { isInside } from "../../base/paths.ts";
import { fetchArchive, publishedHash, type ExpectedHash, type Verified } from "./archive.ts";
import { diskProblem, systemFiles, type InstallFiles } from "./files.ts";
import { DEFAULT_CLI_VERSION, pinnedSha256, type PinnedTable } from "./pinned.ts";
import { archiveName, programName, releasePlatform } from "./release.ts";
import type { SourcePorts } from "./source.ts";
import { cacheEntry, inspectCache, placeInCache, removeLeftovers } from "./tool-cache.ts";
import { extractProgram } from "./unzip.ts";

export interface InstallOptions {
  /** Input `cli-version`: exactly this one; default {@link DEFAULT_CLI_VERSION}. */
  readonly version?: string | undefined;
  /** Input `cli-mirror`: a URL or a folder, laid out as the release site. */
  readonly mirror?: string | undefined;
  /** Input `cli-sha256`: of the archive, for a version that is not pinned. */
  readonly sha256?: string | undefined;
  /** The CI's tool cache, which outlives jobs on a self-hosted runner; undefined where there is none. */
  readonly toolCache: string | undefined;
  /** Absolute path of a folder that the CI empties when the job ends. */
  readonly tempFolder: string;
  /** Absolute path; nothing is installed into it, and nothing in it is believed without a hash from elsewhere. */
  readonly checkout: string;
  /** Milliseconds for all downloads together, tries and waits included; default three minutes. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface InstallPorts {
  readonly clock: Clock;
  readonly platform: Platform;
  readonly environment: Environment;
  readonly log: (line: string) => void;
  readonly files?: InstallFiles;
  readonly pinned?: PinnedTable;
}

export interface InstalledCli {
  /** Absolute path of the program, outside the checkout. */
  readonly file: string;
  readonly version: string;
  readonly verified: Verified;
  readonly from: "tool cache" | "download";
  readonly archiveSha256: string;
}

const TIMEOUT = 180_000;

/**
 * Installs the release of the Databricks CLI for this platform, or finds it in the tool cache, where an earlier job put
 * it; its archive's hash is known and checked in both cases.
 * @throws SecretlessError `INPUT_INVALID`, `CLI_DOWNLOAD_FAILED`, `CLI_HASH_MISMATCH`, `CLI_ARCHIVE_REFUSED`,
 * `CLI_INSTALL_FAILED`; the reason of `signal`
 */
export async function installCli(options: InstallOptions, ports: InstallPorts): Promise<InstalledCli> {
  const { platform, files = systemFiles, log } = ports;
  const version = parseCliVersion(options.version ?? DEFAULT_CLI_VERSION);
  const name = archiveName(version, releasePlatform(platform));
  const source = options.mirror === undefined ? undefined : parseCliMirror(options.mirror);
  const sourcePorts: SourcePorts = {
    clock: ports.clock,
    environment: ports.environment,
    files,
    log,
    deadline: ports.clock.now() + (options.timeout ?? TIMEOUT),
    signal: options.signal ?? new AbortController().signal,
  };
  const expected =
    knownHash(version, options.sha256, ports) ??
    (await unpinnedHash({ source, version, name }, options.checkout, platform, sourcePorts));
  const roots = await installRoots(options, ports, files);
  const installed = (file: string, from: InstalledCli["from"]): InstalledCli => ({
    file,
    version,
    verified: expected.verified,
    from,
    archiveSha256: expected.sha256,
  });

  for (const root of roots) {
    const entry = cacheEntry(root, version, platform);
    await removeLeftovers(files, ports.clock, entry);
    const found = await inspectCache(files, entry, expected.sha256);
    if (found === "usable") return installed(entry.program, "tool cache");
    if (found === "damaged") log(`\`${entry.program}\` has changed since it was installed; it is replaced.`);
  }

  const archive = join(options.tempFolder, `databricks-cli-${randomUUID()}.zip`);
  try {
    await onDisk(options.tempFolder, () =>
      fetchArchive({ source, version, name }, expected, archive, sourcePorts),
    );
    const problems: string[] = [];
    for (const root of roots) {
      const entry = cacheEntry(root, version, platform);
      const problem = await placeOrProblem(entry, archive);
      if (problem === undefined) return installed(entry.program, "download");
      problems.push(`\`${root}\`: ${problem}`);
      log(`The Databricks CLI cannot be kept in \`${root}\`: ${problem}.`);
    }
    throw notInstalled(problems.join("; "));
  } finally {
    await files.rm(archive, { force: true }).catch(() => undefined);
  }

  async function placeOrProblem(
    entry: ReturnType<typeof cacheEntry>,
    from: string,
  ): Promise<string | undefined> {
    try {
      const placed = await placeInCache(entry, {
        files,
        archiveSha256: expected.sha256,
        extract: (target) => extractProgram(files, from, programName(platform), target),
      });
      return placed ? undefined : "another program has put something else there";
    } catch (error) {
      const problem = diskProblem(error);
      if (problem === undefined) throw error;
      return problem;
    }
  }
}

/** The hash that is known without asking the place where the archive comes from. */
function knownHash(
  version: string,
  given: string | undefined,
  { platform, pinned: table }: InstallPorts,
): ExpectedHash | undefined {
  const pinned = pinnedSha256(version, releasePlatform(platform), table);
  const sha256 = given === undefined ? undefined : parseSha256(given);
  if (pinned === undefined) return sha256 === undefined ? undefined : { sha256, verified: "given hash" };
  if (sha256 === undefined || sha256 === pinned) return { sha256: pinned, verified: "pinned" };
  throw new SecretlessError("INPUT_INVALID", {
    problem: `Input \`cli-sha256\` contradicts the hash that is pinned for ${version}.`,
    expected: pinned,
    actual: sha256,
    remedy:
      "Remove `cli-sha256`: it is for versions that are not pinned. If it comes from the archive that you have, do not use that archive.",
  });
}

async function unpinnedHash(
  release: { readonly source: CliMirror | undefined; readonly version: string; readonly name: string },
  checkout: string,
  platform: Platform,
  ports: SourcePorts,
): Promise<ExpectedHash> {
  const { source, version, name } = release;
  if (source?.kind === "folder" && (await isInsideReally(source.path, checkout, platform, ports.files))) {
    throw new SecretlessError("INPUT_INVALID", {
      problem: "Input `cli-mirror` is inside the checkout, and nothing else vouches for what lies there.",
      expected: "a folder outside the checkout, a pinned version, or the archive's hash in `cli-sha256`",
      actual: source.path,
      remedy:
        "Give `cli-sha256`, use a pinned version, or put the mirror where a pull request cannot change it.",
    });
  }
  return publishedHash({ source, version }, name, ports);
}

/** Where to install, best first. */
async function installRoots(
  { toolCache, tempFolder, checkout }: InstallOptions,
  { platform, log }: InstallPorts,
  files: InstallFiles,
): Promise<string[]> {
  if (toolCache === undefined) return [tempFolder];
  const unfit = !isAbsolute(toolCache)
    ? "it is not an absolute path"
    : (await isInsideReally(toolCache, checkout, platform, files))
      ? "it is inside the checkout"
      : undefined;
  if (unfit === undefined) return [toolCache, tempFolder];
  log(`The tool cache \`${toolCache}\` is not used: ${unfit}.`);
  return [tempFolder];
}

/** Also where symbolic links lead inside. */
async function isInsideReally(
  path: string,
  checkout: string,
  platform: Platform,
  files: InstallFiles,
): Promise<boolean> {
  const real = (one: string) => files.realpath(one).catch(() => one);
  return isInside(path, checkout, platform) || isInside(await real(path), await real(checkout), platform);
}

async function onDisk(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const problem = diskProblem(error);
    if (problem === undefined) throw error;
    throw notInstalled(`\`${folder}\`: ${problem}`);
  }
}

function notInstalled(actual: string): SecretlessError {
  return new SecretlessError("CLI_INSTALL_FAILED", {
    problem: "The Databricks CLI could not be written to disk.",
    expected:
      "about 100 MB that can be written in the job's temporary folder, and better also in the tool cache",
    actual,
    remedy: "Free disk space on the runner, or let its user write there.",
  });
}
