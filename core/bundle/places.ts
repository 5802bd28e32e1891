import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { Place } from "../base/errors.ts";

/** A YAML file of the bundle; `file` as reports name it. */
export interface YamlSource {
  readonly file: string;
  readonly text: string;
}

interface Parsed {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

export type SettingPath = readonly (string | number)[];

/** Keys by which the Databricks CLI merges and sorts the items of lists. */
const ITEM_KEYS = ["task_key", "job_cluster_key", "environment_key", "name", "key"];

/** Finds where the settings of a resolved configuration are written in YAML. */
export class YamlPlaces {
  readonly #files: readonly YamlSource[];
  /** Parsed when the first place is asked for: mostly none is. */
  #parsed: readonly Parsed[] | undefined;
  readonly #target: string | undefined;

  constructor(sources: readonly YamlSource[], target: string | undefined) {
    this.#files = sources;
    this.#target = target;
  }

  get #sources(): readonly Parsed[] {
    this.#parsed ??= this.#files.map(({ file, text }) => {
      const lines = new LineCounter();
      return { file, document: parseDocument(text, { lineCounter: lines }), lines };
    });
    return this.#parsed;
  }

  /**
   * The place of a setting: of the setting itself, else of the innermost part of its path that is written anywhere. A
   * value that comes from a variable leads to the variable's value. `itemKeys` gives, for an index in the path, what
   * identifies the item of the list.
   */
  find(path: SettingPath, itemKeys: ReadonlyMap<number, string>): Place | undefined {
    const inTarget = this.#target === undefined ? [] : [["targets", this.#target, ...path]];
    const tries = [...inTarget, [...path]].map((full) =>
      this.#deepest(full, full.length - path.length, itemKeys),
    );
    const best = tries.reduce((a, b) => (b.depth > a.depth ? b : a));
    if (best.node === undefined || best.source === undefined) return undefined;
    const variable = isScalar(best.node)
      ? /\$\{var\.(\w{1,100})\}/.exec(String(best.node.value))?.[1]
      : undefined;
    return (variable === undefined ? undefined : this.#variable(variable)) ?? place(best.source, best.node);
  }

  #variable(name: string): Place | undefined {
    const paths = [
      ["variables", name, "default"],
      ["variables", name],
    ];
    const all =
      this.#target === undefined
        ? paths
        : [...paths.map((path) => ["targets", this.#target as string, ...path]), ...paths];
    for (const path of all) {
      const { node, source, depth } = this.#deepest(path, 0, new Map());
      if (depth === path.length && node !== undefined && source !== undefined) return place(source, node);
    }
    return undefined;
  }

  #deepest(path: SettingPath, shift: number, itemKeys: ReadonlyMap<number, string>) {
    let best: { depth: number; node?: Node; source?: Parsed } = { depth: 0 };
    for (const source of this.#sources) {
      let node: unknown = source.document.contents;
      for (let depth = 1; depth <= path.length; depth++) {
        node = step(
          source.document,
          node,
          path[depth - 1] as string | number,
          itemKeys.get(depth - 1 - shift),
        );
        if (node === undefined) break;
        if (depth > best.depth) best = { depth, node: node as Node, source };
      }
    }
    return best.depth > shift + 1 ? best : { depth: 0 };
  }
}

function step(document: Document, node: unknown, key: string | number, itemKey: string | undefined): unknown {
  const at = isAlias(node) ? node.resolve(document) : node;
  if (isMap(at)) return at.get(String(key), true) ?? undefined;
  if (!isSeq(at)) return undefined;
  const keyed = at.items.find(
    (item) => isMap(item) && ITEM_KEYS.some((name) => itemKey !== undefined && item.get(name) === itemKey),
  );
  return keyed ?? at.items[Number(key)];
}

function place({ file, lines }: Parsed, node: Node): Place {
  const { line, col } = lines.linePos(node.range?.[0] ?? 0);
  return { file, line, column: col };
}

/** What identifies an item of a list, if anything does. */
export function itemKeyOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const key = ITEM_KEYS.find((name) => name in item);
  return key === undefined ? undefined : String((item as Record<string, unknown>)[key]);
}
