import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build, type Metafile } from "esbuild";
import { thirdPartyNotices } from "./notices.ts";

export const root = path.resolve(import.meta.dirname, "..");

/** CommonJS packages inside an ESM bundle need `require` for Node's own modules, some also where they lie. */
const COMMONJS = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;",
].join(" ");

/** Bundles a shell with `main` and `post` into `outdir`: ESM with code splitting, readable, not minified. */
export async function bundleShell(shell: string, outdir: string): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: `${shell}/main.ts`, post: `${shell}/post.ts` },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: COMMONJS },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  await writeFile(path.join(outdir, "package.json"), '{ "type": "module" }\n');
  await writeFile(path.join(outdir, "THIRD-PARTY-NOTICES.txt"), await thirdPartyNotices(root, metafile));
  return metafile;
}
