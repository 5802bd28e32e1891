import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { randomUUID } from "node:crypto";
import { isObject, parseJson, textOf, type Json } from "../http/json.ts";
import type { Bundle } from "./bundle.ts";
import { cannot, CliFailure } from "./diagnostics.ts";
import { isNotebook, withoutExtension } from "./resource-settings.ts";
import { writeLocal } from "./state.ts";
import { VERSION } from "./version.ts";
import type { WorkspaceFiles } from "./workspace-files.ts";

interface DeployedFile {
  readonly local_path: string;
  readonly is_notebook: boolean;
}

/** `deployment.json`: what the last deployment uploaded. */
export interface Deployment {
  readonly seq: number;
  readonly id: string;
  readonly files: readonly DeployedFile[];
}

const PARALLEL = 20;

export function readDeployment(content: Buffer | undefined): Deployment {
  const value = content === undefined ? {} : parseJson(content.toString("utf8"));
  if (!isObject(value) || value["files"] === undefined) return { seq: 0, id: randomUUID(), files: [] };
  const files = (Array.isArray(value["files"]) ? value["files"] : []).filter(isObject).map((file) => ({
    local_path: textOf(file["local_path"]),
    is_notebook: file["is_notebook"] === true,
  }));
  return { seq: Number(value["seq"]), id: textOf(value["id"]), files };
}

export function deploymentContent(deployment: Deployment): Buffer {
  const { seq, files, id } = deployment;
  const all: Json = {
    version: 1,
    seq,
    cli_version: VERSION,
    timestamp: new Date().toISOString(),
    files: [],
    id,
  };
  return Buffer.from(JSON.stringify({ ...all, files }));
}

/**
 * Uploads all files of the bundle and deletes those that it no longer has.
 * @returns the new deployment, and how many files were deleted
 */
export async function uploadFiles(
  bundle: Bundle,
  before: Deployment,
  files: WorkspaceFiles,
): Promise<{ deployment: Deployment; deleted: number }> {
  const target = bundle.paths.file;
  const now = await bundleFiles(bundle.root);
  if ((await files.status(target)) === undefined) {
    await files.mkdirs(target);
    await files.status(target);
  }
  const remoteName = (file: DeployedFile): string =>
    posix.join(target, file.is_notebook ? withoutExtension(file.local_path) : file.local_path);
  const remoteNames = new Set(now.map(remoteName));
  const gone = before.files.filter((file) => !remoteNames.has(remoteName(file)));
  await inParallel(gone, (file) => files.delete(remoteName(file)));
  const [oldFolders, newFolders] = [foldersOf(before.files), foldersOf(now)];
  const deeperFirst = oldFolders
    .filter((folder) => !newFolders.includes(folder))
    .sort()
    .reverse();
  for (const folder of deeperFirst) await files.delete(posix.join(target, folder));
  const added = newFolders.filter((folder) => !oldFolders.includes(folder));
  const leaves = added.filter((folder) => !added.some((other) => other.startsWith(`${folder}/`)));
  await inParallel(leaves, (folder) => files.mkdirs(posix.join(target, folder)));
  await inParallel(now, async ({ local_path: path }) => {
    await files.write(posix.join(target, path), await readFile(join(bundle.root, path)));
  });
  return { deployment: { seq: before.seq + 1, id: before.id, files: now }, deleted: gone.length };
}

/** The list of what was uploaded, by path here and in the workspace. None where there is nothing, as the CLI does. */
export async function writeSnapshot(folder: string, { files }: Deployment): Promise<void> {
  if (files.length === 0) return;
  const names = files.map(({ local_path: path, is_notebook: isNotebook }) => [
    path,
    isNotebook ? withoutExtension(path) : path,
  ]);
  const snapshot = { version: "v1", local_to_remote_names: Object.fromEntries(names) as Json };
  await writeLocal(join(folder, "files.json"), Buffer.from(JSON.stringify(snapshot)));
}

/** Folders of the files and theirs, without the bundle's own. */
function foldersOf(files: readonly DeployedFile[]): string[] {
  const folders = new Set<string>();
  for (const { local_path: path } of files) {
    for (let folder = posix.dirname(path); folder !== "."; folder = posix.dirname(folder))
      folders.add(folder);
  }
  return [...folders].sort();
}

async function bundleFiles(root: string): Promise<DeployedFile[]> {
  const ignored = await ignoreRules(root);
  const found: DeployedFile[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.name === ".git" || path === ".databricks" || ignored(entry.name)) continue;
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile()) {
        found.push({ local_path: path, is_notebook: (await isNotebook(join(root, path))) === true });
      }
    }
  };
  await visit("");
  return found.sort((a, b) => (a.local_path < b.local_path ? -1 : 1));
}

/** Plain names and `*` from the bundle's own `.gitignore`. */
async function ignoreRules(root: string): Promise<(name: string) => boolean> {
  const text = await readFile(join(root, ".gitignore"), "utf8").catch(() => "");
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const rules = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const patterns = rules.map((rule) => {
    const name = rule.replace(/\/$/, "");
    if (/[/!?[\]\\]/.test(name)) throw new CliFailure(cannot(`.gitignore pattern ${rule}`));
    return new RegExp(`^${name.replace(/[.+^${}()|]/g, "\\$&").replaceAll("*", ".*")}$`);
  });
  return (name) => patterns.some((pattern) => pattern.test(name));
}

async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
