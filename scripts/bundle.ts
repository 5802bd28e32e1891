import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
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
  setup(esbuild) {
    esbuild.onResolve(
      { filter: /^@actions\// },
      async ({ path: name, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === WITHOUT_SIDE_EFFECTS) return undefined;
        const found = await esbuild.resolve(name, {
          kind,
          importer,
          resolveDir,
          pluginData: WITHOUT_SIDE_EFFECTS,
        });
        return { ...found, sideEffects: false };
      },
    );
  },
};

/** Of package.json, what the product says of itself: a new version of a tool changes no byte of what is built. */
const ABOUT_ITSELF: Plugin = {
  name: "about itself",
  setup(esbuild) {
    const file = path.join(root, "package.json");
    esbuild.onLoad({ filter: /[\\/]package\.json$/ }, async ({ path: loaded }) => {
      if (path.relative(file, loaded) !== "") return undefined;
      const { name, version } = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
      return { contents: JSON.stringify({ name, version }), loader: "json" };
    });
  },
};

/**
 * Bundles a shell with `main` and `post` into `outdir`: ESM with code splitting, readable, not minified. Each of the two
 * has its own copy of what both use: in files between them, main would find its first request later.
 */
export async function bundleShell(shell: string, outdir: string): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  const entryOf = (name: string): string =>
    path
      .relative(root, path.resolve(outdir, `${name}.js`))
      .split(path.sep)
      .join("/");
  const main = await bundle(shell, "main", outdir);
  const post = await bundle(shell, "post", outdir);
  const outputs = { ...main.outputs, ...post.outputs };
  // esbuild leaves a chunk for `import()` in a function that nobody calls, though the function itself is left out.
  const loaded = loadedBy(outputs, ["main", "post"].map(entryOf));
  for (const name of Object.keys(outputs)) if (!loaded.has(name)) await rm(path.join(root, name));
  const metafile = {
    inputs: { ...main.inputs, ...post.inputs },
    outputs: Object.fromEntries(Object.entries(outputs).filter(([name]) => loaded.has(name))),
  };
  await writeFile(path.join(outdir, "package.json"), '{ "type": "module" }\n');
  await writeFile(path.join(outdir, "THIRD-PARTY-NOTICES.txt"), await thirdPartyNotices(root, metafile));
  return metafile;
}

/** The laptop command, as package.json's `bin` names it: one file that needs nothing else. */
export async function bundleLocal(outdir: string): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { "databricks-secretless": "local/main.ts" },
    outdir,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    banner: { js: `#!/usr/bin/env node\n${COMMONJS}` },
    plugins: [WITHOUT_SIDE_EFFECTS, ABOUT_ITSELF],
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  await writeFile(path.join(outdir, "THIRD-PARTY-NOTICES.txt"), await thirdPartyNotices(root, metafile));
  return metafile;
}

/** The outputs that are loaded, at once or later, by these. */
function loadedBy(outputs: Metafile["outputs"], entries: readonly string[]): ReadonlySet<string> {
  const loaded = new Set(entries);
  for (const name of loaded)
    for (const { path: imported, external } of outputs[name]?.imports ?? [])
      if (external !== true) loaded.add(imported);
  return loaded;
}

async function bundle(shell: string, name: "main" | "post", outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { [name]: `${shell}/${name}.ts` },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: COMMONJS },
    plugins: [WITHOUT_SIDE_EFFECTS, ABOUT_ITSELF],
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  for (const [file, output] of Object.entries(metafile.outputs)) output.bytes = await withoutUnused(file);
  return metafile;
}

/** Takes the lines for CommonJS out of a file that has none. @returns the bytes of the file then */
async function withoutUnused(name: string): Promise<number> {
  const file = path.join(root, name);
  const text = await readFile(file, "utf8");
  const rest = text.slice(COMMONJS.length + 1);
  const short = text.startsWith(COMMONJS) && !/\b(?:require|__filename|__dirname)\b/.test(rest);
  if (short) await writeFile(file, rest);
  return Buffer.byteLength(short ? rest : text);
}
