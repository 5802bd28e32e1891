/** A line of `sha256sum`: hash, a blank, a blank (text) or an asterisk (binary), name. */
const LINE = /^([\da-f]{64}) [ *](\S(?:.*\S)?)$/i;

/**
 * The hashes of a `SHA256SUMS` file as `sha256sum` writes it, by file name, in lower case. Blank lines are skipped.
 * Undefined if any line is something else, or one file has two hashes: then it is no such file.
 */
export function parseChecksums(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const [, hash, name] = LINE.exec(line) ?? [];
    if (hash === undefined || name === undefined) return undefined;
    const lower = hash.toLowerCase();
    if ((found.get(name) ?? lower) !== lower) return undefined;
    found.set(name, lower);
  }
  return found;
}
