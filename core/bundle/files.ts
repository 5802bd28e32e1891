import { posix, win32, type PlatformPath } from "node:path";
import { SecretlessError, type Mistake } from "../base/errors.ts";
import { RefusedFile } from "../base/checkout-file.ts";
import type { Platform } from "../base/ports.ts";
import { quote } from "../base/quote.ts";
import { BundleYamlError, parseBundleYaml, type BundleValue } from "./yaml.ts";
import { isInside, pathForPeople } from "../base/paths.ts";
import { diskTree, readOwn, type Tree } from "../base/tree.ts";
import { glob, PatternError } from "./include-glob.ts";

/** In the order of the CLI, which refuses a folder that has two of them. */
export const ROOT_NAMES: readonly string[] = [
  "databricks.yml",
  "databricks.yaml",
  "bundle.yml",
  "bundle.yaml",
];

export interface BundleFile {
  /** Absolute. */
  readonly path: string;
  /** For people: relative to the checkout with `/`, or absolute if it is not in there. */
  readonly name: string;
  readonly value: BundleValue;
}

export interface BundleLocation {
  /** Absolute path of the folder of `databricks.yml`. */
  readonly root: string;
  /** Absolute path of the checkout. */
  readonly checkout: string;
  readonly platform: Platform;
  /** Default: the real files. */
  readonly tree?: Tree;
}

interface Location extends Required<BundleLocation> {
  /** What no file of the bundle may lie outside of. */
  readonly bounds: string;
}

/**
 * Reads the bundle's configuration as the CLI does: the root file, then what its `include` patterns match, in the order
 * in which the CLI merges them. (A `preinit` script may still change these files; docs/security.md.)
 * @throws SecretlessError `BUNDLE_NOT_FOUND` or `BUNDLE_INVALID`, with all mistakes
 */
export async function readBundleFiles(given: BundleLocation): Promise<readonly BundleFile[]> {
  const location = await withoutLinks(given);
  const path = location.platform.os === "win32" ? win32 : posix;
  const mistakes: Mistake[] = [];
  const first = await readBundleFile(await findRootFile(location, path), location, mistakes);
  const included = first ? await includedFiles(first, location, path, mistakes) : [];
  const files = await Promise.all(included.map((file) => readBundleFile(file, location, mistakes)));
  if (mistakes.length > 0) throw invalidBundle(mistakes);
  return [first, ...files].filter((file) => file !== undefined);
}

/**
 * The CLI sees its working folder without symbolic links: `../` in `include` must mean the same to us. A folder that lies
 * in the checkout by its name must really be there: a link that leads out was put in its place by whoever edits the
 * repository. One that the workflow names elsewhere is a checkout of its own.
 */
async function withoutLinks(given: BundleLocation): Promise<Location> {
  const { platform, tree = diskTree } = given;
  const [root, checkout] = await Promise.all([tree.real(given.root), tree.real(given.checkout)]);
  const location = { root, checkout, platform, tree };
  if (isInside(root, checkout, platform)) return { ...location, bounds: checkout };
  if (!isInside(given.root, given.checkout, platform)) return { ...location, bounds: root };
  throw invalidBundle([
    {
      problem: "The folder of the bundle is a link that leads out of the checkout.",
      expected: "a folder of the checkout",
      actual: displayName(given.root, given),
      remedy: "Set `bundle-root` to the folder of databricks.yml itself.",
    },
  ]);
}

/** `BUNDLE_INVALID` for these mistakes. */
export function invalidBundle(mistakes: readonly Mistake[]): SecretlessError {
  const [first] = mistakes;
  if (mistakes.length === 1 && first) return new SecretlessError("BUNDLE_INVALID", first);
  return new SecretlessError("BUNDLE_INVALID", {
    problem: `The bundle's configuration has ${String(mistakes.length)} mistakes.`,
    mistakes,
  });
}

/** What `read` finds; `BUNDLE_INVALID` where the CLI would refuse a file for what stands at this place. */
export function readingBundle<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BundleYamlError)) throw error;
    const { message, place, remedy } = error;
    throw invalidBundle([{ problem: message, place, ...(remedy !== undefined && { remedy }) }]);
  }
}

function displayName(file: string, { checkout, platform }: BundleLocation): string {
  return pathForPeople(file, checkout, platform);
}

async function readBundleFile(
  path: string,
  location: Location,
  mistakes: Mistake[],
): Promise<BundleFile | undefined> {
  const name = displayName(path, location);
  try {
    const bytes = await readOwn(path, location.bounds, location);
    if (bytes === undefined) throw new RefusedFile("is not there any more");
    const parsed = parseBundleYaml(bytes, name);
    if ("value" in parsed) return { path, name, value: parsed.value };
    mistakes.push(...parsed.mistakes);
  } catch (error) {
    mistakes.push({ problem: whyUnread(error), place: { file: name } });
  }
  return undefined;
}

function whyUnread(error: unknown): string {
  if (error instanceof RefusedFile) return `The file is not read: it ${error.message}.`;
  return `The file cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`;
}

async function includedFiles(
  root: BundleFile,
  location: Location,
  path: PlatformPath,
  mistakes: Mistake[],
): Promise<string[]> {
  const seen = new Set<string>(ROOT_NAMES);
  const files: string[] = [];
  for (const { text, place } of includePatterns(root.value)) {
    const wrong = (problem: string, remedy = "Correct the pattern, or take it out.") => {
      const expected = "paths of YAML or JSON files of the checkout, relative to the bundle";
      mistakes.push({ problem, expected, actual: quote(text), remedy, place });
    };
    if (path.isAbsolute(text)) {
      wrong(`\`include\` takes paths relative to the bundle, not \`${quote(text)}\`.`);
      continue;
    }
    let outside = false as boolean;
    const inside = async (folder: string): Promise<boolean> => {
      const known = isInside(await location.tree.real(folder), location.bounds, location.platform);
      outside ||= !known;
      return known;
    };
    if (!/[*?[]/.test(text)) await inside(path.dirname(path.join(location.root, text)));
    const matches = await matchesOf(text, location, path, inside);
    if (outside) wrong(`The \`include\` pattern \`${quote(text)}\` leads out of the checkout.`);
    else if (!matches) wrong(`The \`include\` pattern \`${quote(text)}\` is malformed.`);
    else if (matches.length === 0 && !/[*?[]/.test(text))
      wrong(`\`include\` names \`${quote(text)}\`, which does not exist.`);
    const fresh = (matches ?? [])
      .map((match) => path.relative(location.root, match))
      .filter((name) => !seen.has(name));
    for (const name of fresh.sort(byBytes)) {
      seen.add(name);
      if (/\.(ya?ml|json)$/.test(name)) files.push(path.join(location.root, name));
      else
        wrong(
          `\`include\` takes YAML and JSON files alone, not \`${quote(name)}\`.`,
          "Files to upload belong into `sync.include`.",
        );
    }
  }
  return files;
}

async function matchesOf(
  pattern: string,
  { root, tree }: Location,
  path: PlatformPath,
  inside: (folder: string) => Promise<boolean>,
): Promise<string[] | undefined> {
  try {
    return await glob(path.join(root, pattern).replace(/(?<=.)[\\/]$/, ""), path, tree, inside);
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}

function includePatterns(root: BundleValue) {
  return readingBundle(() => {
    const include = root.kind === "map" ? root.entries().get("include") : undefined;
    return include?.kind === "sequence" ? include.items().filter((item) => item.kind === "text") : [];
  });
}

/** As Go sorts texts. */
function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

async function findRootFile(location: Location, path: PlatformPath): Promise<string> {
  const { root } = location;
  const found: string[] = [];
  for (const name of ROOT_NAMES) {
    if ((await location.tree.size(path.join(root, name))) !== undefined) found.push(path.join(root, name));
  }
  const [file, second] = found;
  if (file === undefined) throw await notFound(location, path);
  if (second !== undefined) {
    throw invalidBundle([
      {
        problem: "The bundle has several root files, and the Databricks CLI takes none of them then.",
        actual: found.map((one) => displayName(one, location)).join(", "),
        remedy: "Keep one of them.",
      },
    ]);
  }
  const [odd] = /[*?[\]^]/.exec(root) ?? [];
  if (odd === undefined) return file;
  throw invalidBundle([
    {
      problem: `The path of the bundle contains \`${odd}\`, which the Databricks CLI does not accept.`,
      actual: root,
      remedy: "Check out or move the bundle to a folder without *, ?, [, ] and ^ in its path.",
    },
  ]);
}

async function notFound(location: Location, path: PlatformPath): Promise<SecretlessError> {
  const { root, checkout, platform, tree } = location;
  if ((await tree.size(root)) !== undefined) {
    return new SecretlessError("BUNDLE_NOT_FOUND", {
      problem: "`bundle-root` names a file.",
      expected: "the folder of databricks.yml",
      actual: displayName(root, location),
      remedy: `Name its folder: \`${displayName(path.dirname(root), location) || "."}\`.`,
    });
  }
  const entries = await tree.list(root).catch(() => undefined);
  const near: string[] = [];
  for (const entry of entries ?? []) {
    const inside = path.join(root, entry.name);
    if (/^(databricks|bundle)\b.*\.(ya?ml|json|tmpl)$/i.test(entry.name)) near.push(inside);
    else if (entry.type === "folder" && (await hasRootFile(inside, path, tree))) near.push(inside);
  }
  let above: string | undefined;
  for (let folder = path.dirname(root); isInside(folder, checkout, platform); folder = path.dirname(folder)) {
    if (!(await hasRootFile(folder, path, tree))) continue;
    above ??= folder;
    near.push(folder);
  }
  const shown = near.slice(0, 5).map((one) => displayName(one, location) || ".");
  return new SecretlessError("BUNDLE_NOT_FOUND", {
    problem: "There is no bundle in this folder.",
    expected: `${ROOT_NAMES.join(", ")} in ${displayName(root, location) || "the checkout"}`,
    actual: entries
      ? shown.length > 0
        ? `nearby: ${shown.join(", ")}`
        : "none of them"
      : "the folder does not exist",
    remedy: [
      ...(above === undefined
        ? []
        : [
            `The Databricks CLI would take the bundle of the folder above; this step deploys what \`bundle-root\` names: set it to \`${displayName(above, location) || "."}\`.`,
          ]),
      "Set `bundle-root` to the folder of databricks.yml, relative to the checkout, and check that the repository is checked out before this step.",
    ].join(" "),
  });
}

async function hasRootFile(folder: string, path: PlatformPath, tree: Tree): Promise<boolean> {
  const present = await Promise.all(ROOT_NAMES.map((name) => tree.size(path.join(folder, name))));
  return present.some((size) => size !== undefined);
}
