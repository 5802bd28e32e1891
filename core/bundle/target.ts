import { meant } from "../base/nearest.ts";
import { quoteAll } from "../base/quote.ts";
import { invalidBundle, type BundleFile } from "./files.ts";
import type { BundleValue } from "./yaml.ts";

/**
 * What the merged files of a bundle hold at one place, in the order of the merge and without nulls: of texts the last
 * one counts, mappings are one. Source: cli `libs/dyn/merge/merge.go`.
 */
export type Layers = readonly BundleValue[];

/** What stands under `key` in these mappings. */
export function under(layers: Layers, key: string): Layers {
  return entriesOf(layers, key).filter(({ kind }) => kind !== "null");
}

/** All keys of these mappings, in order, each once. */
export function keysOf(layers: Layers): readonly string[] {
  return [...new Set(layers.flatMap((layer) => (layer.kind === "map" ? [...layer.entries().keys()] : [])))];
}

export interface SelectedTarget {
  /** The target that the CLI selects; it calls that of a bundle without targets `default`. */
  readonly name: string;
  /** All that can be selected. */
  readonly names: readonly string[];
  /** The top level of the bundle's files. */
  readonly top: Layers;
  /** What the target overrides. */
  readonly overrides: Layers;
}

/**
 * The target that the CLI selects: the one asked for, else the only one, else the one with `default: true`.
 * Source: cli `bundle/config/mutator/{select_target,select_default_target,environments_compat}.go`.
 * @throws SecretlessError `BUNDLE_INVALID`
 */
export function selectTarget(files: readonly BundleFile[], asked: string | undefined): SelectedTarget {
  const top = files.map(({ value }) => value);
  const environments = under(top, "environments");
  const targets = under(top, "targets");
  if (environments[0] && targets.length > 0) {
    throw invalidBundle([
      {
        problem: "The bundle has both `targets` and `environments`, an old name for the same.",
        remedy: "Move what is under `environments` to `targets`.",
        place: environments[0].place,
      },
    ]);
  }
  const all = environments.length > 0 ? environments : targets;
  const names = keysOf(all).filter((name) => entriesOf(all, name).some(isTarget));
  if (names.length === 0) names.push("default");
  const name = asked ?? (names.length === 1 ? names[0] : theDefault(all, names));
  if (name !== undefined && names.includes(name)) return { name, names, top, overrides: under(all, name) };
  throw invalidBundle([
    {
      problem: `The bundle has no target \`${String(asked)}\`.`,
      expected: `one of: ${quoteAll(names)}`,
      actual: String(asked),
      remedy: [
        ...meant(asked ?? "", names),
        "Correct the input `target`, or add the target to the bundle.",
      ].join(" "),
    },
  ]);
}

/** The CLI passes over what is no mapping. A variable may stand for one, but is not resolved here. */
function isTarget(value: BundleValue): boolean {
  return value.kind === "map" || value.kind === "null" || isVariable(value);
}

export function isVariable(value: BundleValue): boolean {
  return value.kind === "text" && /^\$\{.*\}$/s.test(value.text);
}

function theDefault(targets: Layers, names: readonly string[]): string {
  const defaults = names.filter((name) => {
    const values = under(under(targets, name), "default");
    const booleans = values.flatMap((value) => (value.kind === "text" ? [value.boolean] : []));
    return booleans.filter((value) => value !== undefined).at(-1) === true;
  });
  const [first, second] = defaults;
  if (first !== undefined && second === undefined) return first;
  throw invalidBundle([
    {
      problem:
        first === undefined
          ? "The bundle has several targets and none of them has `default: true`."
          : `Several targets have \`default: true\`: ${quoteAll(defaults)}.`,
      expected: `the input \`target\`, one of: ${quoteAll(names)}`,
      actual: first === undefined ? "no default" : quoteAll(defaults),
      remedy: "Name the target in the input `target`.",
    },
  ]);
}

function entriesOf(layers: Layers, key: string): BundleValue[] {
  return layers.flatMap((layer) => {
    const value = layer.kind === "map" ? layer.entries().get(key) : undefined;
    return value ? [value] : [];
  });
}
