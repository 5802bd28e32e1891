import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * Writes the stand-in for the Databricks CLI into `folder` as an executable `databricks`. It needs this Node and nothing
 * else: no node_modules, no environment. POSIX only: Windows has no `#!` line.
 * @returns the absolute path of the executable
 */
export async function installStandIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, "main.ts")],
    outfile: join(folder, "databricks-standin.mjs"),
    bundle: true,
    // Not CommonJS: an import of that reads it a second time for the names that it exports, half of a short run.
    format: "esm",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    platform: "node",
    target: "node20",
    legalComments: "none",
    logLevel: "warning",
  });
  const program = join(folder, "databricks");
  // A dynamic import works whatever kind of module a package.json around the folder makes of this file.
  await writeFile(program, `#!${process.execPath}\nimport("./databricks-standin.mjs");\n`);
  await chmod(program, 0o755);
  return program;
}
