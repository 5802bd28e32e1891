import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { member, members } from "../api/json.ts";
import { parseJson } from "./json-output.ts";

/** Paths of a file that was uploaded: relative to the sync root, and to the workspace folder of the bundle's files. */
export interface SyncedFile {
  readonly local: string;
  readonly remote: string;
}

/**
 * What the CLI has uploaded as files of the bundle: it leaves a list below its state (observed with 1.9 to 1.13; source:
 * cli `libs/sync/snapshot.go`). Undefined if there is none, as where nothing was uploaded.
 * @param state the folder of `DATABRICKS_BUNDLE_TMP`
 */
export async function readSyncedFiles(state: string, target: string): Promise<SyncedFile[] | undefined> {
  const folder = path.join(state, target, "sync-snapshots");
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  if (names.length === 0) return undefined;
  const all = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  return all.flatMap((text) =>
    members(member(parseJson(text, "the list of uploaded files"), "local_to_remote_names")).flatMap(
      ([local, remote]) => (typeof remote === "string" ? [{ local, remote }] : []),
    ),
  );
}
