import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { parseJson, textOf } from "../http/json.ts";
import type { Bundle, Environment } from "./bundle.ts";
import { asList, objectOf } from "./config-file.ts";
import { cannot } from "./diagnostics.ts";
import { isNotebook, withoutExtension } from "./job-settings.ts";
import type { Session } from "./session.ts";
import { VERSION } from "./version.ts";

interface DeployedFile {
  readonly local_path: string;
  readonly is_notebook: boolean;
}

const PARALLEL = 20;

/** Uploads all files of the bundle and takes down in `deployment.json`, here and there, which they were. */
export async function uploadFiles({ bundle, files, env }: Session): Promise<void> {
  const { paths, root } = bundle;
  const record = `${paths.state}/deployment.json`;
  const before = objectOf(parseJson((await files.read(record))?.toString("utf8") ?? "{}"));
  const now = await bundleFiles(root);
  const known = asList(before["files"])
    .map(objectOf)
    .map((file) => ({ local_path: textOf(file["local_path"]), is_notebook: file["is_notebook"] === true }));
  const [old, folders] = [foldersOf(known), foldersOf(now)];
  const lost = old.find((folder) => !folders.includes(folder));
  if (lost !== undefined) throw cannot(`a bundle that no longer has the folder ${lost}`);
  if ((await files.status(paths.file)) === undefined) await files.mkdirs(paths.file);
  const kept = new Set(now.map(remoteName));
  const gone = known.map(remoteName).filter((name) => !kept.has(name));
  await inParallel(gone, (name) => files.delete(posix.join(paths.file, name)));
  const added = folders.filter((folder) => !old.includes(folder));
  const leaves = added.filter((folder) => !added.some((other) => other.startsWith(`${folder}/`)));
  await inParallel(leaves, (folder) => files.mkdirs(posix.join(paths.file, folder)));
  await inParallel(now, async ({ local_path: path }) => {
    await files.write(posix.join(paths.file, path), await readFile(join(root, path)));
  });
  const timestamp = new Date().toISOString();
  const [seq, id] = [Number(before["seq"] ?? 0) + 1, textOf(before["id"]) || randomUUID()];
  const content = JSON.stringify({ version: 1, seq, cli_version: VERSION, timestamp, files: now, id });
  await writeLocal(bundle, env, content, now);
  await files.write(record, Buffer.from(content));
}

/** The record, and what was uploaded by its path here and in the workspace; no list where there is nothing, as the CLI does. */
async function writeLocal(
  { root, target }: Bundle,
  env: Environment,
  deployment: string,
  files: readonly DeployedFile[],
): Promise<void> {
  const base = env["DATABRICKS_BUNDLE_TMP"] || join(root, ".databricks", "bundle");
  const snapshots = join(base, target, "sync-snapshots");
  await mkdir(snapshots, { recursive: true });
  await writeFile(join(base, target, "deployment.json"), deployment);
  if (files.length === 0) return;
  const names = files.map((file) => [file.local_path, remoteName(file)]);
  const snapshot = { version: "v1", local_to_remote_names: Object.fromEntries(names) as object };
  await writeFile(join(snapshots, "files.json"), JSON.stringify(snapshot));
}

/** A notebook loses its file's ending in the workspace. */
function remoteName({ local_path: path, is_notebook }: DeployedFile): string {
  return is_notebook ? withoutExtension(path) : path;
}

/** Folders of the files and theirs, without the bundle's own. */
function foldersOf(files: readonly DeployedFile[]): string[] {
  const folders = new Set<string>();
  for (const { local_path: path } of files) {
    for (let folder = posix.dirname(path); folder !== "."; folder = posix.dirname(folder))
      folders.add(folder);
  }
  return [...folders];
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
        const notebook = isNotebook(path, await readFile(join(root, path)));
        found.push({ local_path: path, is_notebook: notebook });
      }
    }
  };
  await visit("");
  return found;
}

async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
