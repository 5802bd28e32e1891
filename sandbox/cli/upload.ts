import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { parseJson, textOf } from "../http/json.ts";
import type { Bundle } from "./bundle.ts";
import { asList, objectOf } from "./config-file.ts";
import { cannot } from "./diagnostics.ts";
import { isNotebook } from "./resource-settings.ts";
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
  if (content === undefined) return { seq: 0, id: randomUUID(), files: [] };
  const { seq, id, files } = objectOf(parseJson(content.toString("utf8")));
  const deployed = asList(files)
    .map(objectOf)
    .map((file) => ({ local_path: textOf(file["local_path"]), is_notebook: file["is_notebook"] === true }));
  return { seq: Number(seq), id: textOf(id), files: deployed };
}

export function deploymentContent({ seq, files, id }: Deployment): Buffer {
  const timestamp = new Date().toISOString();
  return Buffer.from(JSON.stringify({ version: 1, seq, cli_version: VERSION, timestamp, files, id }));
}

/** Uploads all files of the bundle and deletes those that it no longer has. @returns the new deployment */
export async function uploadFiles(
  bundle: Bundle,
  before: Deployment,
  files: WorkspaceFiles,
): Promise<Deployment> {
  const target = bundle.paths.file;
  const now = await bundleFiles(bundle.root);
  if ((await files.status(target)) === undefined) {
    await files.mkdirs(target);
    await files.status(target);
  }
  const remoteName = ({ local_path, is_notebook }: DeployedFile): string =>
    posix.join(target, is_notebook ? withoutExtension(local_path) : local_path);
  const remoteNames = new Set(now.map(remoteName));
  await inParallel(
    before.files.map(remoteName).filter((name) => !remoteNames.has(name)),
    (name) => files.delete(name),
  );
  const [old, folders] = [foldersOf(before.files), foldersOf(now)];
  const deeperFirst = old.filter((folder) => !folders.includes(folder)).reverse();
  for (const folder of deeperFirst) await files.delete(posix.join(target, folder));
  const added = folders.filter((folder) => !old.includes(folder));
  const leaves = added.filter((folder) => !added.some((other) => other.startsWith(`${folder}/`)));
  await inParallel(leaves, (folder) => files.mkdirs(posix.join(target, folder)));
  await inParallel(now, async ({ local_path: path }) => {
    await files.write(posix.join(target, path), await readFile(join(bundle.root, path)));
  });
  return { seq: before.seq + 1, id: before.id, files: now };
}

/** The list of what was uploaded, by path here and in the workspace. None where there is nothing, as the CLI does. */
export async function writeSnapshot(folder: string, { files }: Deployment): Promise<void> {
  if (files.length === 0) return;
  const names = files.map(({ local_path: path, is_notebook: isNotebook }) => [
    path,
    isNotebook ? path.replace(/\.[^./]+$/, "") : path,
  ]);
  const snapshot = { version: "v1", local_to_remote_names: Object.fromEntries(names) as object };
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
  const found: DeployedFile[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.name === ".git" || path === ".databricks") continue;
      if (entry.name === ".gitignore") throw cannot(`a bundle with ${path}`);
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile()) {
        found.push({ local_path: path, is_notebook: (await isNotebook(join(root, path))) === true });
      }
    }
  };
  await visit("");
  return found.sort((a, b) => (a.local_path < b.local_path ? -1 : 1));
}

async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

/** A notebook loses its file's ending in the workspace. */
function withoutExtension(path: string): string {
  return path.slice(0, path.length - posix.extname(path).length);
}
