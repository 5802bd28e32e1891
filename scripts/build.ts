/**
 * `npm run build`: bundles the shells and the laptop command, and builds the wheel for the deployed jobs. The same sources give the same bytes on every machine.
 * `npm run build -- --publisher <id> --version <x.y.z>` gives the extension another publisher, it and the wheel another version;
 * `--repository <owner/name>` fills in the links of its page.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import type { Metafile } from "esbuild";
import { bundleLocal, bundleShell, root } from "./bundle.ts";
import { buildExtension } from "./extension.ts";
import { buildWheel } from "./wheel.ts";

/** Bundles `action/` into `outdir`. */
export function buildAction(outdir: string): Promise<Metafile> {
  return bundleShell("action", outdir);
}

async function buildAll(): Promise<void> {
  const { values } = parseArgs({
    options: { publisher: { type: "string" }, version: { type: "string" }, repository: { type: "string" } },
  });
  await buildAction(path.join(root, "action/dist"));
  await bundleLocal(path.join(root, "local/dist"));
  const dist = path.join(root, "dist");
  console.log(await buildExtension(dist, values));
  const skipped = "SKIPPED: the wheel of runtime/ (needs Python 3.10 or later with build and hatchling)";
  console.log((await buildWheel(dist, values)) ?? skipped);
}

if (process.argv[1] === import.meta.filename) void buildAll();
