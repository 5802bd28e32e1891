import type { PlatformPath } from "node:path";
import type { Tree } from "../base/tree.ts";

/** A pattern that the CLI refuses (`syntax error in pattern`). */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/**
 * The existing paths that `pattern` (absolute) matches, as the CLI's `filepath.Glob` of Go finds them: `*` and `?` stay
 * within one folder and match leading dots, there is no `**`, `[^…]` negates, a backslash escapes except on Windows, and
 * folders that cannot be read are passed over, and those of which `mayList` says no. A folder whose name is no UTF-8 cannot
 * be opened by the name that Node gives it: it is found in place of what may be in it.
 * @throws PatternError
 */
export async function glob(
  pattern: string,
  path: PlatformPath,
  tree: Tree,
  mayList: (folder: string) => Promise<boolean> = () => Promise.resolve(true),
): Promise<string[]> {
  matcher(pattern, path);
  if (!isPattern(pattern, path)) return (await exists(pattern, tree)) ? [pattern] : [];
  const folder = path.dirname(pattern);
  const name = matcher(path.basename(pattern), path);
  const found: string[] = [];
  for (const parent of folder === pattern ? [] : await glob(folder, path, tree, mayList)) {
    const entries = (await mayList(parent)) ? await tree.list(parent).catch(() => undefined) : [];
    // The CLI reads it all the same: it is told as something that cannot be read.
    if (entries === undefined && parent.includes("\ufffd")) found.push(parent);
    if (entries === undefined) continue;
    const names = entries.map((entry) => entry.name).filter((entry) => name.test(entry));
    found.push(...names.map((entry) => path.join(parent, entry)));
  }
  return found;
}

async function exists(file: string, tree: Tree): Promise<boolean> {
  const isFolder = (): Promise<boolean> =>
    tree.list(file).then(
      () => true,
      () => false,
    );
  return (await tree.size(file)) !== undefined || isFolder();
}

function isPattern(text: string, path: PlatformPath): boolean {
  return path.sep === "/" ? /[*?[\\]/.test(text) : /[*?[]/.test(text);
}

/**
 * Go's `filepath.Match` as a regular expression.
 * @throws PatternError
 */
export function matcher(pattern: string, path: PlatformPath): RegExp {
  const escapes = path.sep === "/";
  const codes = Array.from(pattern, (character) => character.codePointAt(0) ?? 0);
  let index = 0;
  const is = (character: string) => codes[index] === character.codePointAt(0);
  const next = (): number => {
    const code = codes[index++];
    if (code === undefined) throw new PatternError(pattern);
    return code;
  };
  const escapable = (): number => {
    if (escapes && is("\\")) index++;
    return next();
  };
  const bound = (): number => {
    if (is("-") || is("]")) throw new PatternError(pattern);
    return escapable();
  };
  const characterClass = (): string => {
    const negated = is("^");
    if (negated) index++;
    let ranges = "";
    do {
      const low = bound();
      const isRange = is("-");
      if (isRange) index++;
      const high = isRange ? bound() : low;
      // Go takes an upside-down range as one that matches nothing.
      if (low <= high) ranges += `${literal(low)}-${literal(high)}`;
    } while (!is("]"));
    index++;
    return `[${negated ? "^" : ""}${ranges}]`;
  };
  let source = "";
  while (index < codes.length) {
    if (is("*") || is("?") || is("[")) {
      const operator = String.fromCodePoint(next());
      source += operator === "[" ? characterClass() : operator === "*" ? "[^/]*" : "[^/]";
    } else {
      source += literal(escapable());
    }
  }
  return new RegExp(`^${source}$`, "su");
}

function literal(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
