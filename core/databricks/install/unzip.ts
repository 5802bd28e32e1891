import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw, crc32 } from "node:zlib";
import { createFile, readRange, type InstallFiles } from "./files.ts";
import { findMember, refused } from "./zip.ts";

/** Bytes; the program of 1.13.0 has 56 million. */
export const LARGEST_PROGRAM = 512 * 1024 * 1024;

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
      const consume = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
        for await (const chunk of chunks) {
          size += chunk.length;
          if (size > member.size) throw refused(`\`${name}\` is larger than the archive says`);
          checksum = crc32(chunk, checksum);
          hash.update(chunk);
          await write(chunk);
        }
      };
      const packed = readRange(handle, member.start, member.start + member.compressedSize);
      if (member.method === "stored") {
        await consume(packed);
      } else {
        const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
        await pipeline(Readable.from(packed), inflate, consume).catch((error: unknown) => {
          throw isZlibError(error) ? refused(`\`${name}\` is damaged`) : error;
        });
        if (inflate.bytesWritten !== member.compressedSize)
          throw refused(`\`${name}\` is followed by more data`);
      }
      if (size !== member.size || checksum !== member.crc32) throw refused(`\`${name}\` is damaged`);
    });
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}

/** `Z_DATA_ERROR`, `Z_BUF_ERROR` and the like (zlib's manual, "Constants"). */
function isZlibError(error: unknown): boolean {
  return /^Z_/.test(String((error as { code?: unknown }).code));
}
