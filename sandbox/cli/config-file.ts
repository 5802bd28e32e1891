import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { parse } from "yaml";
import { isObject, textOf, type Json, type JsonObject } from "../http/json.ts";
import { cannot, CliFailure } from "./diagnostics.ts";

/** Settings, and the file of each resource (relative to the bundle) by name such as `resources.jobs.nightly`. */
export interface Config {
  readonly value: JsonObject;
  readonly files: ReadonlyMap<string, string>;
}

/** `databricks.yml` with the files that it includes. @throws CliFailure */
export async function loadConfig(root: string): Promise<Config> {
  let value = await loadFile(root, "databricks.yml");
  const files = new Map(resourcesOf(value).map((name) => [name, "databricks.yml"]));
  const included: string[] = [];
  for (const pattern of asList(value["include"]).map(textOf)) {
    included.push(...(await matching(root, pattern)).filter((file) => !included.includes(file)));
  }
  for (const file of included) {
    const part = await loadFile(root, file);
    value = merge(value, part);
    for (const name of resourcesOf(part)) files.set(name, file);
  }
  return { value: included.length > 0 ? { ...value, include: included } : value, files };
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

export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** Names such as `resources.jobs.nightly`. */
function resourcesOf({ resources }: JsonObject): string[] {
  return Object.entries(objectOf(resources)).flatMap(([kind, named]) =>
    Object.keys(objectOf(named)).map((key) => `resources.${kind}.${key}`),
  );
}

/** Files of one folder whose names fit a pattern with `*`, as paths with slashes, sorted. */
async function matching(root: string, pattern: string): Promise<string[]> {
  const { dir, base } = posix.parse(posix.normalize(pattern));
  if (/[*?[\]{}]/.test(dir) || /[?[\]{}]|\*\*/.test(base)) throw cannot(`include pattern ${pattern}`);
  const wanted = new RegExp(`^${base.replace(/[.+^$()|\\]/g, "\\$&").replaceAll("*", ".*")}$`);
  const names = (await readdir(join(root, dir)).catch(() => [])).filter((name) => wanted.test(name));
  if (names.length === 0 && !base.includes("*")) throw cannot(`include of ${pattern}, which is no file`);
  return names.sort().map((name) => posix.join(dir, name));
}

async function loadFile(root: string, file: string): Promise<JsonObject> {
  const text = await readFile(join(root, file), "utf8").catch((error: unknown) => {
    throw new CliFailure(`failed to load ${file}: ${(error as Error).message}`);
  });
  let value: unknown;
  try {
    value = parse(text, { logLevel: "error", uniqueKeys: false });
  } catch (error) {
    throw cannot(`YAML with mistakes: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw cannot(`${file} that is no map`);
  return value;
}
