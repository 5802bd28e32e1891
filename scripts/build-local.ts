import { build } from "esbuild";

/** Builds the laptop command into one file, so that an install from a git URL needs nothing else. */
await build({
  entryPoints: ["local/main.ts"],
  outfile: "local/dist/databricks-secretless.js",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  banner: {
    js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
  },
});
