import { readdir } from "node:fs/promises";
import path from "node:path";
import { isObject, member, members, readJson, type Json } from "../api/json.ts";
import type { Platform } from "../base/ports.ts";
import { readPrivateFile, type StateFolder } from "./private-file.ts";

/** Paths of a file that was uploaded: relative to the sync root, and to the workspace folder of the bundle's files. */
export interface SyncedFile {
  readonly local: string;
  readonly remote: string;
}

/**
 * What the CLI has uploaded as files of the bundle: it leaves a list below its state (observed with 1.9 to 1.13; source:
 * cli `libs/sync/snapshot.go`). Undefined if there is none that can be read, as where nothing was uploaded.
 */
export async function readSyncedFiles(
  folder: StateFolder,
  target: string,
  platform: Platform,
): Promise<SyncedFile[] | undefined> {
  const lists = path.join(folder.state, target, "sync-snapshots");
  const names = (await readdir(lists).catch(() => [])).filter((name) => name.endsWith(".json"));
  const read = (name: string): Promise<string | undefined> =>
    readPrivateFile(folder, platform, target, "sync-snapshots", name);
  const texts = (await Promise.all(names.map(read))).filter((text) => text !== undefined);
  const listed = texts.map(filesOf);
  if (listed.length === 0 || listed.length < names.length) return undefined;
  return listed.every((files) => files !== undefined) ? listed.flat() : undefined;
}

/** @returns undefined for what is no whole list, as on a disk that was full */
function filesOf(text: string): SyncedFile[] | undefined {
  let names: Json | undefined;
  try {
    names = member(readJson(text), "local_to_remote_names");
  } catch {
    return undefined;
  }
  const files = members(names).map(([local, remote]) => ({ local, remote }));
  return isObject(names) && files.every(isFile) ? files : undefined;
}

function isFile(file: { readonly local: string; readonly remote: Json }): file is SyncedFile {
  return typeof file.remote === "string";
}
