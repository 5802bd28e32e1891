import { isObject, parseJson, writeJson, type Json, type JsonObject } from "../http/json.ts";
import { objectOf } from "./config-file.ts";
import { cannot, CliFailure } from "./diagnostics.ts";

/** A reference of one resource to another. */
export interface Dependency {
  /** Such as `resources.jobs.nightly`. */
  readonly node: string;
  /** As it is written: `${resources.jobs.nightly.id}`. */
  readonly label: string;
}

/** The value of a field of another resource; undefined as long as it is not known. */
export type LookUp = (node: string, field: string) => string | undefined;

const TO_RESOURCE = /\$\{(resources\.[\w-]+\.[\w-]+)\.([\w-]+)\}/g;
const TO_SETTING = /\$\{((?!resources\.)[a-zA-Z][\w-]*(?:\.[\w-]+)*)\}/g;
/** References to references, before they are taken for a circle. */
const DEEPEST = 20;

/** Every string in a value, replaced by what `change` makes of it; its path is `tasks[0].task_key`. */
function mapStrings(value: Json | undefined, change: (text: string, path: string) => Json, path = ""): Json {
  if (typeof value === "string") return change(value, path);
  if (Array.isArray(value))
    return value.map((item: Json, index) => mapStrings(item, change, `${path}[${index}]`));
  if (!isObject(value)) return value ?? null;
  const inner = (key: string): string => (path === "" ? key : `${path}.${key}`);
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, mapStrings(child, change, inner(key))]),
  );
}

/**
 * Resolves `${bundle.*}`, `${workspace.*}` and `${var.*}` against one tree; what refers to `resources.*` stays. A string
 * that is one reference takes the type of what it refers to.
 * @throws CliFailure
 */
export function interpolate(value: Json | undefined, tree: JsonObject, depth = 0): Json {
  if (depth > DEEPEST) throw cannot("references in a circle");
  const lookup = (reference: string): Json => {
    const path = reference.replace(/^var\.([\w-]+)$/, "variables.$1.value").split(".");
    const found = path.reduce<Json | undefined>((object, key) => objectOf(object)[key], tree);
    if (found === undefined) throw new CliFailure(`reference does not exist: \${${reference}}`);
    return interpolate(found, tree, depth + 1);
  };
  return mapStrings(value, (text) => {
    const [whole] = text.matchAll(TO_SETTING);
    if (whole?.[1] !== undefined && whole[0] === text) return lookup(whole[1]);
    return text.replace(TO_SETTING, (_, path: string) => {
      const one = lookup(path);
      return typeof one === "string" ? one : writeJson(one);
    });
  });
}

/** Every reference to a resource in the settings once, by label. */
export function dependenciesOf(settings: JsonObject): Dependency[] {
  const found = [...JSON.stringify(settings).matchAll(TO_RESOURCE)];
  const labels = new Map(found.map(([label, node = ""]) => [label, { node, label }]));
  return [...labels.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** The settings with references to resources resolved; `vars` has those that cannot be yet, by path. */
export function resolveReferences(
  settings: JsonObject,
  lookUp: LookUp,
): { readonly value: JsonObject; readonly vars: Readonly<Record<string, string>> } {
  const vars: Record<string, string> = {};
  const value = mapStrings(settings, (text, path) => {
    const found = [...text.matchAll(TO_RESOURCE)].map(([, node = "", field = ""]) => lookUp(node, field));
    if (found.length === 0) return text;
    const known = !found.includes(undefined);
    if (!known) vars[path] = text;
    const resolved = text.replace(TO_RESOURCE, () => found.shift() ?? "");
    // The one number that a reference can be.
    return path.endsWith(".job_id") ? parseJson(known ? resolved : "0") : resolved;
  });
  return { value: value as JsonObject, vars };
}

/** Names in an order in which each comes after those that it refers to. */
export function inOrder(dependencies: ReadonlyMap<string, readonly Dependency[]>): string[] {
  const seen = new Set<string>();
  const visit = (name: string): string[] => {
    if (seen.has(name) || !dependencies.has(name)) return [];
    seen.add(name);
    return [...(dependencies.get(name) ?? []).flatMap(({ node }) => visit(node)), name];
  };
  return [...dependencies.keys()].sort().flatMap(visit);
}
