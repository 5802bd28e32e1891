import { dirname, join, posix, relative, sep } from "node:path";
import { parseAllDocuments, isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import { globFiles } from "./artifact-glob.ts";
import { readText, type Tree } from "../base/tree.ts";

/**
 * What the bundle says of the files it uploads (docs.databricks.com, bundle settings, `sync` and `artifacts`). Patterns
 * are relative to the bundle's root, with slashes.
 */
export interface SyncRules {
  readonly paths: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Patterns of local files that are uploaded as artifacts or libraries. */
  readonly artifacts: readonly string[];
  /** Absolute paths of all YAML files of the bundle, `databricks.yml` first. */
  readonly configuration: readonly string[];
  /** What could not be resolved, for the report. */
  readonly notes: readonly string[];
}

const BUNDLE_FILES = ["databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"];

interface Collected {
  paths: string[] | undefined;
  include: string[];
  exclude: string[];
  artifacts: string[];
  notes: string[];
}

const strings = (map: YAMLMap | undefined, key: string): string[] => {
  const list = map?.get(key, true);
  if (!isSeq(list)) return [];
  return list.items.flatMap((item) => (isScalar(item) && typeof item.value === "string" ? [item.value] : []));
};

const child = (map: unknown, key: string): YAMLMap | undefined => {
  const found = isMap(map) ? map.get(key, true) : undefined;
  return isMap(found) ? found : undefined;
};

/** The target that applies: the one asked for, the one marked as default, or the only one. */
function targetOf(root: unknown, target: string | undefined): string | undefined {
  const targets = child(root, "targets");
  if (target !== undefined || targets === undefined) return target;
  const names = targets.items.map((pair) => String(pair.key));
  return (
    names.find((name) => child(targets, name)?.get("default") === true) ??
    (names.length === 1 ? names[0] : undefined)
  );
}

/** Keys of tasks and environments whose values may be local files that are uploaded. */
const LIBRARY_KEYS = new Set(["whl", "jar", "egg", "dependencies", "requirements", "source"]);

function collectLibraries(node: unknown, key: string, found: string[]): void {
  if (isMap(node)) for (const pair of node.items) collectLibraries(pair.value, String(pair.key), found);
  else if (isSeq(node)) for (const item of node.items) collectLibraries(item, key, found);
  else if (isScalar(node) && typeof node.value === "string" && LIBRARY_KEYS.has(key)) {
    const local =
      /[/*]/.test(node.value) &&
      !/^(?:\/|dbfs:|s3:|abfss?:|gs:|https?:|-)/.test(node.value) &&
      !node.value.includes("${");
    if (local && /\.(?:whl|jar|egg|zip|txt)$/.test(node.value)) found.push(node.value);
  }
}

function collect(root: unknown, folder: string, target: string | undefined, into: Collected): void {
  const rebase = (pattern: string): string => posix.join(folder, pattern);
  for (const part of [root, target === undefined ? undefined : child(child(root, "targets"), target)]) {
    const sync = child(part, "sync");
    const usable = (key: string): string[] => {
      const all = strings(sync, key);
      const computed = all.filter((pattern) => pattern.includes("${"));
      if (computed.length > 0)
        into.notes.push(`sync.${key} has variables that are not resolved here: ${computed.join(", ")}`);
      return all.filter((pattern) => !pattern.includes("${")).map(rebase);
    };
    if (sync?.has("paths") === true) into.paths = [...(into.paths ?? []), ...usable("paths")];
    into.include.push(...usable("include"));
    into.exclude.push(...usable("exclude"));
    for (const pair of child(part, "artifacts")?.items ?? []) {
      const artifact = pair.value;
      const path = isMap(artifact) ? artifact.get("path") : undefined;
      const built = isMap(artifact) && artifact.get("type") === "whl" ? ["dist/*.whl"] : [];
      into.artifacts.push(
        ...built.map((pattern) => posix.join(folder, typeof path === "string" ? path : ".", pattern)),
      );
    }
    const libraries: string[] = [];
    collectLibraries(part, "", libraries);
    into.artifacts.push(...libraries.map(rebase));
  }
}

/**
 * Reads `databricks.yml` and the files it includes, as far as that goes without a workspace. YAML that cannot be parsed
 * is noted: the Databricks CLI will say what is wrong with it.
 */
export async function readSyncRules(
  bundleRoot: string,
  target: string | undefined,
  tree: Tree,
): Promise<SyncRules> {
  const into: Collected = { paths: undefined, include: [], exclude: [], artifacts: [], notes: [] };
  const configuration: string[] = [];
  const load = async (file: string): Promise<unknown> => {
    configuration.push(file);
    try {
      const [document] = parseAllDocuments(await readText(tree, file));
      if (document !== undefined && "contents" in document && document.errors.length === 0)
        return document.contents;
    } catch {
      // Reported below, like a syntax error.
    }
    into.notes.push(`${relative(bundleRoot, file).split(sep).join("/")} cannot be read as YAML`);
    return undefined;
  };
  const sizes = await Promise.all(BUNDLE_FILES.map((name) => tree.size(join(bundleRoot, name))));
  const main = BUNDLE_FILES.find((_name, index) => sizes[index] !== undefined);
  if (main !== undefined) {
    const root = await load(join(bundleRoot, main));
    const selected = targetOf(root, target);
    collect(root, ".", selected, into);
    const includes = strings(isMap(root) ? root : undefined, "include").filter(
      (pattern) => !pattern.includes("${"),
    );
    for (const file of await globFiles(bundleRoot, includes, tree)) {
      if (!/\.ya?ml$/.test(file)) continue;
      const folder = posix.normalize(relative(bundleRoot, dirname(file)).split(sep).join("/") || ".");
      collect(await load(file), folder, selected, into);
    }
  }
  const { paths = ["."], include, exclude, notes } = into;
  return { paths, include, exclude, notes, artifacts: [...new Set(into.artifacts)], configuration };
}
