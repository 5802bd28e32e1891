import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

export const RUNTIME = path.resolve(import.meta.dirname, "../../../runtime");
const run = promisify(execFile);
const bin = process.platform === "win32" ? "Scripts" : "bin";

export interface Finished {
  readonly code: number;
  /** Standard output, then standard error. */
  readonly output: string;
}

/** Runs a program to its end, with an environment that holds nothing of Python's own settings. */
export async function runToEnd(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PYTHON|DATABRICKS_|AWS_)/.test(name));
  const env = { ...Object.fromEntries(inherited), PYTHONDONTWRITEBYTECODE: "1", ...options.env };
  const settings = { cwd: options.cwd ?? RUNTIME, env, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await run(file, args, settings);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    return { code: typeof code === "number" ? code : -1, output: `${stdout ?? ""}${stderr ?? ""}` };
  }
}

/** The first Python of this machine that the package supports. */
export async function findPython(): Promise<string | undefined> {
  const supported = "import sys; sys.exit(not (3, 10) <= sys.version_info[:2])";
  for (const name of ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"]) {
    if ((await runToEnd(name, ["-c", supported])).code === 0) return name;
  }
  return undefined;
}

/**
 * A Python with what the tests of `runtime/` want: a virtual environment made from runtime/requirements-test.txt and
 * kept in the temporary folder; where none can be made, one that has pytest; undefined where there is neither.
 */
export async function pythonWithPytest(): Promise<string | undefined> {
  const python = await findPython();
  if (python === undefined) return undefined;
  const wanted = await readFile(path.join(RUNTIME, "requirements-test.txt"), "utf8");
  const version = (await runToEnd(python, ["-c", "import sys; print(sys.version, sys.prefix)"])).output;
  const hash = createHash("sha256").update(wanted).update(version).digest("hex").slice(0, 16);
  const folder = path.join(os.tmpdir(), `databricks-secretless-python-${hash}`);
  const made = path.join(folder, bin, "python");
  if (!existsSync(folder)) {
    // Made beside and moved, so that two runs at once do no harm; a virtual environment's python finds its packages
    // from where it stands.
    const fresh = await mkdtemp(`${folder}-`);
    const inside = path.join(fresh, bin, "python");
    const requirements = path.join(RUNTIME, "requirements-test.txt");
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
    const ready =
      (await runToEnd(python, ["-m", "venv", fresh])).code === 0 &&
      (await runToEnd(inside, install)).code === 0;
    if (ready) await rename(fresh, folder).catch(() => undefined);
    await rm(fresh, { recursive: true, force: true });
  }
  if (existsSync(folder)) return made;
  return (await runToEnd(python, ["-c", "import pytest"])).code === 0 ? python : undefined;
}
