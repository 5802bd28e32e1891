import { diskTree } from "../core/base/tree.ts";
import manifest from "../package.json" with { type: "json" };
import { runScan } from "./scan-command.ts";

process.exitCode = await runScan(process.argv.slice(2), {
  folder: process.cwd(),
  tree: diskTree,
  platform: {
    os: process.platform === "win32" || process.platform === "darwin" ? process.platform : "linux",
    arch: "x64",
  },
  version: manifest.version,
  now: () => Date.now(),
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
});
