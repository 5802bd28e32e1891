import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import type { Metafile } from "esbuild";

/** The licence texts of every package whose code is in a bundle, sorted by name. */
export async function thirdPartyNotices(root: string, metafile: Metafile): Promise<string> {
  const folders = new Set<string>();
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  for (const [input, { bytesInOutput }] of inputs) {
    if (bytesInOutput === 0) continue;
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match?.[1] !== undefined) folders.add(match[1]);
  }
  const notices: string[] = [];
  for (const folder of [...folders].sort()) {
    const absolute = path.join(root, folder);
    const manifest = JSON.parse(await readFile(path.join(absolute, "package.json"), "utf8")) as {
      name: string;
      version: string;
      license: string;
    };
    const file = (await readdir(absolute)).sort().find((name) => /^licen[cs]e/i.test(name));
    const text = file === undefined ? "" : (await readFile(path.join(absolute, file), "utf8")).trim();
    notices.push(
      `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text.replace(/\r\n/g, "\n")}\n`,
    );
  }
  return notices.join(`\n${"-".repeat(80)}\n\n`);
}
