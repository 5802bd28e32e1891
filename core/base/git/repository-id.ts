import { dirname, isAbsolute, join } from "node:path";
import { readGitFile, type Tree } from "../tree.ts";

/**
 * What identifies a repository on every machine that has a clone: host and path of its origin, without scheme, user,
 * port and `.git`; the ways to write an address of Azure Repos are one.
 */
export function repositoryIdOf(originUrl: string): string {
  const address = originUrl
    .trim()
    .replace(/^[a-z+]{2,12}:\/\//i, "")
    .replace(/^[^@/]{1,200}@/, "")
    .replace(/^([^/:]{1,255}):(?:\d{1,5}\/)?/, "$1/");
  const azure = /^(?:ssh\.)?dev\.azure\.com\/(?:v3\/)?([^/]+)\/([^/]+)\/(?:_git\/)?([^/]+)/.exec(address);
  const path = azure === null ? address : `dev.azure.com/${azure.slice(1).join("/")}`;
  return decodeURIComponentSafely(path)
    .replace(/(?:\.git)?\/?$/, "")
    .toLowerCase();
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Folder of the configuration that a clone, or a further worktree of one (gitrepository-layout(5)), uses. */
async function gitFolder(checkout: string, tree: Tree): Promise<string> {
  const dotGit = join(checkout, ".git");
  if ((await tree.size(dotGit)) === undefined) return dotGit;
  const target = /^gitdir: (.{1,4096})/.exec((await readGitFile(dotGit, tree)) ?? "")?.[1]?.trim() ?? "";
  const folder = isAbsolute(target) ? target : join(checkout, target);
  const common = (await readGitFile(join(folder, "commondir"), tree)) ?? ".";
  return isAbsolute(common.trim()) ? common.trim() : join(folder, common.trim());
}

/** The id of the repository that is checked out; undefined if it has no origin. */
export async function readRepositoryId(checkout: string, tree: Tree): Promise<string | undefined> {
  const config = (await readGitFile(join(await gitFolder(checkout, tree), "config"), tree)) ?? "";
  const origin = /\[remote "origin"\][^[]{0,2000}?\n\s{0,8}url\s{0,4}=\s{0,4}([^\n]{1,2000})/.exec(
    config,
  )?.[1];
  return origin === undefined ? undefined : repositoryIdOf(origin);
}

/** The innermost folder from `start` upwards that has a `.git`; `start` itself if none has. */
export async function findCheckout(start: string, tree: Tree): Promise<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    const entries = await tree.list(folder).catch(() => []);
    if (entries.some((entry) => entry.name === ".git")) return folder;
    if (dirname(folder) === folder) return start;
  }
}
