import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/** What the installer asks of the file system, as node:fs/promises does it; tests put full and read-only disks here. */
export type InstallFiles = Pick<
  typeof fs,
  "lstat" | "mkdir" | "open" | "readFile" | "readdir" | "realpath" | "rename" | "rm" | "stat"
>;

export const systemFiles: InstallFiles = fs;

export type Write = (chunk: Buffer) => Promise<void>;

/** Bytes that are handled at once. Larger ones are freed late, and the program has 50 million: 15 MiB more at the peak. */
export const CHUNK = 16 * 1024;

/**
 * Creates `file` with what `fill` writes and forces it to the disk. If anything fails, the file is gone again.
 * `mode` are the permissions, whatever the umask says.
 */
export async function createFile<T>(
  files: InstallFiles,
  file: string,
  mode: number,
  fill: (write: Write) => Promise<T>,
): Promise<T> {
  const handle = await files.open(file, "wx", mode);
  try {
    try {
      const result = await fill((chunk) => writeAll(handle, chunk));
      await handle.chmod(mode);
      await handle.sync();
      return result;
    } finally {
      await handle.close();
    }
  } catch (error) {
    await files.rm(file, { force: true });
    throw error;
  }
}

async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
}

/**
 * The bytes of an open file from `start` up to, not including, `end`; fewer if it is shorter. Each chunk is a buffer of
 * its own, or, with `reused`, is overwritten by the next.
 */
export async function* readRange(
  handle: FileHandle,
  start: number,
  end: number,
  reused?: Buffer,
): AsyncGenerator<Buffer> {
  for (let at = start; at < end;) {
    const chunk = reused ?? Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, end - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** SHA-256 of a regular file (links are not followed), in lower case; undefined if there is none that can be read. */
export async function sha256OfFile(files: InstallFiles, file: string): Promise<string | undefined> {
  try {
    if (!(await files.lstat(file)).isFile()) return undefined;
    const handle = await files.open(file, "r");
    try {
      const hash = createHash("sha256");
      for await (const chunk of readRange(handle, 0, Infinity, Buffer.allocUnsafe(CHUNK))) hash.update(chunk);
      return hash.digest("hex");
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/** Codes of `errno` by which a place cannot be written to, though another may. */
const DISK_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: "it may not be written to",
  EBUSY: "a file in it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "something else is in the way",
  EFBIG: "the file would be too large for it",
  EIO: "the disk does not work",
  EISDIR: "something else is in the way",
  ELOOP: "it is a loop of links",
  ENAMETOOLONG: "the path is too long",
  ENOENT: "it does not exist and cannot be created",
  ENOSPC: "the disk is full",
  ENOTDIR: "something else is in the way",
  EPERM: "it may not be written to",
  EROFS: "it is read-only",
};

/** Why a place on disk cannot be used, for people; undefined if `error` is something else. */
export function diskProblem(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  const text = code === undefined ? undefined : DISK_PROBLEMS[code];
  return text === undefined ? undefined : `${text} (${code ?? ""})`;
}
