import { writeFile } from "node:fs/promises";
import { PRODUCT } from "../core/base/product.ts";
import { diskTree } from "../core/base/tree.ts";
import { harmless } from "../core/ci/safe-for-log.ts";
import { runScan } from "./scan-command.ts";

/** As https://no-color.org and https://force-color.org have it. */
function colours(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0";
  return process.stdout.isTTY && TERM !== "dumb";
}

// A reader that has seen enough (`| head`) is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  process.exitCode = await runScan(process.argv.slice(2), {
    folder: process.cwd(),
    tree: diskTree,
    platform: {
      os: process.platform === "win32" || process.platform === "darwin" ? process.platform : "linux",
      arch: "x64",
    },
    version: PRODUCT.version,
    colours: colours(),
    now: () => Date.now(),
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    write: (file, text) => writeFile(file, text),
  });
} catch (error) {
  // Node's own exit code would be 1, which says that something was found.
  process.stderr.write(
    `${harmless(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
  );
  process.exitCode = 2;
}
