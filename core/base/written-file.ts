import { randomUUID } from "node:crypto";
import type { BigIntStats } from "node:fs";
import * as fs from "node:fs/promises";
import path from "node:path";
import { getuid } from "node:process";
import { inGitFolder, RefusedFile } from "./checkout-file.ts";
import { isInside } from "./paths.ts";
import type { Platform } from "./ports.ts";

/** What writing a file asks of the file system, as node:fs/promises does it; tests put races and other systems here. */
export type WritePort = Pick<
  typeof fs,
  "lstat" | "mkdir" | "open" | "realpath" | "rename" | "rm" | "readlink"
> & { readonly constants: Partial<typeof fs.constants> };

export interface WriteBounds {
  /** Absolute paths of the folders that may be written to: the checkout and the CI's temporary folder. */
  readonly roots: readonly string[];
  readonly platform: Platform;
  readonly port?: WritePort;
  /** Id of the user who must own a file that is appended to; default: of this process, undefined on Windows. */
  readonly user?: number | undefined;
}

/**
 * Writes a file that users get, whole or not at all: into a new file beside it, which then takes its name. Whoever edits the
 * repository can put a link in its place or in its way, so no component of its path below the checkout or the CI's
 * temporary folder may be one; folders that are missing are made.
 * @throws RefusedFile; the file system's error where it cannot be written
 */
export async function writeOwnFile(file: string, content: string, bounds: WriteBounds): Promise<void> {
  const { port = fs } = bounds;
  const place = await placeOf(file, bounds);
  const found = await lookAt(place.file, port);
  if (found !== undefined) checkKind(found);
  const fresh = path.join(place.folder, `.${path.basename(place.file)}.${randomUUID()}.tmp`);
  const { O_WRONLY = 0, O_CREAT = 0, O_EXCL = 0, O_NOFOLLOW = 0 } = port.constants;
  const handle = await port.open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  try {
    try {
      await checkDescriptor(handle.fd, fresh, port);
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
    if ((await port.realpath(place.folder)) !== place.folder) throw new RefusedFile(CHANGED);
    await port.rename(fresh, place.file);
  } catch (error) {
    await port.rm(fresh, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * Appends to a file that users get, readable by this user alone if it is new. The rules are those of {@link writeOwnFile};
 * as what is there stays, it must be a regular file of this user with no second name, judged on the open descriptor.
 * @throws RefusedFile; the file system's error where it cannot be written
 */
export async function appendOwnFile(file: string, text: string, bounds: WriteBounds): Promise<void> {
  const { port = fs, user = getuid?.() } = bounds;
  const place = await placeOf(file, bounds);
  const expected = await lookAt(place.file, port);
  if (expected !== undefined) checkKind(expected);
  const { O_WRONLY = 0, O_CREAT = 0, O_APPEND = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = port.constants;
  const flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
  const handle = await port.open(place.file, flags, 0o600).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === "ELOOP" ? new RefusedFile(LINK) : error;
  });
  try {
    const found = await handle.stat({ bigint: true });
    checkKind(found);
    if (expected !== undefined && (found.ino !== expected.ino || found.dev !== expected.dev))
      throw new RefusedFile(CHANGED);
    if (found.nlink !== 1n) throw new RefusedFile("has a second name (a hard link)");
    if (user !== undefined && found.uid !== BigInt(user)) throw new RefusedFile("belongs to another user");
    await checkDescriptor(handle.fd, place.file, port);
    if ((await port.realpath(place.folder)) !== place.folder) throw new RefusedFile(CHANGED);
    await handle.appendFile(text);
  } finally {
    await handle.close();
  }
}

const LINK = "is reached through a link";
const CHANGED = "was exchanged for another one while it was written";

interface OwnPlace {
  /** Both without links. */
  readonly folder: string;
  readonly file: string;
}

/** Where the file really is; its folders are made. */
async function placeOf(file: string, { roots, platform, port = fs }: WriteBounds): Promise<OwnPlace> {
  for (const root of roots) {
    const real = await port.realpath(root).catch(() => undefined);
    if (real === undefined) continue;
    // A path may name the root as we know it, or as it really is.
    const under = [root, real].find((one) => isInside(file, one, platform));
    if (under === undefined) continue;
    const parts = path.relative(under, file).split(path.sep);
    const name = parts.pop() ?? "";
    if (name === "") throw new RefusedFile("is a folder");
    if (inGitFolder(path.join(...parts, name))) throw new RefusedFile("is in a folder .git");
    let folder = real;
    for (const part of parts) {
      folder = path.join(folder, part);
      await madeFolder(folder, port);
    }
    return { folder, file: path.join(folder, name) };
  }
  throw new RefusedFile("is neither in the checkout nor in the CI's temporary folder");
}

async function madeFolder(folder: string, port: WritePort): Promise<void> {
  let found = await lookAt(folder, port);
  if (found === undefined) {
    await port.mkdir(folder).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
    found = await lookAt(folder, port);
  }
  if (found?.isSymbolicLink() === true) throw new RefusedFile(LINK);
  if (found?.isDirectory() !== true) throw new RefusedFile("lies below something that is no folder");
}

function lookAt(file: string, port: WritePort): Promise<BigIntStats | undefined> {
  return port.lstat(file, { bigint: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
}

function checkKind(found: BigIntStats): void {
  if (found.isSymbolicLink()) throw new RefusedFile(LINK);
  if (found.isDirectory()) throw new RefusedFile("is a folder");
  if (!found.isFile()) throw new RefusedFile("is no regular file but a device or a pipe");
}

/** Whether the open file is where it should be, if the platform tells (Linux, proc_pid_fd(5)). */
async function checkDescriptor(descriptor: number, file: string, port: WritePort): Promise<void> {
  const place = await port.readlink(`/proc/self/fd/${descriptor}`).catch(() => file);
  if (place !== file) throw new RefusedFile(CHANGED);
}
