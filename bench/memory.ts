import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { archiveName, releasePlatform } from "../core/cli/install/release.ts";
import { systemPlatform } from "../core/base/clock-and-platform.ts";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import type { SandboxCli } from "../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../sandbox/runner/github-job.ts";
import { buildZip } from "../test/unit/cli/install/support/zip-builder.ts";

const PRELOAD = path.join(import.meta.dirname, "peak-memory.cjs");
/** A version that is pinned nowhere. */
const VERSION = "1.999.0";
/** Bytes of the CLI's program, where the real one is not there to be asked. */
const USUAL_SIZE = 56_000_000;

export interface MemoryOptions {
  readonly bundle: string;
  readonly cli: SandboxCli;
  /** Folder of the built action. */
  readonly action: string;
}

/** MiB that a step's own process had at its peak: a deployment with the CLI on PATH. */
export function peakOfDeployment(options: MemoryOptions): Promise<number> {
  return peakOf(options, {});
}

/** The same, where the CLI is first installed from a mirror. */
export async function peakOfInstallation(options: MemoryOptions, mirror: Mirror): Promise<number> {
  const inputs = { "cli-version": VERSION, "cli-mirror": mirror.folder, "cli-sha256": mirror.sha256 };
  return peakOf(options, inputs);
}

async function peakOf(
  { bundle, cli, action }: MemoryOptions,
  inputs: Readonly<Record<string, string>>,
): Promise<number> {
  const job = await startGitHubJob({ bundle, cli });
  try {
    const file = path.join(await job.freshFolder("bench-memory"), "peak");
    const env = { NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)}`, BENCH_PEAK_MEMORY: file };
    const { exitCode, log } = await job.step(inputs, { action, env });
    if (exitCode !== 0) throw new Error(`the step failed:\n${log}`);
    // Main ends first, the post step later.
    return Number((await readFile(file, "utf8")).split("\n")[0]) / 1024;
  } finally {
    await job.stop();
  }
}

export interface Mirror {
  readonly folder: string;
  /** Of the archive, in hex. */
  readonly sha256: string;
}

/**
 * A mirror with a release whose archive has the size of the real one. Its program is a few lines of shell that hand on to
 * `cli`, with bytes that nobody reads behind them.
 */
export async function mirrorOf(cli: SandboxCli): Promise<Mirror> {
  const size = cli.kind === "real" ? (await stat(cli.file)).size : USUAL_SIZE;
  const script = [
    "#!/bin/sh",
    `[ "$1" = version ] && { echo '{"Version":"${VERSION}"}'; exit; }`,
    `exec '${cli.file}' "$@"`,
    "",
  ].join("\n");
  // A program packs to about two fifths of its size.
  const incompressible = randomBytes(Math.round(size * 0.4));
  const content = Buffer.concat([
    Buffer.from(script),
    incompressible,
    Buffer.alloc(size - incompressible.length),
  ]);
  const archive = buildZip([{ name: "databricks", content }]);
  const folder = await freshUntilExit("bench-mirror");
  await mkdir(path.join(folder, `v${VERSION}`));
  const name = archiveName(VERSION, releasePlatform(systemPlatform()));
  await writeFile(path.join(folder, `v${VERSION}`, name), archive);
  return { folder, sha256: createHash("sha256").update(archive).digest("hex") };
}
