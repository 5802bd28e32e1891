import { isObject, parseJson, type Json, type JsonObject } from "../http/json.ts";
import { CliFailure } from "./diagnostics.ts";

/** A reference of one resource to another. */
export interface Dependency {
  /** Such as `resources.jobs.nightly`. */
  readonly node: string;
  /** As it is written: `${resources.jobs.nightly.id}`. */
  readonly label: string;
}

/** The value of a field of another resource; undefined as long as it is not known. */
export type LookUp = (node: string, field: string) => string | undefined;

const REFERENCE = /\$\{(resources\.[\w-]+\.[\w-]+)\.([\w-]+)\}/g;

/** Every reference in the settings once, by node. */
export function dependenciesOf(settings: JsonObject): Dependency[] {
  const labels = new Map<string, Dependency>();
  for (const text of stringsIn(settings)) {
    for (const [label, node = ""] of text.matchAll(REFERENCE)) labels.set(label, { node, label });
  }
  return [...labels.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** The settings with references resolved; `vars` has those that cannot be yet, by path. */
export function resolveReferences(
  settings: JsonObject,
  lookUp: LookUp,
): { readonly value: JsonObject; readonly vars: Readonly<Record<string, string>> } {
  const vars: Record<string, string> = {};
  const resolve = (value: Json | undefined, path: string): Json => {
    if (Array.isArray(value)) return value.map((item: Json, index) => resolve(item, `${path}[${index}]`));
    if (isObject(value)) {
      const entries = Object.entries(value);
      return Object.fromEntries(
        entries.map(([key, child]) => [key, resolve(child, path === "" ? key : `${path}.${key}`)]),
      );
    }
    if (typeof value !== "string" || value.search(REFERENCE) < 0) return value ?? null;
    // The one number that a reference can be.
    const number = path.endsWith(".job_id");
    const found = [...value.matchAll(REFERENCE)].map(([, node = "", field = ""]) => lookUp(node, field));
    const known = !found.includes(undefined);
    if (!known) vars[path] = value;
    const text = value.replace(REFERENCE, () => found.shift() ?? "");
    return number ? parseJson(known ? text : "0") : text;
  };
  return { value: resolve(settings, "") as JsonObject, vars };
}

/**
 * Names in an order in which each comes after those that it refers to.
 * @throws CliFailure for a circle
 */
export function inOrder(dependencies: ReadonlyMap<string, readonly Dependency[]>): string[] {
  const ordered: string[] = [];
  const visit = (name: string, open: readonly string[]): void => {
    if (ordered.includes(name)) return;
    if (open.includes(name)) throw new CliFailure(`detected cycle: ${[...open, name].join(" -> ")}`);
    for (const { node } of dependencies.get(name) ?? [])
      if (dependencies.has(node)) visit(node, [...open, name]);
    ordered.push(name);
  };
  for (const name of [...dependencies.keys()].sort()) visit(name, []);
  return ordered;
}

function stringsIn(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((item: Json) => stringsIn(item));
  return isObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}
