import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Metafile } from "esbuild";
import { unzipSync, zipSync } from "fflate";
import { bundleShell, root } from "./bundle.ts";

interface TaskManifest {
  version: { Major: number; Minor: number; Patch: number };
}
interface ExtensionManifest {
  readonly id: string;
  readonly publisher: string;
  readonly version: string;
}

const TASK = "tasks/DatabricksBundle";

/**
 * The task's version for one of the extension. Its major is the contract (`DatabricksBundle@1`); minor and patch must
 * rise with each upload, or agents keep the copy that they have.
 */
export function taskVersion(extension: string): TaskManifest["version"] {
  const [major = 0, minor = 0, patch = 0] = extension.split(".").map(Number);
  if (!/^\d+\.\d{1,3}\.\d+$/.test(extension)) throw new Error(`${extension} is not a version like 1.2.3`);
  return { Major: 1, Minor: major * 1000 + minor, Patch: patch };
}

/** The folder of the task as an agent unpacks it: bundles, manifest and icon. */
export async function buildTask(outdir: string, version: string): Promise<Metafile> {
  const metafile = await bundleShell(TASK, outdir);
  const manifest = JSON.parse(await readFile(path.join(root, TASK, "task.json"), "utf8")) as TaskManifest;
  manifest.version = taskVersion(version);
  await writeFile(path.join(outdir, "task.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(path.join(root, TASK, "icon.png"), path.join(outdir, "icon.png"));
  return metafile;
}

/**
 * Builds the task and packs the extension with tfx-cli; the package is then written anew with fixed times and order, so
 * that the same sources give the same bytes.
 * @returns the path of the .vsix in `outdir`
 */
export async function buildExtension(
  outdir: string,
  override: {
    readonly publisher?: string | undefined;
    readonly version?: string | undefined;
    readonly repository?: string | undefined;
  } = {},
): Promise<string> {
  const committed = JSON.parse(
    await readFile(path.join(root, "vss-extension.json"), "utf8"),
  ) as ExtensionManifest;
  const { publisher = committed.publisher, version = committed.version, repository } = override;
  const scratch = await mkdtemp(path.join(os.tmpdir(), "extension-"));
  try {
    await buildTask(path.join(scratch, "DatabricksBundle"), version);
    await stage(scratch, { ...committed, publisher, version }, repository);
    const packed = await pack(scratch);
    await mkdir(outdir, { recursive: true });
    const file = path.join(outdir, `${publisher}.${committed.id}-${version}.vsix`);
    await writeFile(file, normalised(await readFile(packed)));
    return file;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** `owner/name` of the repository at GitHub takes the place of `<owner>/databricks-secretless` in links. */
async function stage(
  folder: string,
  manifest: ExtensionManifest,
  repository: string | undefined,
): Promise<void> {
  if (repository !== undefined && !/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(repository))
    throw new Error(`${repository} is not owner/name`);
  await mkdir(path.join(folder, "extension"));
  for (const file of ["LICENSE", "extension/icon.png"])
    await copyFile(path.join(root, file), path.join(folder, file));
  const overview = await readFile(path.join(root, "extension/overview.md"), "utf8");
  const placeholder = "<owner>/databricks-secretless";
  await writeFile(
    path.join(folder, "extension/overview.md"),
    overview.replaceAll(placeholder, repository ?? placeholder),
  );
  const links = repository !== undefined && linksOf(`https://github.com/${repository}`);
  await writeFile(path.join(folder, "vss-extension.json"), JSON.stringify({ ...manifest, ...links }));
}

/** Source: learn.microsoft.com, "Extension manifest reference", discovery attributes. */
const linksOf = (home: string): object => ({
  repository: { type: "git", uri: `${home}.git` },
  links: {
    home: { uri: home },
    getstarted: { uri: `${home}/blob/v1/docs/setup-azure-devops.md` },
    support: { uri: `${home}/issues` },
    issues: { uri: `${home}/issues` },
    license: { uri: `${home}/blob/v1/LICENSE` },
  },
});

/** Runs tfx, which only warns of what is wrong with a task: any warning is an error here. */
async function pack(folder: string): Promise<string> {
  const tfx = path.join(root, "node_modules/tfx-cli/_build/tfx-cli.js");
  const args = ["extension", "create", "--root", folder, "--manifest-globs", "vss-extension.json"];
  const file = path.join(folder, "packed.vsix");
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [tfx, ...args, "--output-path", file, "--no-prompt", "--no-color"],
    // tfx keeps a cache in the home folder.
    { env: { ...process.env, HOME: folder, USERPROFILE: folder, TFX_NO_UPDATE_NOTIFIER: "1" } },
  );
  if (/warning|error/i.test(`${stdout}${stderr}`)) throw new Error(`tfx: ${stdout}${stderr}`);
  return file;
}

/** Times before 1980 are none in a zip; fflate takes local time, so the same wall clock is the same bytes everywhere. */
function normalised(zip: Uint8Array): Uint8Array {
  const files = Object.entries(unzipSync(zip)).sort(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(files), { level: 9, mtime: new Date(1980, 0, 2) });
}
