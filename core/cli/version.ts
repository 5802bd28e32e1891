import { open } from "node:fs/promises";
import { SecretlessError } from "../base/errors.ts";
import type { Clock } from "../base/ports.ts";
import { textAt } from "../api/json.ts";
import { parseJson, unreadable } from "./json-output.ts";
import { compareReleases } from "./version-constraint.ts";
import { runUntil, type ProgramPorts } from "./process.ts";

/** The oldest CLI that the product is tested with. */
export const MINIMUM = [1, 9, 0] as const;
/** Milliseconds; it takes about 50, but the first start after an installation may wait for a virus scanner. */
const TIMEOUT = 30_000;
const LIMIT = 64 * 1024;
const SOURCE = "databricks version -o json";

export interface CliVersion {
  /** As the CLI prints it: `1.13.0`, `1.14.0-dev+0123abcd`. */
  readonly version: string;
  /** Set for a build that is no release. */
  readonly warning?: string;
}

export interface VersionOptions extends ProgramPorts {
  readonly clock: Clock;
  /** Absolute path of the CLI. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly signal?: AbortSignal;
}

/**
 * Asks the CLI for its version and checks it.
 * @throws SecretlessError `CLI_TOO_OLD`, or `CLI_OUTPUT_UNREADABLE` if `file` is no Databricks CLI
 */
export async function checkVersion(options: VersionOptions): Promise<CliVersion> {
  const version = textAt(parseJson(await printed(options), SOURCE), "Version");
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(version);
  if (!match) throw unreadable(SOURCE, `the version \`${version.slice(0, 50)}\``, "a version such as 1.13.0");
  const [, major, minor, patch, prerelease] = match;
  const numbers = [Number(major), Number(minor), Number(patch)];
  // Local builds call themselves 0.0.0-dev: their age is not known.
  const unknown = numbers.every((number) => number === 0);
  if (!unknown && compareReleases(numbers, MINIMUM) < 0) throw tooOld(version, options.file);
  if (prerelease === undefined && !unknown) return { version };
  return {
    version,
    warning:
      `The Databricks CLI ${version} is a development build. It is used as it is, but it ignores the bundle's ` +
      "`databricks_cli_version` constraint, and nobody has tested this product with it.",
  };
}

function tooOld(version: string, file: string): SecretlessError {
  return new SecretlessError("CLI_TOO_OLD", {
    problem: "The Databricks CLI on PATH is too old.",
    expected: `${MINIMUM.join(".")} or newer`,
    actual: `${version} (${file})`,
    remedy: "Install a newer Databricks CLI before this step, or take the older one from PATH.",
  });
}

async function printed(options: VersionOptions): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timeout = new AbortController();
  const done = new AbortController();
  options.clock.sleep(TIMEOUT, done.signal).then(
    () => {
      timeout.abort(unreadable(SOURCE, `no answer within ${String(TIMEOUT / 1000)} s`));
    },
    () => undefined,
  );
  const request = {
    file: options.file,
    args: ["version", "-o", "json"],
    cwd: options.cwd,
    env: options.env,
    onStdout: (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LIMIT) chunks.push(chunk);
    },
    onStderr: () => undefined,
  };
  const signal = options.signal ? AbortSignal.any([options.signal, timeout.signal]) : timeout.signal;
  try {
    const { code, signal: killed } = await runUntil(options, request, signal);
    if (code !== 0 && (await isPython(options.file))) throw legacy(options.file);
    if (code !== 0) throw unreadable(SOURCE, `exit ${killed ?? String(code)} (${options.file})`);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    if (error instanceof SecretlessError || options.signal?.aborted) throw error;
    throw notStartable(options.file, error);
  } finally {
    done.abort();
  }
}

/** The vendor's program is none that a Python runs: that was the CLI until 0.18, which pip installs as `databricks-cli`. */
async function isPython(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, 0);
    return /^#![^\n]*python/.test(buffer.toString("latin1", 0, bytesRead));
  } finally {
    await handle.close();
  }
}

function legacy(file: string): SecretlessError {
  return new SecretlessError("CLI_TOO_OLD", {
    problem: "The `databricks` on PATH is the legacy CLI, a Python package, which knows no bundles.",
    expected: `the Databricks CLI ${MINIMUM.join(".")} or newer`,
    actual: file,
    remedy:
      "Take it out of the job (`pip uninstall databricks-cli`), or set `cli-version`, which installs a release and does not look at PATH.",
  });
}

function notStartable(file: string, error: unknown): SecretlessError {
  return new SecretlessError("CLI_NOT_FOUND", {
    problem: "The Databricks CLI cannot be started.",
    actual: `${file}: ${error instanceof Error ? error.message : String(error)}`,
    remedy: "Check that it is built for this operating system and processor, and that it may be executed.",
    cause: error,
  });
}
