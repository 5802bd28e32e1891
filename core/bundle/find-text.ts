import { readCheckoutText } from "../base/checkout-file.ts";
import type { Place } from "../base/errors.ts";
import { readBundleFiles, type BundleLocation } from "./files.ts";

/**
 * Where a text stands in the bundle's configuration, for an error that names no place; the first of `texts` that is there
 * counts. Undefined if none is, or the files cannot be read.
 */
export async function findText(
  texts: readonly string[],
  location: BundleLocation,
): Promise<Place | undefined> {
  const files = await readBundleFiles(location).catch(() => []);
  const sources = await Promise.all(
    files.map(async ({ path, name }) => {
      const text = await readCheckoutText(path, location);
      return { name, lines: (text ?? "").split(/\r?\n/) };
    }),
  ).catch(() => []);
  for (const text of texts) {
    for (const { name, lines } of sources) {
      const index = lines.findIndex((line) => line.includes(text) && !line.trimStart().startsWith("#"));
      if (index >= 0) return { file: name, line: index + 1, column: (lines[index] ?? "").indexOf(text) + 1 };
    }
  }
  return undefined;
}
