/** `npm run build`: bundles the shells. The same sources give the same bytes on every machine. */
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build, type Metafile } from "esbuild";
import { thirdPartyNotices } from "./notices.ts";

const root = path.resolve(import.meta.dirname, "..");

/** CommonJS packages inside an ESM bundle need `require` for Node's own modules. */
const REQUIRE =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/** Bundles `action/` into `outdir`: ESM with code splitting, readable, not minified. */
export async function buildAction(outdir: string): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: "action/main.ts", post: "action/post.ts" },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: REQUIRE },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  await writeFile(path.join(outdir, "package.json"), '{ "type": "module" }\n');
  await writeFile(path.join(outdir, "THIRD-PARTY-NOTICES.txt"), await thirdPartyNotices(root, metafile));
  return metafile;
}

if (process.argv[1] === import.meta.filename) void buildAction(path.join(root, "action/dist"));
