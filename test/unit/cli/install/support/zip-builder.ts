import { crc32, deflateRawSync } from "node:zlib";

/** A member of an archive to build; every field but the name may be set wrong on purpose. */
export interface Member {
  readonly name: string | Buffer;
  readonly content?: Buffer;
  readonly stored?: boolean;
  /** Unix mode with file type. */
  readonly mode?: number;
  readonly system?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly compressedSize?: number;
  readonly packed?: Buffer;
  readonly disk?: number;
  readonly offset?: number;
  /** Values of the local header that differ from the directory's. */
  readonly local?: {
    readonly name?: string;
    readonly flags?: number;
    readonly method?: number;
    readonly size?: number;
  };
}

export interface Oddities {
  readonly comment?: Buffer;
  readonly count?: number;
  readonly total?: number;
  readonly disk?: number;
  readonly directorySize?: number;
  readonly directoryStart?: number;
  readonly between?: Buffer;
}

const DESCRIPTOR = 0x0008;

/** A zip archive (APPNOTE 6.3.10) as Go's archive/zip writes it: sizes in data descriptors where `flags` has bit 3. */
export function buildZip(members: readonly Member[], odd: Oddities = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const content = member.content ?? Buffer.from("content");
    const packed = member.packed ?? (member.stored ? content : deflateRawSync(content));
    const name = Buffer.from(member.name);
    const flags = member.flags ?? 0;
    const method = member.method ?? (member.stored ? 0 : 8);
    const crc = member.crc ?? crc32(content);
    const size = member.size ?? content.length;
    const compressedSize = member.compressedSize ?? packed.length;
    const deferred = (flags & DESCRIPTOR) !== 0;
    const localName = Buffer.from(member.local?.name ?? name);
    const sizes = deferred ? [0, 0, 0] : [crc, compressedSize, member.local?.size ?? size];
    const local = Buffer.concat([
      u32(0x04034b50),
      ...[20, member.local?.flags ?? flags, member.local?.method ?? method, 0, 0x21].map(u16),
      ...sizes.map(u32),
      u16(localName.length),
      u16(0),
      localName,
      packed,
      ...(deferred ? [u32(0x08074b50), u32(crc), u32(compressedSize), u32(size)] : []),
    ]);
    directory.push(
      u32(0x02014b50),
      Buffer.of(20, member.system ?? 3),
      ...[20, flags, method, 0, 0x21].map(u16),
      ...[crc, compressedSize, size].map(u32),
      ...[name.length, 0, 0, member.disk ?? 0, 0, 0, member.mode ?? 0o100755].map(u16),
      u32(member.offset ?? at),
      name,
    );
    parts.push(local);
    at += local.length;
  }
  const between = odd.between ?? Buffer.alloc(0);
  const bytes = Buffer.concat(directory);
  const comment = odd.comment ?? Buffer.alloc(0);
  const count = odd.count ?? members.length;
  const end = Buffer.concat([
    u32(0x06054b50),
    ...[odd.disk ?? 0, 0, count, odd.total ?? count].map(u16),
    u32(odd.directorySize ?? bytes.length),
    u32(odd.directoryStart ?? at),
    u16(comment.length),
    comment,
  ]);
  return Buffer.concat([...parts, between, bytes, end]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
