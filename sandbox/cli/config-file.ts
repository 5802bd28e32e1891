import { readdir, readFile } from "node:fs/promises";
import { join, posix, sep } from "node:path";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import { isObject, textOf, type Json, type JsonObject } from "../http/json.ts";
import { cannot, CliFailure, type Location } from "./diagnostics.ts";

/** Where a setting is written: its key (for map entries) and its value. */
export interface Place {
  readonly key: Location | undefined;
  readonly value: Location;
}

/** Settings with their places by path, such as `resources.jobs.nightly.tasks[0].task_key`. */
export interface Config {
  readonly value: JsonObject;
  readonly places: Map<string, Place>;
}

export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** `databricks.yml` with the files that it includes. @throws CliFailure */
export async function loadConfig(root: string): Promise<Config> {
  const config = await loadFile(root, "databricks.yml");
  const include = config.value["include"] ?? [];
  if (!Array.isArray(include)) throw new CliFailure(cannot("include that is no list", "include"));
  const files: string[] = [];
  for (const pattern of (include as readonly Json[]).map(textOf)) {
    const matches = await glob(root, pattern);
    if (matches.length === 0 && !pattern.includes("*")) {
      const location = config.places.get("include")?.value;
      const summary = `${pattern} defined in 'include' section does not match any files`;
      throw new CliFailure({ severity: "Error", summary, location });
    }
    files.push(...matches.filter((file) => !files.includes(file)));
  }
  let value = config.value;
  for (const file of files) {
    const part = await loadFile(root, file);
    value = merge(value, part.value);
    for (const [path, place] of part.places) config.places.set(path, place);
  }
  if (files.length > 0) value = { ...value, include: files };
  return { value, places: config.places };
}

/** Maps are joined key by key; of everything else the later one counts. */
export function merge(first: JsonObject, second: JsonObject): JsonObject {
  const merged = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return merged;
}

/** Files that fit a pattern with `*` in its segments, as paths with slashes, sorted. */
async function glob(root: string, pattern: string): Promise<string[]> {
  if (pattern.includes("**")) throw new CliFailure(cannot(`include pattern ${pattern}`, "include"));
  let found = [""];
  for (const segment of posix.normalize(pattern).split("/")) {
    const wanted = new RegExp(`^${segment.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*")}$`);
    const next: string[] = [];
    for (const folder of found) {
      const names = segment === ".." ? [".."] : await readdir(join(root, folder)).catch(() => []);
      next.push(...names.filter((name) => wanted.test(name)).map((name) => posix.join(folder, name)));
    }
    found = next;
  }
  return found.sort();
}

async function loadFile(root: string, file: string): Promise<Config> {
  const path = join(root, ...file.split("/"));
  const fail = (text: string) => new CliFailure(`failed to load ${path}: ${text}`);
  const lines = new LineCounter();
  const document = parseDocument(await readFile(path, "utf8"), { lineCounter: lines, uniqueKeys: false });
  const problem = [...document.errors, ...document.warnings][0];
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line ?? 1;
    throw fail(`yaml: line ${line}: ${problem.message.split("\n")[0]?.replace(/ at line .*$/, "") ?? ""}`);
  }
  const places = new Map<string, Place>();
  const locate = (node: Node | null): Location => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    return { file: file.split(sep).join("/"), line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const value =
    document.contents === null ? {} : valueOf(document.contents, "", undefined, document, locate, places);
  if (!isObject(value)) throw fail(":0:0: expected a map");
  return { value, places };
}

function valueOf(
  node: Node | null,
  path: string,
  key: Location | undefined,
  document: Document,
  locate: (node: Node | null) => Location,
  places: Map<string, Place>,
): Json {
  places.set(path, { key, value: node === null && key !== undefined ? key : locate(node) });
  if (node === null) return null;
  if (isAlias(node)) {
    return valueOf((node.resolve(document) as Node | undefined) ?? null, path, key, document, locate, places);
  }
  if (isScalar(node)) return node.value as Json;
  if (isSeq<Node>(node)) {
    return node.items.map((item, index) =>
      valueOf(item, joinPath(path, index), undefined, document, locate, places),
    );
  }
  if (!isMap<Node, Node | null>(node)) throw new CliFailure(cannot("this YAML", path, locate(node)));
  const object: JsonObject = {};
  for (const { key: keyNode, value } of node.items) {
    const name = isScalar(keyNode) ? String(keyNode.value) : "<<";
    if (name === "<<") throw new CliFailure(cannot("YAML merge and complex keys", path, locate(keyNode)));
    object[name] = valueOf(value, joinPath(path, name), locate(keyNode), document, locate, places);
  }
  return object;
}
