import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { thirdPartyNotices } from "./notices.ts";

export const root = path.resolve(import.meta.dirname, "..");

/** CommonJS packages inside an ESM bundle need `require` for Node's own modules, some also where they lie. */
const COMMONJS = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;",
].join(" ");

/**
 * Modules of @actions/core do nothing when they are loaded, but its package.json does not say so. Said here, esbuild leaves
 * out what is not used: the HTTP client (undici) behind its own way to ask for ID tokens, 800 KB.
 */
const WITHOUT_SIDE_EFFECTS: Plugin = {
  name: "without side effects",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@actions\// }, async ({ path: name, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === WITHOUT_SIDE_EFFECTS) return undefined;
      const found = await resolve(name, { kind, importer, resolveDir, pluginData: WITHOUT_SIDE_EFFECTS });
      return { ...found, sideEffects: false };
    });
  },
};

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
    plugins: [WITHOUT_SIDE_EFFECTS],
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  await writeFile(path.join(outdir, "package.json"), '{ "type": "module" }\n');
  await writeFile(path.join(outdir, "THIRD-PARTY-NOTICES.txt"), await thirdPartyNotices(root, metafile));
  return metafile;
}
