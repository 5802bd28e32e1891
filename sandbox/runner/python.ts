import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

export const RUNTIME = path.resolve(import.meta.dirname, "../../runtime");
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

/** The first Python of this machine that the package supports, and that can run `code`. */
export async function findPython(code = ""): Promise<string | undefined> {
  const supported = `import sys; sys.exit(not (3, 10) <= sys.version_info[:2])`;
  for (const name of ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"]) {
    if ((await runToEnd(name, ["-c", supported])).code !== 0) continue;
    if ((await runToEnd(name, ["-c", code])).code === 0) return name;
  }
  return undefined;
}

/** A virtual environment in `folder` with what runtime/requirements-test.txt names; undefined where none can be made. */
export async function environmentForTests(folder: string): Promise<string | undefined> {
  const python = await findPython();
  if (python === undefined) return undefined;
  const inside = path.join(folder, bin, "python");
  const requirements = path.join(RUNTIME, "requirements-test.txt");
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  const ready =
    (await runToEnd(python, ["-m", "venv", folder])).code === 0 &&
    (await runToEnd(inside, install)).code === 0;
  return ready ? inside : undefined;
}
