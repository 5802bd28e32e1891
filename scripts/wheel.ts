import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { findPython, runToEnd, RUNTIME } from "../sandbox/runner/python.ts";

interface WheelOptions {
  /** In place of the one in pyproject.toml. */
  readonly version?: string | undefined;
  /** The Python that builds; default: the first of this machine that can. */
  readonly python?: string;
}

/** What builds it without a network: the standard front end, and the backend that pyproject.toml names. */
const NEEDS = "import build, hatchling";

/**
 * Builds the wheel of runtime/ with the standard front end `build`. The same sources give the same bytes.
 * @returns the path of the wheel in `outdir`; undefined where there is no Python with what this needs
 */
export async function buildWheel(outdir: string, options: WheelOptions = {}): Promise<string | undefined> {
  const { version, python = await findPython(NEEDS) } = options;
  if (python === undefined) return undefined;
  const scratch = await mkdtemp(path.join(os.tmpdir(), "wheel-"));
  try {
    // A copy: the checkout is left as it is.
    const sources = path.join(scratch, "runtime");
    for (const name of ["src", "LICENSE", "README.md", "pyproject.toml"])
      await cp(path.join(RUNTIME, name), path.join(sources, name), {
        recursive: true,
        filter: (file) => path.basename(file) !== "__pycache__",
      });
    const project = path.join(sources, "pyproject.toml");
    if (version !== undefined) {
      const text = await readFile(project, "utf8");
      await writeFile(project, text.replace(/^version = .*$/m, `version = ${JSON.stringify(version)}`));
    }
    const made = path.join(scratch, "made");
    const args = ["-m", "build", "--wheel", "--no-isolation", "--outdir", made, sources];
    const { code, output } = await runToEnd(python, args);
    if (code !== 0) throw new Error(`The wheel was not built:\n${output}`);
    const [name] = await readdir(made);
    if (name === undefined) throw new Error("the front end made no wheel");
    await mkdir(outdir, { recursive: true });
    await cp(path.join(made, name), path.join(outdir, name));
    return path.join(outdir, name);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
