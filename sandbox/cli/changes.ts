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
const MAPS = ["tags", "base_parameters", "spark_conf"];

type Values = Readonly<Record<"old" | "new" | "remote", Json | undefined>>;
type Side = "old" | "remote";

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
  const found: [string, Change][] = [];
  const visit = (values: Values, path: string, name: string, sides: readonly Side[]): void => {
    const differing = sides.filter((side) => !isDeepStrictEqual(values[side], values.new));
    const inner = differing.filter((side) => stepsOf(name, values[side], values.new) !== undefined);
    if (inner.length < differing.length) {
      const present = Object.entries(values).filter(([, value]) => value !== undefined);
      found.push([path, { ...decide(path, values, idFields), ...Object.fromEntries(present) }]);
    }
    for (const step of new Set(inner.flatMap((side) => stepsOf(name, values[side], values.new) ?? []))) {
      const [one, two, three] = [values.old, values.new, values.remote].map((value) => childOf(value, step));
      visit({ old: one, new: two, remote: three }, joined(path, name, step), step, inner);
    }
  };
  visit({ old, new: wanted, remote }, "", "", ["old", "remote"]);
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function decide(
  path: string,
  values: Values,
  idFields: readonly string[],
): Pick<Change, "action" | "reason"> {
  if (isDeepStrictEqual(values.new, values.remote)) return { action: "skip", reason: "remote_already_set" };
  if (Object.values(values).every(isEmpty)) return { action: "skip", reason: "empty" };
  if (idFields.includes(path)) return { action: "recreate", reason: "id_field" };
  const unset = values.old === undefined && values.new === undefined;
  const filledIn = BACKEND_DEFAULTS.some(
    ([pattern, value]) => pattern.test(path) && (value === undefined || value === values.remote),
  );
  return unset && filledIn ? { action: "skip", reason: "backend_default" } : { action: "update" };
}

function isEmpty(value: Json | undefined): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "" || value === 0 || value === false;
}

/** What leads to the parts of two values: names of fields, `[task_key='main']` or `[0]`; undefined if they have none in common. */
function stepsOf(name: string, first: Json | undefined, second: Json | undefined): string[] | undefined {
  if (isObject(first) && isObject(second)) return [...Object.keys(first), ...Object.keys(second)];
  if (!Array.isArray(first) || !Array.isArray(second)) return undefined;
  const items = [first, second].flat() as readonly Json[];
  const key = ITEM_KEYS[name];
  // A list of plain values can have the same name: parameters of a job and those of a task.
  if (key !== undefined && items.every(isObject)) return items.map((item) => itemStep(key, item));
  return first.length === second.length ? first.map((_, index) => `[${index}]`) : undefined;
}

function childOf(value: Json | undefined, step: string): Json | undefined {
  if (!Array.isArray(value)) return isObject(value) ? value[step] : undefined;
  const items = value as readonly Json[];
  const key = /^\[(\w+)='/.exec(step)?.[1];
  return key === undefined
    ? items[Number(step.slice(1, -1))]
    : items.find((item) => itemStep(key, item) === step);
}

function itemStep(key: string, item: Json): string {
  return `[${key}='${isObject(item) ? textOf(item[key]) : ""}']`;
}

function joined(path: string, name: string, step: string): string {
  if (step.startsWith("[")) return `${path}${step}`;
  if (MAPS.includes(name)) return `${path}['${step}']`;
  return path === "" ? step : `${path}.${step}`;
}
