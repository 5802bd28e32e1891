import { overridesPath } from "./variables-file.ts";
import { stat } from "node:fs/promises";
import { posix, win32 } from "node:path";
import { cleanFolder } from "../base/paths.ts";
import type { JsonObject } from "../api/json.ts";
import type { Mistake, Place } from "../base/errors.ts";
import { invalidBundle, readBundleFiles, readingBundle, type BundleLocation } from "./files.ts";
import { keysOf, selectTarget, under, type Layers, type SelectedTarget } from "./target.ts";

/** What access needs to know of a bundle, by its files alone: no CLI is asked and no code of the bundle runs. */
export interface BundleSettings {
  readonly name: string;
  readonly target: string;
  /** Workspace folders, as the CLI completes them. */
  readonly statePath: string;
  readonly filePath: string;
  /** What `${bundle.*}`, `${workspace.*}` and `${var.*}` can name, in the shape of `bundle summary -o json`. */
  readonly config: JsonObject;
}

export interface SettingsOptions extends BundleLocation {
  readonly asked: string | undefined;
  /** Of the input `variables`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Variables may name variables, and paths paths; what goes deeper leads back to itself. */
const DEEPEST = 20;
const REFERENCE = /\$\{([^{}]*)\}/g;

/**
 * Reads a bundle's name, target, folders and literal variables.
 * @throws SecretlessError `BUNDLE_NOT_FOUND`, or `BUNDLE_INVALID` with all that only the CLI could resolve
 */
export async function readBundleSettings(options: SettingsOptions): Promise<BundleSettings> {
  const files = await readBundleFiles(options);
  const selected = readingBundle(() => selectTarget(files, options.asked));
  const reader = new SettingsReader(selected, options.variables);
  const settings = readingBundle(() => reader.read());
  const path = options.platform.os === "win32" ? win32 : posix;
  const overrides = path.join(...overridesPath(selected.name));
  if (await stat(path.join(options.root, overrides)).catch(() => undefined)) {
    reader.mistakes.push({
      problem: `${overrides} gives variables other values, which the Databricks CLI alone reads.`,
      remedy: "Give these values with the input `variables`, to this step and to the one that deploys.",
    });
  }
  if (settings === undefined || reader.mistakes.length > 0) throw invalidBundle(reader.mistakes);
  return settings;
}

interface Written {
  readonly text: string;
  readonly place: Place;
}

class SettingsReader {
  readonly mistakes: Mistake[] = [];
  readonly #selected: SelectedTarget;
  readonly #given: Readonly<Record<string, string>>;

  constructor(selected: SelectedTarget, given: Readonly<Record<string, string>>) {
    this.#selected = selected;
    this.#given = given;
  }

  read(): BundleSettings | undefined {
    const { name: target } = this.#selected;
    const bundleName = this.#setting("bundle", "name");
    if (bundleName === undefined) {
      this.mistakes.push({ problem: "The bundle has no `bundle.name`.", remedy: "Give it one." });
      return undefined;
    }
    const name = this.#needed("bundle.name", bundleName);
    const rootPath = this.#root();
    if (name === undefined || rootPath === undefined) return undefined;
    const folder = (key: string, last: string): string | undefined => {
      const written = this.#setting("workspace", key);
      return written ? this.#folder(`workspace.${key}`, written) : `${rootPath}/${last}`;
    };
    const [statePath, filePath] = [folder("state_path", "state"), folder("file_path", "files")];
    if (statePath === undefined || filePath === undefined) return undefined;
    const variables = this.#variableNames().map(
      (key) => [key, { value: this.#lookUp(`var.${key}`, 0) }] as const,
    );
    const config = {
      bundle: { name, target },
      workspace: { root_path: rootPath, state_path: statePath, file_path: filePath },
      variables: Object.fromEntries(variables),
    };
    return { name, target, statePath, filePath, config };
  }

  /** What counts of a text setting: the target's, else the top level's. */
  #setting(section: string, key: string): Written | undefined {
    const { top, overrides } = this.#selected;
    for (const layers of [under(overrides, section), under(top, section)]) {
      const value = under(layers, key).at(-1);
      if (value?.kind === "text" && value.text !== "") return { text: value.text, place: value.place };
      if (value !== undefined && value.kind !== "text") {
        this.mistakes.push({ problem: `\`${section}.${key}\` is not a text.`, place: value.place });
        return undefined;
      }
    }
    return undefined;
  }

  /** Source: cli `bundle/config/mutator/{expand_workspace_root,prepend_workspace_prefix}.go`. */
  #root(): string | undefined {
    const written = this.#setting("workspace", "root_path");
    if (written !== undefined) return this.#folder("workspace.root_path", written);
    this.mistakes.push({
      problem: "The bundle sets no `workspace.root_path`: it is in the home folder of whoever deploys it.",
      expected: "a folder that both the deploying job and this one know",
      remedy:
        "Set `workspace.root_path` in the target, such as `/Workspace/Shared/.bundle/${bundle.name}/${bundle.target}`.",
    });
    return undefined;
  }

  #folder(what: string, written: Written): string | undefined {
    const text = this.#needed(what, written);
    if (text === undefined) return undefined;
    if (!text.startsWith("/")) {
      this.mistakes.push({
        problem: `\`${what}\` is not an absolute path of the workspace.`,
        actual: text,
        remedy: "`~/` is the home folder of whoever deploys: write the folder out.",
        place: written.place,
      });
      return undefined;
    }
    return cleanFolder(/^\/(?:Workspace|Volumes)\//.test(text) ? text : `/Workspace${text}`);
  }

  #needed(what: string, { text, place }: Written): string | undefined {
    const resolved = this.#resolve(text, 0);
    if (resolved !== undefined) return resolved;
    this.mistakes.push({
      problem: `\`${what}\` holds what only the Databricks CLI can resolve.`,
      expected: "texts, ${bundle.name}, ${bundle.target}, ${workspace.*} and variables with literal values",
      actual: text,
      remedy: "Write it out, or give the variable's value with the input `variables`.",
      place,
    });
    return undefined;
  }

  #resolve(text: string, depth: number): string | undefined {
    if (depth > DEEPEST) return undefined;
    const missing: string[] = [];
    const resolved = text.replace(REFERENCE, (_, name: string) => {
      const found = this.#lookUp(name, depth + 1);
      if (found === undefined) missing.push(name);
      return found ?? "";
    });
    return missing.length === 0 && !resolved.includes("${") ? resolved : undefined;
  }

  #lookUp(name: string, depth: number): string | undefined {
    const [root = "", key = "", ...more] = name.split(".");
    if (name === "bundle.target") return this.#selected.name;
    if (more.length > 0) return undefined;
    if (root === "var") return this.#variable(key, depth);
    if (name !== "bundle.name" && !/^workspace\.(?:root|state|file)_path$/.test(name)) return undefined;
    const written = this.#setting(root, key);
    if (written !== undefined) return this.#resolve(written.text, depth);
    const last = /^(state|file)_path$/.exec(key)?.[1];
    const rootPath = last === undefined ? undefined : this.#lookUp("workspace.root_path", depth + 1);
    return rootPath === undefined ? undefined : `${rootPath}/${last === "file" ? "files" : "state"}`;
  }

  #variableNames(): readonly string[] {
    const { top, overrides } = this.#selected;
    return [...new Set([...keysOf(under(top, "variables")), ...keysOf(under(overrides, "variables"))])];
  }

  /** Source: cli `bundle/config/mutator/set_variables.go`; a target may give the value alone. */
  #variable(name: string, depth: number): string | undefined {
    if (Object.hasOwn(this.#given, name)) return this.#given[name];
    const { top, overrides } = this.#selected;
    const [ofTarget, ofTop] = [overrides, top].map((layers) => under(under(layers, "variables"), name));
    const all: Layers = [...(ofTop ?? []), ...(ofTarget ?? [])];
    if (under(all, "lookup").length > 0) return undefined;
    const short = ofTarget?.filter(({ kind }) => kind !== "map").at(-1);
    const value = short ?? under(ofTarget ?? [], "default").at(-1) ?? under(ofTop ?? [], "default").at(-1);
    return value?.kind === "text" ? this.#resolve(value.text, depth) : undefined;
  }
}
