import type { FileHandle } from "node:fs/promises";
import { SecretlessError } from "../../base/errors.ts";
import { readRange } from "./files.ts";

/** Where the bytes of one member lie in an archive. Sizes and offsets in bytes. */
export interface ZipMember {
  readonly name: string;
  readonly method: "stored" | "deflated";
  readonly start: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly crc32: number;
}

interface Entry extends ZipMember {
  readonly flags: number;
  readonly rawName: Buffer;
  readonly headerAt: number;
}

/** Signatures and sizes of the records of APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. */
const LOCAL = { signature: 0x04034b50, size: 30 };
const CENTRAL = { signature: 0x02014b50, size: 46 };
const END = { signature: 0x06054b50, size: 22 };
const LONGEST_COMMENT = 0xffff;

/** A release archive has four members. */
const MOST_ENTRIES = 1_000;
const MOST_DIRECTORY_BYTES = 1024 * 1024;

/** General purpose bits (4.4.4): encrypted, patched, strongly encrypted, masked headers. */
const REFUSED_FLAGS = 0x0001 | 0x0020 | 0x0040 | 0x2000;
const DATA_DESCRIPTOR = 0x0008;

const NAME = /^[^\\:\p{Cc}\p{Cs}\ufffd]+$/u;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;

/**
 * Finds the member `wanted` of the zip archive in `handle`, whose whole directory must be beyond doubt: an archive with
 * an absolute or climbing path, a link, a name twice, encryption, zip64, several disks or records that contradict each
 * other is refused as a whole, though only one member would be read. `limit` is the largest size of the member.
 * @throws SecretlessError `CLI_ARCHIVE_REFUSED`
 */
export async function findMember(handle: FileHandle, wanted: string, limit: number): Promise<ZipMember> {
  const { size } = await handle.stat();
  const directory = await readDirectory(handle, size);
  const entries = parseDirectory(directory.bytes, directory.count);
  checkNames(entries);
  const entry = entries.find(({ name }) => name === wanted);
  if (!entry) throw refused(`it holds no \`${wanted}\``);
  if (entry.size === 0 || entry.size > limit) {
    throw refused(`\`${wanted}\` has ${String(entry.size)} bytes (at most ${String(limit)} are taken)`);
  }
  return { ...entry, start: await startOfData(handle, entry, directory.start) };
}

async function readDirectory(handle: FileHandle, size: number) {
  const tailStart = Math.max(0, size - END.size - LONGEST_COMMENT);
  const tail = await read(handle, tailStart, size);
  // Backwards: a comment could hold another end record, so only one whose comment ends with the file counts.
  for (let at = tail.length - END.size; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END.signature) continue;
    if (at + END.size + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const count = tail.readUInt16LE(at + 10);
    const bytes = tail.readUInt32LE(at + 12);
    const start = tail.readUInt32LE(at + 16);
    if (count === 0xffff || bytes === 0xffffffff || start === 0xffffffff)
      throw refused("it is a zip64 archive");
    if (tail.readUInt32LE(at + 4) !== 0 || tail.readUInt16LE(at + 8) !== count) {
      throw refused("it is one part of several");
    }
    if (start + bytes !== tailStart + at) throw refused("its directory is not where it should be");
    if (count > MOST_ENTRIES || bytes > MOST_DIRECTORY_BYTES) throw refused("it has too many members");
    return { start, count, bytes: await read(handle, start, start + bytes) };
  }
  throw refused("it has no end record: it is no zip archive, or cut off");
}

function parseDirectory(bytes: Buffer, count: number): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + CENTRAL.size > bytes.length || bytes.readUInt32LE(at) !== CENTRAL.signature) {
      throw refused("its directory is damaged");
    }
    const nameEnd = at + CENTRAL.size + bytes.readUInt16LE(at + 28);
    const end = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (end > bytes.length) throw refused("its directory is damaged");
    entries.push(parseEntry(bytes, at, nameEnd));
    at = end;
  }
  if (entries.length !== count) throw refused("its directory has another number of members than it says");
  return entries;
}

function parseEntry(bytes: Buffer, at: number, nameEnd: number): Entry {
  const rawName = bytes.subarray(at + CENTRAL.size, nameEnd);
  const name = rawName.toString("utf8");
  const system = bytes.readUInt8(at + 5);
  const flags = bytes.readUInt16LE(at + 8);
  const method = bytes.readUInt16LE(at + 10);
  const compressedSize = bytes.readUInt32LE(at + 20);
  const size = bytes.readUInt32LE(at + 24);
  const headerAt = bytes.readUInt32LE(at + 42);
  if ([compressedSize, size, headerAt].includes(0xffffffff)) throw refused("it is a zip64 archive");
  if (bytes.readUInt16LE(at + 34) !== 0) throw refused("it is one part of several");
  if ((flags & REFUSED_FLAGS) !== 0) throw refused(`\`${name}\` is encrypted or patched`);
  if (method !== 0 && method !== 8) throw refused(`\`${name}\` is compressed by method ${String(method)}`);
  // 4.4.2: only Unix (3) and macOS (19) keep a mode, in the upper half; 0 says nothing about the type.
  const type = system === 3 || system === 19 ? bytes.readUInt16LE(at + 40) & FILE_TYPE : 0;
  if (type !== 0 && type !== (name.endsWith("/") ? FOLDER : REGULAR)) {
    throw refused(`\`${name}\` is a link or another special file`);
  }
  return {
    name,
    rawName,
    flags,
    method: method === 0 ? "stored" : "deflated",
    compressedSize,
    size,
    crc32: bytes.readUInt32LE(at + 16),
    headerAt,
    start: headerAt,
  };
}

function checkNames(entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    const segments = name.replace(/\/$/, "").split("/");
    if (!NAME.test(name) || segments.some((segment) => segment === "" || /^\.{1,2}$/.test(segment))) {
      throw refused(`${JSON.stringify(name)} is no plain path inside the archive`);
    }
    const folded = segments.join("/").normalize("NFC").toLowerCase();
    if (seen.has(folded)) throw refused(`${JSON.stringify(name)} is in it twice`);
    seen.add(folded);
  }
}

/** The header before the data must say the same as the directory, or other programs see another archive than we do. */
async function startOfData(handle: FileHandle, entry: Entry, directoryStart: number): Promise<number> {
  const at = entry.headerAt;
  const header = await read(handle, at, at + LOCAL.size);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw refused("a member is not where its directory says");
  const nameSize = header.readUInt16LE(26);
  const start = at + LOCAL.size + nameSize + header.readUInt16LE(28);
  const rawName = await read(handle, at + LOCAL.size, at + LOCAL.size + nameSize);
  const method = header.readUInt16LE(8) === 0 ? "stored" : "deflated";
  // With a data descriptor (4.4.4, bit 3) the sizes stand behind the data, and the header may hold zeros.
  const sizes = [header.readUInt32LE(14), header.readUInt32LE(18), header.readUInt32LE(22)];
  const deferred = (entry.flags & DATA_DESCRIPTOR) !== 0 && sizes.every((value) => value === 0);
  const same = [entry.crc32, entry.compressedSize, entry.size].every(
    (value, index) => value === sizes[index],
  );
  if (
    !rawName.equals(entry.rawName) ||
    method !== entry.method ||
    header.readUInt16LE(6) !== entry.flags ||
    !(deferred || same)
  ) {
    throw refused(`\`${entry.name}\` is described in two ways`);
  }
  if (start + entry.compressedSize > directoryStart) throw refused(`\`${entry.name}\` is cut off`);
  return start;
}

async function read(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readRange(handle, start, end)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== end - start) throw refused("it is cut off");
  return bytes;
}

/** `reason` continues "The archive was refused: ". */
export function refused(reason: string): SecretlessError {
  return new SecretlessError("CLI_ARCHIVE_REFUSED", {
    problem: `The archive of the Databricks CLI was refused: ${reason}.`,
    expected: "a release archive as Databricks publishes it",
    remedy: "Get the archive from the release site again; if a mirror serves it, correct the mirror.",
  });
}
