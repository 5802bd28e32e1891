/** One member of a zip archive, as its central directory has it (PKWARE APPNOTE 6.3.10, 4.3.12). */
export interface ZipMember {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly compressedSize: number;
  readonly size: number;
  /** Offset of its local header. */
  readonly header: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const MEMBER = 0x02014b50;
const LOCAL = 0x04034b50;

/** Bytes at the end of a file in which a zip archive shows itself, whatever stands before it. */
export const ZIP_END = 22 + 0xffff;

/** Whether a file that ends so can be a zip archive: launchers and whatever a reader passes over may stand before it. */
export function endsAsZip(tail: Uint8Array): boolean {
  return Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).subarray(-ZIP_END).includes("PK\x05\x06");
}

/**
 * Whether there are local headers that no member of the directory has: parts of another archive, which are not unpacked.
 */
export function hasUnlistedMembers(zip: Buffer, members: readonly ZipMember[]): boolean {
  const extents = members
    .map((member) => {
      const start =
        member.header + 30 + lengthAt(zip, member.header + 26) + lengthAt(zip, member.header + 28);
      return [member.header, start + member.compressedSize] as const;
    })
    .sort(([a], [b]) => a - b);
  let next = 0;
  for (let at = zip.indexOf("PK\x03\x04"); at >= 0; at = zip.indexOf("PK\x03\x04", at + 1)) {
    while ((extents[next]?.[1] ?? Infinity) <= at) next++;
    if ((extents[next]?.[0] ?? Infinity) > at) return true;
  }
  return false;
}

const lengthAt = (zip: Buffer, at: number): number => (at + 2 <= zip.length ? zip.readUInt16LE(at) : 0);

function endOfDirectory(zip: Buffer): number {
  const first = Math.max(0, zip.length - 22 - 0xffff);
  for (let at = zip.length - 22; at >= first; at--) if (zip.readUInt32LE(at) === END) return at;
  throw new RangeError("it has no central directory");
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
  /** What stands before the archive, such as a launcher script: all offsets count from behind it. */
  readonly shift: number;
}

function directoryOf(zip: Buffer): Directory {
  const end = endOfDirectory(zip);
  let [count, size, offset] = [
    zip.readUInt16LE(end + 10),
    zip.readUInt32LE(end + 12),
    zip.readUInt32LE(end + 16),
  ];
  let directoryEnd = end;
  if (end >= 20 && zip.readUInt32LE(end - 20) === LOCATOR_64) {
    const at = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x06, 0x06]), end - 20);
    if (at < 0 || zip.readUInt32LE(at) !== END_64) throw new RangeError("its central directory is damaged");
    [count, size, offset] = [at + 32, at + 40, at + 48].map((place) =>
      Number(zip.readBigUInt64LE(place)),
    ) as [number, number, number];
    directoryEnd = at;
  }
  const shift = directoryEnd - size - offset;
  if (shift < 0) throw new RangeError("its central directory is damaged");
  return { count, size, offset, shift };
}

/** Sizes and offsets of more than 32 bits stand in the extra field 1, in this order, each only where it is needed. */
function wide(zip: Buffer, extra: number, extraSize: number, narrow: readonly number[]): number[] {
  const values = [...narrow];
  for (let at = extra; at + 4 <= extra + extraSize; at += 4 + zip.readUInt16LE(at + 2)) {
    if (zip.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== 0xffffffff) continue;
      values[i] = Number(zip.readBigUInt64LE(next));
      next += 8;
    }
  }
  return values;
}

/** The members of an archive. @throws RangeError if it is no whole archive. */
export function* zipMembers(zip: Buffer): Generator<ZipMember> {
  const { count, offset, shift } = directoryOf(zip);
  let at = offset + shift;
  for (let i = 0; i < count; i++) {
    if (zip.readUInt32LE(at) !== MEMBER) throw new RangeError("its central directory is damaged");
    const nameSize = zip.readUInt16LE(at + 28);
    const extraSize = zip.readUInt16LE(at + 30);
    const [size = 0, compressedSize = 0, header = 0] = wide(zip, at + 46 + nameSize, extraSize, [
      zip.readUInt32LE(at + 24),
      zip.readUInt32LE(at + 20),
      zip.readUInt32LE(at + 42),
    ]);
    yield {
      name: zip.toString("utf8", at + 46, at + 46 + nameSize),
      method: zip.readUInt16LE(at + 10),
      encrypted: (zip.readUInt16LE(at + 8) & 1) === 1,
      compressedSize,
      size,
      header: header + shift,
    };
    at += 46 + nameSize + extraSize + zip.readUInt16LE(at + 32);
  }
}

/** The stored bytes of a member. @throws RangeError if they are not all there. */
export function memberBytes(zip: Buffer, member: ZipMember): Buffer {
  if (zip.readUInt32LE(member.header) !== LOCAL) throw new RangeError("it has no local header");
  const start =
    member.header + 30 + zip.readUInt16LE(member.header + 26) + zip.readUInt16LE(member.header + 28);
  if (start + member.compressedSize > zip.length) throw new RangeError("it is cut off");
  return zip.subarray(start, start + member.compressedSize);
}
