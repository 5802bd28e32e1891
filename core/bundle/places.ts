import type { Place } from "../base/errors.ts";
import type { BundleFile } from "./files.ts";
import { BundleYamlError, type BundleValue } from "./yaml.ts";

export type SettingPath = readonly (string | number)[];

/** Keys by which the Databricks CLI merges and sorts the items of lists. */
const ITEM_KEYS = ["task_key", "job_cluster_key", "environment_key", "name", "key"];

/** Finds where the settings of a resolved configuration are written in the bundle's files. */
export class YamlPlaces {
  readonly #files: readonly BundleFile[];
  readonly #target: string | undefined;

  constructor(files: readonly BundleFile[], target: string | undefined) {
    this.#files = files;
    this.#target = target;
  }

  /**
   * The place of a setting: of the setting itself, else of the innermost part of its path that is written anywhere. A
   * value that comes from a variable leads to the variable's value. `itemKeys` gives, for an index in the path, what
   * identifies the item of the list.
   */
  find(path: SettingPath, itemKeys: ReadonlyMap<number, string>): Place | undefined {
    const tries = [...this.#inTarget(path), path].map((full) =>
      this.#deepest(full, full.length - path.length, itemKeys),
    );
    const { value } = tries.reduce((a, b) => (b.depth > a.depth ? b : a));
    const variable = value?.kind === "text" ? /\$\{var\.(\w{1,100})\}/.exec(value.text)?.[1] : undefined;
    return (variable === undefined ? undefined : this.#variable(variable)) ?? value?.place;
  }

  #variable(name: string): Place | undefined {
    const paths = [
      ["variables", name, "default"],
      ["variables", name],
    ];
    for (const path of [...paths.flatMap((one) => this.#inTarget(one)), ...paths]) {
      const { value, depth } = this.#deepest(path, 0, new Map());
      if (depth === path.length && value) return value.place;
    }
    return undefined;
  }

  #inTarget(path: SettingPath): SettingPath[] {
    const target = this.#target;
    return target === undefined ? [] : ["targets", "environments"].map((key) => [key, target, ...path]);
  }

  #deepest(path: SettingPath, shift: number, itemKeys: ReadonlyMap<number, string>) {
    let best: { depth: number; value?: BundleValue } = { depth: 0 };
    for (const file of this.#files) {
      let value: BundleValue | undefined = file.value;
      for (let depth = 1; depth <= path.length; depth++) {
        value = step(value, path[depth - 1] as string | number, itemKeys.get(depth - 1 - shift));
        if (value === undefined) break;
        if (depth > best.depth) best = { depth, value };
      }
    }
    return best.depth > shift + 1 ? best : { depth: 0 };
  }
}

function step(
  value: BundleValue,
  key: string | number,
  itemKey: string | undefined,
): BundleValue | undefined {
  try {
    if (value.kind === "map") return value.entries().get(String(key));
    if (value.kind !== "sequence") return undefined;
    const items = value.items();
    return (
      items.find((item) => itemKey !== undefined && keysOf(item).includes(itemKey)) ?? items[Number(key)]
    );
  } catch (error) {
    // What stands there is refused elsewhere, with its own place.
    if (error instanceof BundleYamlError) return undefined;
    throw error;
  }
}

function keysOf(item: BundleValue): string[] {
  if (item.kind !== "map") return [];
  const entries = item.entries();
  return ITEM_KEYS.flatMap((name) => {
    const key = entries.get(name);
    return key?.kind === "text" ? [key.text] : [];
  });
}

/** What identifies an item of a list, if anything does. */
export function itemKeyOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const key = ITEM_KEYS.find((name) => name in item);
  return key === undefined ? undefined : String((item as Record<string, unknown>)[key]);
}
