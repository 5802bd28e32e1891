import { slashed } from "../base/paths.ts";
import { dirname, isAbsolute, join, posix } from "node:path";
import type { Place } from "../base/errors.ts";
import { readingBundle, type BundleFile } from "./files.ts";
import {
  above,
  foldersUp,
  fromSyncRoot,
  isLibraryKey,
  libraryPatterns,
  wheelsOf,
  type Selection,
} from "./selection.ts";
import { keysOf, selectTarget, under, type Layers } from "./target.ts";
import type { BundleValue } from "./yaml.ts";

export interface WrittenSelection extends Selection {
  /** `paths`, with those that hold variables. */
  readonly allPaths: readonly string[];
  /**
   * Whether the files have the CLI run code of the bundle. What the CLI resolves later does not tell: by then that code may
   * have taken itself out.
   */
  readonly runsCode: boolean;
  /** Whether the CLI builds a wheel if the bundle has a `setup.py`. */
  readonly infersWheel: boolean;
  /** What could not be resolved, for the report. */
  readonly notes: readonly string[];
  /** Where absolute paths of `paths` and patterns of `artifacts` are written. */
  readonly places: ReadonlyMap<string, Place>;
}

/**
 * What the files of a bundle select for upload, as far as they say it themselves: what is a variable, or is added by code
 * of the bundle, only a plan resolves.
 * @throws SecretlessError `BUNDLE_INVALID`
 */
export function writtenSelection(
  files: readonly BundleFile[],
  target: string | undefined,
  bundleRoot: string,
): WrittenSelection {
  return readingBundle(() => new Written(files, target, bundleRoot).selection());
}

class Written {
  readonly #bundleRoot: string;
  readonly #layers: Layers;
  readonly #folders: ReadonlyMap<string, string>;
  readonly #notes: string[] = [];
  readonly #places = new Map<string, Place>();
  readonly #artifacts: string[] = [];
  /** What was looked into: aliases lead to the same one many times. */
  readonly #seen = new Set<string>();

  constructor(files: readonly BundleFile[], target: string | undefined, bundleRoot: string) {
    this.#bundleRoot = bundleRoot;
    const { top, overrides } = selectTarget(files, target);
    this.#layers = [...top, ...overrides];
    this.#folders = new Map(files.map(({ name, path }) => [name, dirname(path)]));
  }

  selection(): WrittenSelection {
    const sync = under(this.#layers, "sync");
    const written = under(sync, "paths");
    const paths = written.length === 0 ? [this.#bundleRoot] : this.#absolute(written);
    const bundleRoot = this.#bundleRoot;
    const fromBundle = (path: string): string => slashed(posix.relative(slashed(bundleRoot), slashed(path)));
    // The CLI does this before it resolves variables.
    const levels = Math.max(0, ...paths.map((path) => foldersUp(fromBundle(path))));
    const roots = { bundleRoot, syncRoot: above(bundleRoot, levels) };
    const relativeToRoot = (path: string): string => fromSyncRoot(roots, fromBundle(path));
    const known = (key: string, all: readonly string[]): string[] => {
      const relative = all.map(relativeToRoot);
      const computed = relative.filter(hasVariable);
      if (computed.length > 0)
        this.#notes.push(`sync.${key} has variables that are not resolved here: ${computed.join(", ")}`);
      return relative.filter((path) => !hasVariable(path));
    };
    this.#collectArtifacts();
    for (const part of under(this.#layers, "resources")) this.#collectLibraries(part, "");
    return {
      ...roots,
      paths: known("paths", paths),
      include: known("include", this.#absolute(under(sync, "include"))),
      exclude: known("exclude", this.#absolute(under(sync, "exclude"))),
      artifacts: [...new Set(this.#artifacts)],
      allPaths: paths.map(relativeToRoot),
      runsCode: this.#runsCode(),
      infersWheel: keysOf(under(this.#layers, "artifacts")).length === 0,
      notes: this.#notes,
      places: this.#places,
    };
  }

  #runsCode(): boolean {
    const artifacts = under(this.#layers, "artifacts");
    const experimental = under(this.#layers, "experimental");
    const code = ["scripts", "python", "pydabs"].flatMap((key) => under(experimental, key));
    const builds = artifacts.flatMap(valuesOf).some((artifact) => {
      const fields = artifact.kind === "map" ? artifact.entries() : undefined;
      return !fields || fields.has("build") || fields.has("type");
    });
    // A variable can stand for each of them.
    const computed = [...this.#layers, ...experimental, ...artifacts].some(({ kind }) => kind === "text");
    return builds || computed || [...code, ...under(this.#layers, "python")].some(isGiven);
  }

  /** The texts of `sync.<key>`, each from the folder of the file in which it stands. */
  #absolute(layers: Layers): string[] {
    const values = layers.flatMap((layer) => (layer.kind === "sequence" ? layer.items() : [layer]));
    return values.flatMap((value) =>
      value.kind === "text"
        ? [this.#located(join(this.#folderOf(value.place), value.text), value.place)]
        : [],
    );
  }

  #folderOf({ file }: Place): string {
    return this.#folders.get(file) ?? this.#bundleRoot;
  }

  #located(path: string, place: Place): string {
    if (!this.#places.has(path)) this.#places.set(path, place);
    return path;
  }

  #collectArtifacts(): void {
    for (const artifact of under(this.#layers, "artifacts").flatMap(valuesOf)) {
      const fields = artifact.kind === "map" ? artifact.entries() : new Map<string, BundleValue>();
      const folder = this.#folderOf(artifact.place);
      const base = textOf(fields.get("path"));
      const files = fields.get("files");
      const sources = files?.kind === "sequence" ? files.items() : [];
      for (const file of sources) {
        const source = file.kind === "map" ? file.entries().get("source") : undefined;
        const text = textOf(source);
        if (source && text !== undefined)
          this.#artifact(isAbsolute(text) ? text : join(folder, text), source.place);
      }
      if (textOf(fields.get("type")) === "whl" && sources.length === 0)
        this.#artifact(wheelsOf(base === undefined ? this.#bundleRoot : join(folder, base)), artifact.place);
    }
  }

  #collectLibraries(value: BundleValue, key: string): void {
    if (value.kind === "map" || value.kind === "sequence") {
      const { file, line = 0, column = 0 } = value.place;
      const mark = JSON.stringify([value.kind, key, file, line, column]);
      if (this.#seen.has(mark)) return;
      this.#seen.add(mark);
      if (value.kind === "map")
        for (const [name, inner] of value.entries()) this.#collectLibraries(inner, name);
      else for (const item of value.items()) this.#collectLibraries(item, key);
    } else if (value.kind === "text" && isLibraryKey(key)) {
      for (const pattern of libraryPatterns(key, value.text, this.#folderOf(value.place)))
        this.#artifact(pattern, value.place);
    }
  }

  #artifact(pattern: string, place: Place): void {
    if (!hasVariable(pattern)) this.#artifacts.push(this.#located(pattern, place));
  }
}

function isGiven(value: BundleValue): boolean {
  return value.kind !== "map" || value.entries().size > 0;
}

const hasVariable = (text: string): boolean => text.includes("${");

function textOf(value: BundleValue | undefined): string | undefined {
  return value?.kind === "text" ? value.text : undefined;
}

function valuesOf(value: BundleValue): BundleValue[] {
  return value.kind === "map" ? [...value.entries().values()] : [];
}
