import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw, crc32 } from "node:zlib";
import { CHUNK, createFile, readRange, type InstallFiles, type Write } from "./files.ts";
import { findMember, refused, type ZipMember } from "./zip.ts";

/** Bytes; the program of 1.13.0 has 56 million. */
const LARGEST_PROGRAM = 512 * 1024 * 1024;

/**
 * Extracts the one member `name` of the zip file `archive` to the new file `target`, with permissions 0755, and forces
 * it to the disk. Returns its SHA-256 in lower case. If anything is wrong, `target` does not exist afterwards.
 * @throws SecretlessError `CLI_ARCHIVE_REFUSED`; an `errno` error of the file system
 */
export async function extractProgram(
  files: InstallFiles,
  archive: string,
  name: string,
  target: string,
  limit = LARGEST_PROGRAM,
): Promise<string> {
  const handle = await files.open(archive, "r");
  try {
    const member = await findMember(handle, name, limit);
    const hash = createHash("sha256");
    let size = 0;
    let checksum = 0;
    await createFile(files, target, 0o755, async (write) => {
      const packed = readRange(handle, member.start, member.start + member.compressedSize);
      await unpack(member, packed, async (chunk) => {
        size += chunk.length;
        if (size > member.size) throw refused(`\`${name}\` is larger than the archive says`);
        checksum = crc32(chunk, checksum);
        hash.update(chunk);
        await write(chunk);
      });
      if (size !== member.size || checksum !== member.crc32) throw refused(`\`${name}\` is damaged`);
    });
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}

/** Calls `take` with the content of the member whose bytes in the archive are `packed`. */
async function unpack(member: ZipMember, packed: AsyncIterable<Buffer>, take: Write): Promise<void> {
  if (member.method === "stored") {
    for await (const chunk of packed) await take(chunk);
    return;
  }
  const inflate = createInflateRaw({ chunkSize: CHUNK });
  // `pipeline` may report its own AbortError instead of what `take` threw.
  let refusal: { readonly error: unknown } | undefined;
  try {
    await pipeline(Readable.from(packed), inflate, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        await take(chunk).catch((error: unknown) => {
          refusal = { error };
          throw error;
        });
      }
    });
  } catch (error) {
    if (refusal) throw refusal.error;
    throw isZlibError(error) ? refused(`\`${member.name}\` is damaged`) : error;
  }
  if (inflate.bytesWritten !== member.compressedSize) {
    throw refused(`\`${member.name}\` is followed by more data`);
  }
}

/** `Z_DATA_ERROR`, `Z_BUF_ERROR` and the like (zlib's manual, "Constants"). */
function isZlibError(error: unknown): boolean {
  return /^Z_/.test(String((error as { code?: unknown }).code));
}
