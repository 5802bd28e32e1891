import { isObject, member, members, readJson, textAt, type Json } from "../api/json.ts";
import type { Platform } from "../base/ports.ts";
import { readPrivateFile, type StateFolder } from "./private-file.ts";

/** Versions of the file that hold the same ids. Source: cli `bundle/direct/dstate/state.go` (1.9 to 1.13 write 2). */
const VERSIONS: readonly Json[] = [2, 3];

/** Whether an id of this kind can stand for one resource alone, as the server gives it. */
const ONE_EACH: ReadonlySet<string> = new Set(["jobs", "pipelines"]);

/**
 * The ids of what the CLI's direct engine has deployed, by `<kind>.<key>`: it leaves its state locally before it uploads it.
 * Code of the bundle can write that file: what an id stands for has to be asked of the workspace, as for those of `bundle
 * summary`, which believes the same file.
 * @returns undefined unless it is exactly of the form that is known, and nothing is left to be merged into it
 */
export async function readStateIds(
  folder: StateFolder,
  target: string,
  platform: Platform,
): Promise<ReadonlyMap<string, string> | undefined> {
  const read = (name: string): Promise<string | undefined> => readPrivateFile(folder, platform, target, name);
  const [text, pending] = await Promise.all([read("resources.json"), read("resources.json.wal")]);
  return text === undefined || pending !== undefined ? undefined : idsOf(text);
}

/** @returns undefined for what is not such a state */
export function idsOf(text: string): ReadonlyMap<string, string> | undefined {
  const json = parsed(text);
  const state = member(json, "state");
  const features = members(member(json, "features"));
  const version = member(json, "state_version") ?? null;
  if (!isObject(state) || !VERSIONS.includes(version) || features.length > 0) return undefined;
  if (textAt(json, "lineage") === "" || !Number.isSafeInteger(member(json, "serial"))) return undefined;
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const [key, entry] of members(state)) {
    const [prefix, kind = "", name = "", ...part] = key.split(".");
    const id = member(entry, "__id__");
    if (prefix !== "resources" || kind === "" || name === "" || typeof id !== "string") return undefined;
    if (part.length > 0) continue;
    const known = `${kind} ${id}`;
    if (id === "" || (ONE_EACH.has(kind) && taken.has(known))) return undefined;
    taken.add(known);
    ids.set(`${kind}.${name}`, id);
  }
  return ids;
}

function parsed(text: string): Json | undefined {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}
