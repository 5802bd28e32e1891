/**
 * `npm run build`: bundles the shells. The same sources give the same bytes on every machine.
 * `npm run build -- --publisher <id> --version <x.y.z>` gives the extension another publisher or version.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import type { Metafile } from "esbuild";
import { bundleShell, root } from "./bundle.ts";
import { buildExtension } from "./extension.ts";

/** Bundles `action/` into `outdir`. */
export function buildAction(outdir: string): Promise<Metafile> {
  return bundleShell("action", outdir);
}

async function buildAll(): Promise<void> {
  const { values } = parseArgs({ options: { publisher: { type: "string" }, version: { type: "string" } } });
  await buildAction(path.join(root, "action/dist"));
  console.log(await buildExtension(path.join(root, "dist"), values));
}

if (process.argv[1] === import.meta.filename) void buildAll();
