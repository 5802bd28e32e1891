import type { BigIntStats } from "node:fs";
import * as fs from "node:fs/promises";
import path from "node:path";
import { isInside } from "./paths.ts";
import type { Platform } from "./ports.ts";

/** Largest file of a user that is read, in bytes: far more than any real one needs. */
export const FILE_LIMIT = 1_000_000;

/** What reading a file asks of the file system, as node:fs/promises does it; tests put races and other systems here. */
export type FilePort = Pick<typeof fs, "lstat" | "open" | "realpath" | "readlink"> & {
  readonly constants: Partial<typeof fs.constants>;
};

/** A file that is there and is not read. The message says why, as the end of a sentence that begins with its name. */
export class RefusedFile extends Error {
  override readonly name = "RefusedFile";
}

/** A link in the place of a file, with nothing where it leads. */
export class DanglingLink extends RefusedFile {
  constructor() {
    super("is a link that leads nowhere");
  }
}

export interface FileBounds {
  /** Absolute path of the checkout; no link may lead out of it. */
  readonly checkout: string;
  readonly platform: Platform;
  /** Bytes; default {@link FILE_LIMIT}. */
  readonly limit?: number;
  readonly port?: FilePort;
}

const OUTSIDE = "leads out of the checkout";
const CHANGED = "was exchanged for another one while it was read";

/**
 * Reads a file that comes with the checkout, and that whoever edits the bundle chooses: a link in its place must not show
 * what the CI's user can read elsewhere. So it is a regular file under one name (a second hard link is the way out that no
 * path shows), really inside the checkout but not in its `.git` (where a checkout keeps its credentials), and not too
 * large. Links from inside to inside are followed. What counts is seen on the open descriptor; the path is looked at
 * before, so that no device or pipe is ever opened, and after, so that none was put in between. Where the platform has
 * no O_NOFOLLOW and O_NONBLOCK (Windows), the file's ID on the descriptor and on the path takes their place.
 * @returns its bytes; undefined if there is no such file
 * @throws RefusedFile if it is none of these; the file system's error where it cannot be read
 */
export async function readCheckoutFile(file: string, bounds: FileBounds): Promise<Buffer | undefined> {
  const { checkout, platform, port = fs } = bounds;
  const real = await realOf(file, port);
  if (real === undefined) return undefined;
  const root = await port.realpath(checkout);
  const isOurs = (one: string): boolean => isInside(one, root, platform);
  if (!isOurs(real)) throw new RefusedFile(OUTSIDE);
  if (inGitFolder(path.relative(root, real))) throw new RefusedFile("leads into a folder .git");
  const { bytes, names, place } = await readRegular(real, bounds);
  // A folder on the way may have been exchanged for a link in between.
  if ((await realOf(file, port)) !== real || (place !== undefined && !isOurs(place)))
    throw new RefusedFile(CHANGED);
  if (names > 1n)
    throw new RefusedFile("has a second name (a hard link), which may be that of a file elsewhere");
  return bytes;
}

/** {@link readCheckoutFile} as text, which must be UTF-8; a byte order mark is left out. */
export async function readCheckoutText(file: string, bounds: FileBounds): Promise<string | undefined> {
  const bytes = await readCheckoutFile(file, bounds);
  return bytes && textOf(bytes);
}

/**
 * Reads a file that does not come with the checkout: whoever wrote the workflow, or the CI itself, has named it. Links are
 * followed; it must be a regular file and not too large.
 * @returns its bytes; undefined if there is no such file
 * @throws RefusedFile; the file system's error where it cannot be read
 */
export async function readNamedFile(
  file: string,
  options: Pick<FileBounds, "limit" | "port"> = {},
): Promise<Buffer | undefined> {
  const real = await realOf(file, options.port ?? fs);
  return real === undefined ? undefined : (await readRegular(real, options)).bytes;
}

/** UTF-8 without its byte order mark. @throws RefusedFile for anything else, UTF-16 above all */
export function textOf(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Said below.
  }
  throw new RefusedFile("is not UTF-8 text");
}

/** The path without links; undefined if nothing has that name. @throws RefusedFile, {@link DanglingLink} among them */
async function realOf(file: string, port: FilePort): Promise<string | undefined> {
  try {
    return await port.realpath(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ELOOP") throw new RefusedFile("is a link that leads in a circle");
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    const found = await port.lstat(file).catch(() => undefined);
    if (found?.isSymbolicLink() === true) throw new DanglingLink();
    return undefined;
  }
}

interface ReadFile {
  readonly bytes: Buffer;
  /** How many names the file has. */
  readonly names: bigint;
  /** Where the open descriptor is, if the platform tells (Linux, proc_pid_fd(5)). */
  readonly place: string | undefined;
}

/** `real` is a path without links. */
async function readRegular(
  real: string,
  { limit = FILE_LIMIT, port = fs }: Pick<FileBounds, "limit" | "port">,
): Promise<ReadFile> {
  const expected = await port.lstat(real, { bigint: true });
  checkKind(expected, limit);
  const { O_RDONLY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = port.constants;
  const handle = await port.open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    throw codeOf(error) === "ELOOP" ? new RefusedFile(CHANGED) : error;
  });
  try {
    const found = await handle.stat({ bigint: true });
    checkKind(found, limit);
    if (found.ino !== expected.ino || found.dev !== expected.dev) throw new RefusedFile(CHANGED);
    const place = await port.readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
    // Not believed: a file of the kernel's says 0 and may go on for ever.
    const buffer = Buffer.alloc(Math.max(Number(found.size) + 1, 4096));
    const pieces: Buffer[] = [];
    for (let size = 0; ;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return { bytes: Buffer.concat(pieces), names: found.nlink, place };
      size += bytesRead;
      if (size > limit) throw tooLarge(limit);
      pieces.push(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  } finally {
    await handle.close();
  }
}

function checkKind(found: BigIntStats, limit: number): void {
  if (!found.isFile())
    throw new RefusedFile(found.isDirectory() ? "is a folder" : "is no regular file but a device or a pipe");
  if (found.size > BigInt(limit)) throw tooLarge(limit);
}

function tooLarge(limit: number): RefusedFile {
  return new RefusedFile(`is larger than ${String(limit / 1_000_000)} MB`);
}

/** Also as Windows and macOS may write it: they know no letter case, and Windows no dots and blanks at the end. */
export function inGitFolder(relative: string): boolean {
  return relative.split(/[\\/]/).some((part) => /^\.git[. ]*$/i.test(part));
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
