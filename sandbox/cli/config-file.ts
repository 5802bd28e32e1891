import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { parse } from "yaml";
import { isObject, textOf, type Json, type JsonObject } from "../http/json.ts";
import { cannot, CliFailure } from "./diagnostics.ts";
import { checkFields } from "./known-fields.ts";

/** A bundle with its target chosen, as far as it is known without a request. */
export interface Selected {
  /** Absolute path of the bundle's folder. */
  readonly root: string;
  readonly target: string;
  /** `targets` is merged into the rest. */
  readonly config: JsonObject;
  /** File of each resource, relative to the root, by name such as `resources.jobs.nightly`. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads `databricks.yml` and what it includes, and chooses the target. @throws CliFailure */
export async function loadBundle(root: string, wanted: string | undefined): Promise<Selected> {
  let value = await loadFile(root, "databricks.yml");
  const patterns = asList(value["include"]).map(textOf);
  const included = (await Promise.all(patterns.map((pattern) => matching(root, pattern)))).flat();
  if (included.length > 0) value = { ...value, include: included };
  const files = new Map(resourcesOf(value).map((name) => [name, "databricks.yml"]));
  for (const file of included) {
    const part = await loadFile(root, file);
    value = merge(value, part);
    for (const name of resourcesOf(part)) files.set(name, file);
  }
  checkFields(value);
  const { targets = { default: null }, ...rest } = value;
  const target = chosen(objectOf(targets), wanted);
  const { mode, workspace, run_as } = objectOf(objectOf(targets)[target]);
  const config = merge(rest, {
    ...(workspace === undefined ? {} : { workspace }),
    ...(run_as === undefined ? {} : { run_as }),
    bundle: {
      environment: target,
      target,
      git: { bundle_root_path: "." },
      ...(mode === undefined ? {} : { mode }),
    },
  });
  return { root, target, config, files };
}

export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** Maps are joined key by key; of everything else the later one counts. */
function merge(first: JsonObject, second: JsonObject): JsonObject {
  const merged = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return merged;
}

function chosen(targets: JsonObject, wanted: string | undefined): string {
  const names = Object.keys(targets).sort();
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw new CliFailure(`${wanted}: no such target. Available targets: ${names.join(", ")}`);
  }
  const marked = names.filter((name) => objectOf(targets[name])["default"] === true);
  const [only, ...others] = names.length === 1 ? names : marked;
  if (only === undefined || others.length > 0) throw new CliFailure("please specify target");
  return only;
}

function resourcesOf({ resources }: JsonObject): string[] {
  return Object.entries(objectOf(resources)).flatMap(([kind, named]) =>
    Object.keys(objectOf(named)).map((key) => `resources.${kind}.${key}`),
  );
}

/** One `*` is allowed, in the name of the file. @returns paths with slashes, sorted */
async function matching(root: string, pattern: string): Promise<string[]> {
  const { dir, base } = posix.parse(posix.normalize(pattern));
  if (!/^[\w./-]*$/.test(dir) || !/^[\w.-]*\*?[\w.-]*$/.test(base))
    throw cannot(`include pattern ${pattern}`);
  const wanted = new RegExp(`^${base.replaceAll(".", "\\.").replace("*", ".*")}$`);
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
