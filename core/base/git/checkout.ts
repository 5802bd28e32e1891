import path from "node:path";
import { readNamedFile } from "../checkout-file.ts";

/** SHA-1 or SHA-256 object name. */
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The commit that is checked out in `folder`, or undefined if it cannot be told (no checkout, no commit yet). Git is
 * not started: configuration inside a checkout can make it run programs.
 * Source: gitrepository-layout(5), gitglossary(7) "symref".
 */
export async function checkedOutCommit(folder: string): Promise<string | undefined> {
  const gitFolder = await findGitFolder(folder);
  if (gitFolder === undefined) return undefined;
  const head = await textOf(path.join(gitFolder, "HEAD"));
  if (head === undefined || COMMIT.test(head)) return head;
  const [, ref] = /^ref: (refs\/\S+)$/.exec(head) ?? [];
  if (ref === undefined || ref.split("/").includes("..")) return undefined;
  // A linked worktree shares the branches of its main repository.
  const common = path.resolve(gitFolder, (await textOf(path.join(gitFolder, "commondir"))) ?? ".");
  const loose = await textOf(path.join(common, ref));
  const commit = loose ?? packedRef(await textOf(path.join(common, "packed-refs")), ref);
  return commit !== undefined && COMMIT.test(commit) ? commit : undefined;
}

/** `.git` is a folder, or in worktrees and submodules a file that says `gitdir: <path>`. */
async function findGitFolder(folder: string): Promise<string | undefined> {
  const git = path.join(folder, ".git");
  if ((await textOf(path.join(git, "HEAD"))) !== undefined) return git;
  const [, target] = /^gitdir: (.+)$/.exec((await textOf(git)) ?? "") ?? [];
  return target === undefined ? undefined : path.resolve(folder, target);
}

function packedRef(text: string | undefined, ref: string): string | undefined {
  const line = text?.split("\n").find((one) => one.trimEnd().endsWith(` ${ref}`));
  return line?.split(" ")[0];
}

/** Bytes; a large repository packs hundreds of thousands of refs. */
const LARGEST = 64_000_000;

/** Worktrees and submodules keep theirs elsewhere, so no place is wrong; nothing of these files is ever shown. */
async function textOf(file: string): Promise<string | undefined> {
  return readNamedFile(file, { limit: LARGEST }).then(
    (bytes) => bytes?.toString("utf8").trimEnd(),
    () => undefined,
  );
}
