import { isDeepStrictEqual } from "node:util";
import { isObject, textOf, type Json, type JsonObject } from "../http/json.ts";

/** One entry of `changes` in a plan; what is absent is left out. */
export interface Change {
  readonly action: "skip" | "update" | "recreate";
  readonly reason?: "empty" | "backend_default" | "remote_already_set" | "id_field";
  readonly old?: Json;
  readonly new?: Json;
  readonly remote?: Json;
}

/** Fields that tell the items of a list apart, by the list's name. */
const ITEM_KEYS: Readonly<Record<string, string>> = {
  tasks: "task_key",
  depends_on: "task_key",
  parameters: "name",
  environments: "environment_key",
};

/** What the server fills in where nothing was sent; undefined as value: whatever it is. */
const BACKEND_DEFAULTS: readonly (readonly [RegExp, Json?])[] = [
  [/^format$/, "MULTI_TASK"],
  [/^run_as$/],
  [/^tasks\[[^\]]*\]\.run_if$/, "ALL_SUCCESS"],
  [/^tasks\[[^\]]*\]\.(notebook_task|spark_python_task)\.source$/],
];

/** Maps of the user's own keys; their paths are written in brackets. */
const MAPS = ["tags", "base_parameters"];

/**
 * Compares settings three ways, as the direct engine does: what was deployed, what is wanted, what the workspace has.
 * @param idFields settings that cannot change in place
 */
export function changesOf(
  old: JsonObject,
  wanted: JsonObject,
  remote: JsonObject,
  idFields: readonly string[],
): Record<string, Change> {
  const paths = new Map<string, readonly string[]>();
  for (const other of [old, remote]) {
    for (const path of differences(other, wanted)) paths.set(pathText(path), path);
  }
  const changes = [...paths]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, path]) => {
      const values = { old: at(old, path), new: at(wanted, path), remote: at(remote, path) };
      const present = Object.entries(values).filter(([, value]) => value !== undefined);
      return [text, { ...decide(text, values, idFields), ...Object.fromEntries(present) }] as const;
    });
  return Object.fromEntries(changes);
}

function decide(
  path: string,
  values: { old: Json | undefined; new: Json | undefined; remote: Json | undefined },
  idFields: readonly string[],
): Pick<Change, "action" | "reason"> {
  if (isDeepStrictEqual(values.new, values.remote)) return { action: "skip", reason: "remote_already_set" };
  if (Object.values(values).every(isEmpty)) return { action: "skip", reason: "empty" };
  if (idFields.includes(path)) return { action: "recreate", reason: "id_field" };
  if (values.old === undefined && values.new === undefined) {
    const rule = BACKEND_DEFAULTS.find(([pattern]) => pattern.test(path));
    if (rule !== undefined && (rule[1] === undefined || rule[1] === values.remote)) {
      return { action: "skip", reason: "backend_default" };
    }
  }
  return { action: "update" };
}

function isEmpty(value: Json | undefined): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "" || value === 0 || value === false;
}

/** Steps of a path: names of fields, or `[task_key='main']` and `[0]` for items. */
function differences(
  first: Json | undefined,
  second: Json | undefined,
  path: readonly string[] = [],
): string[][] {
  if (isDeepStrictEqual(first, second)) return [];
  const inner = (steps: readonly string[]): string[][] =>
    [...new Set(steps)].flatMap((step) =>
      differences(at(first, [step]), at(second, [step]), [...path, step]),
    );
  if (isObject(first) && isObject(second)) return inner([...Object.keys(first), ...Object.keys(second)]);
  if (Array.isArray(first) && Array.isArray(second)) {
    const key = ITEM_KEYS[path.at(-1) ?? ""];
    const items = [first, second].flat() as readonly Json[];
    // A list of plain values can have the same name: parameters of a job and those of a task.
    if (key !== undefined && items.every(isObject)) return inner(items.map((item) => itemStep(key, item)));
    if (first.length === second.length) return inner(first.map((_, index) => `[${index}]`));
  }
  return [[...path]];
}

function itemStep(key: string, item: Json): string {
  return `[${key}='${isObject(item) ? textOf(item[key]) : ""}']`;
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found)) {
      const key = /^\[(\w+)='/.exec(step)?.[1];
      const items = found as readonly Json[];
      found =
        key === undefined
          ? items[Number(step.slice(1, -1))]
          : items.find((item) => itemStep(key, item) === step);
    } else {
      found = isObject(found) ? found[step] : undefined;
    }
  }
  return found;
}

function pathText(path: readonly string[]): string {
  return path
    .map((step, index) => {
      if (step.startsWith("[")) return step;
      return MAPS.includes(path[index - 1] ?? "") ? `['${step}']` : `.${step}`;
    })
    .join("")
    .replace(/^\./, "");
}
