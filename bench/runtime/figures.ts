import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { findPython, runToEnd, RUNTIME } from "../../sandbox/runner/python.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { interleaved, ratio, spread } from "../statistics.ts";
import type { Figure } from "../table.ts";

const ROUNDS = 9;
const IMPORTS = 41;
/** What is registered while 10 MB are printed: tokens of 1,500 characters, fetched values of 32. */
const REGISTERED = [
  { tokens: 2, values: 1, goal: 1.3 },
  { tokens: 2, values: 40 },
] as const;

/** What the package for deployed jobs costs; undefined without Python. */
export async function runtimeFigures(): Promise<Figure[] | undefined> {
  const python = await findPython();
  if (python === undefined) return undefined;
  const scratch = await freshUntilExit("bench-runtime");
  await mkdir(path.join(scratch, "empty_package"));
  await writeFile(path.join(scratch, "empty_package/__init__.py"), "");
  // Compiled modules are kept, and output is gathered, as everywhere.
  const env = {
    PYTHONPATH: [scratch, path.join(RUNTIME, "src")].join(path.delimiter),
    PYTHONDONTWRITEBYTECODE: "",
    PYTHONPYCACHEPREFIX: path.join(scratch, "compiled"),
    PYTHONUNBUFFERED: "",
  };
  const measured = async (file: string, ...args: readonly string[]): Promise<number> => {
    const { code, output } = await runToEnd(python, [path.join(import.meta.dirname, file), ...args], { env });
    const time = Number(output.trimEnd().split("\n").at(-1));
    if (code !== 0 || !(time > 0)) throw new Error(output.slice(-2000));
    return time;
  };
  const figures: Figure[] = [];
  for (const { tokens, values, ...rest } of REGISTERED) {
    const pairs = await interleaved(ROUNDS, {
      ours: () => measured("print_lines.py", String(tokens), String(values)),
      bare: () => measured("print_lines.py"),
    });
    const name = `10 MB printed, ${String(tokens)} tokens and ${String(values)} values kept out ÷ without`;
    figures.push({ name, unit: "×", spread: ratio(pairs), ...rest });
  }
  const imports = await interleaved(IMPORTS, {
    ours: () => measured("import_time.py", "databricks_secretless"),
    bare: () => measured("import_time.py", "empty_package"),
  });
  return [
    ...figures,
    { name: "import of the runtime package ÷ of an empty one", unit: "×", spread: ratio(imports), goal: 1.5 },
    { name: "import of the runtime package", unit: "ms", spread: spread(imports.map(({ ours }) => ours)) },
  ];
}
