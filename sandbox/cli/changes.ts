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
const MAPS = ["base_parameters", "spark_conf"];

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
    const parts = {
      old: partsOf(name, values.old),
      new: partsOf(name, values.new),
      remote: partsOf(name, values.remote),
    };
    const inner = differing.filter((side) => comparable(parts.new, parts[side]));
    if (inner.length < differing.length) {
      const present = Object.entries(values).filter(([, value]) => value !== undefined);
      found.push([path, { ...decide(path, values, idFields), ...Object.fromEntries(present) }]);
    }
    const steps = inner.flatMap((side) => Object.keys({ ...parts.new, ...parts[side] }));
    for (const step of new Set(steps)) {
      const child = { old: parts.old?.[step], new: parts.new?.[step], remote: parts.remote?.[step] };
      visit(child, joined(path, name, step), step, inner);
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

/** The parts of a map by name, of a list by `[task_key='main']` or `[0]`; undefined for everything else. */
function partsOf(name: string, value: Json | undefined): JsonObject | undefined {
  if (!Array.isArray(value)) return isObject(value) ? value : undefined;
  const key = ITEM_KEYS[name] ?? "";
  const step = (item: Json, at: number): string => {
    const id = isObject(item) ? textOf(item[key]) : "";
    return id === "" ? `[${at}]` : `[${key}='${id}']`;
  };
  return Object.fromEntries((value as readonly Json[]).map((item, at) => [step(item, at), item]));
}

/** Lists without keys are compared item by item only if they are equally long. */
function comparable(first: JsonObject | undefined, second: JsonObject | undefined): boolean {
  if (first === undefined || second === undefined) return false;
  const byIndex = "[0]" in first || "[0]" in second;
  return !byIndex || Object.keys(first).length === Object.keys(second).length;
}

function joined(path: string, name: string, step: string): string {
  if (step.startsWith("[")) return `${path}${step}`;
  if (MAPS.includes(name)) return `${path}['${step}']`;
  return path === "" ? step : `${path}.${step}`;
}
