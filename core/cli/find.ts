import { stat, realpath, access, constants } from "node:fs/promises";
import { posix, win32, type PlatformPath } from "node:path";
import { SecretlessError } from "../base/errors.ts";
import { isInside, variable } from "../base/paths.ts";
import type { Environment, Platform } from "../base/ports.ts";

/** What the search asks of the file system; replaced in tests. */
export interface FileProbe {
  /** The path without symbolic links if it is a regular file that may be executed, else undefined. */
  readonly executable: (path: string) => Promise<string | undefined>;
  /** The folder without symbolic links; the path itself if it does not exist. */
  readonly folder: (path: string) => Promise<string>;
}

const REAL: FileProbe = {
  executable: async (path) => {
    try {
      if (!(await stat(path)).isFile()) return undefined;
      await access(path, constants.X_OK);
      return await realpath(path);
    } catch {
      return undefined;
    }
  },
  folder: (path) => realpath(path).catch(() => path),
};

export interface FoundCli {
  /** Absolute path, as it stands on PATH. */
  readonly file: string;
  /** What was passed over and why, for the log. */
  readonly notes: readonly string[];
}

export interface FindOptions {
  readonly platform: Platform;
  readonly environment: Environment;
  /** Absolute path; no program is ever started from inside it. */
  readonly checkout: string;
  readonly probe?: FileProbe;
}

/**
 * The first `databricks` on PATH that is a regular executable file outside the checkout, symbolic links included: a
 * pull request must not be able to bring its own. Relative and empty entries of PATH (they mean the current folder)
 * are passed over.
 * @throws SecretlessError `CLI_NOT_FOUND`
 */
export async function findCli(options: FindOptions): Promise<FoundCli> {
  const { platform, environment, probe = REAL } = options;
  const path = platform.os === "win32" ? win32 : posix;
  const notes: string[] = [];
  const checkout = await probe.folder(options.checkout);
  const inCheckout = (file: string) =>
    isInside(file, checkout, platform) || isInside(file, options.checkout, platform);
  const entries = (variable(environment, "PATH", platform) ?? "").split(path.delimiter);
  for (const entry of entries.map((text) => unquoted(text, platform))) {
    if (!isAbsolute(entry, path)) {
      if (entry !== "") notes.push(`PATH entry \`${entry}\` was passed over: it is not absolute.`);
      continue;
    }
    for (const name of names(environment, platform)) {
      const file = path.join(entry, name);
      const real = await probe.executable(file);
      if (real === undefined) continue;
      if (!inCheckout(file) && !inCheckout(real)) return { file, notes };
      notes.push(
        `\`${file}\` was passed over: it is inside the checkout, so the code under test could replace it.`,
      );
    }
  }
  throw new SecretlessError("CLI_NOT_FOUND", {
    problem: "The Databricks CLI was not found on PATH.",
    expected: `an executable \`${names(environment, platform)[0] ?? ""}\` in one of the folders of PATH, outside the checkout`,
    actual: [`${String(entries.filter((entry) => entry !== "").length)} folders searched`, ...notes].join(
      "; ",
    ),
    remedy: "Install the Databricks CLI before this step, for example with databricks/setup-cli.",
  });
}

/** `\tools` is absolute to Node, but means another folder on each drive. */
function isAbsolute(entry: string, path: PlatformPath): boolean {
  return path.isAbsolute(entry) && (path === posix || /^([a-z]:[\\/]|[\\/]{2})/i.test(entry));
}

function unquoted(entry: string, platform: Platform): string {
  return platform.os === "win32" ? entry.trim().replace(/^"(.*)"$/, "$1") : entry;
}

/** File names by preference. On Windows only programs: a `.cmd` or `.bat` would need a shell, which we never start. */
function names(environment: Environment, platform: Platform): string[] {
  if (platform.os !== "win32") return ["databricks"];
  const extensions = (variable(environment, "PATHEXT", platform) ?? ".COM;.EXE").toLowerCase().split(";");
  const programs = extensions.map((text) => text.trim()).filter((text) => text === ".exe" || text === ".com");
  return (programs.length > 0 ? programs : [".exe"]).map((extension) => `databricks${extension}`);
}
