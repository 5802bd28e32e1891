import { gunzipSync, inflateRawSync } from "node:zlib";
import { endsAsZip, hasUnlistedMembers, memberBytes, zipMembers, type ZipMember } from "./zip-directory.ts";

/** Limits against archives that unpack to more than they look: bytes, and members. */
export const ARCHIVE_LIMITS = {
  file: 256 << 20,
  member: 128 << 20,
  total: 1 << 30,
  members: 100_000,
} as const;

export type ArchiveKind = "zip" | "gzip" | "tar";

/** What is compressed in a way that is not opened here, by its first bytes; undefined for all else. */
export function closedArchive(head: Uint8Array): string | undefined {
  const start = Buffer.from(head).toString("latin1");
  return CLOSED.find(([magic]) => start.startsWith(magic))?.[1];
}

/** Enough bytes for {@link closedArchive} and {@link archiveKind}. */
export const HEAD = 262;

const CLOSED = [
  ...Array.from({ length: 9 }, (_, level) => [`BZh${String(level + 1)}1AY&SY`, "bzip2"] as const),
  ["\xfd7zXZ\0", "xz"],
  ["\x28\xb5\x2f\xfd", "zstd"],
  ["7z\xbc\xaf\x27\x1c", "7z"],
  ["Rar!\x1a\x07", "rar"],
  ["\x04\x22\x4d\x18", "lz4"],
] as const;

/** All that `content` is as an archive: one may be appended to another. */
export function archiveKinds(content: Buffer): ArchiveKind[] {
  const first = archiveKind(content.subarray(0, HEAD));
  return [...new Set([...(first ? [first] : []), ...(endsAsZip(content) ? (["zip"] as const) : [])])];
}

/** By the first bytes: RFC 1952 and PKWARE APPNOTE; wheels, jars, eggs, .dbc and office files are zips. */
export function archiveKind(head: Uint8Array): ArchiveKind | undefined {
  if (
    head[0] === 0x50 &&
    head[1] === 0x4b &&
    ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6))
  )
    return "zip";
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return "gzip";
  return isTar(head) ? "tar" : undefined;
}

/** What is left, in one run, of what is packed tighter than sources and programs are: many bombs are no more than one. */
export class TightBudget {
  bytes: number = ARCHIVE_LIMITS.total;
}

/** What is left to unpack of one top-level archive, nested ones included. */
export class UnpackBudget {
  bytes: number = ARCHIVE_LIMITS.total;
  members: number = ARCHIVE_LIMITS.members;
  readonly #tight: TightBudget;

  constructor(tight: TightBudget) {
    this.#tight = tight;
  }

  /** How many bytes may come out of `packed` ones. */
  most(packed: number): number {
    return Math.min(this.bytes, ARCHIVE_LIMITS.member, Math.max(packed * TIGHT, this.#tight.bytes));
  }

  take(packed: number, unpacked: number): void {
    this.bytes -= unpacked;
    if (unpacked > packed * TIGHT) this.#tight.bytes -= unpacked;
  }
}

/** To one: deflate's most is 1,032; text and programs have 3 to 10. */
const TIGHT = 100;
const TOO_TIGHT = "this run has unpacked 1 GiB of what is packed tighter than 100 to 1: a zip bomb";

/** A member's content, or why there is none. */
export type Unpacked =
  | {
      readonly name: string;
      readonly content: Buffer;
      /** Set for a whole tar archive, whose members were given before: what stands in its headers and between them. */
      readonly around?: true;
    }
  | { readonly name: string; readonly reason: string };

function explained(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ERR_BUFFER_TOO_LARGE") return "it unpacks to more than it says: a zip bomb";
  return error instanceof Error ? error.message : String(error);
}

function unpackMember(zip: Buffer, member: ZipMember, budget: UnpackBudget): Unpacked {
  const { name } = member;
  if (member.encrypted) return { name, reason: "it is encrypted" };
  if (member.size > ARCHIVE_LIMITS.member) return { name, reason: "it unpacks to more than 128 MiB" };
  if (member.size > budget.bytes) return { name, reason: "the archive unpacks to more than 1 GiB" };
  if (member.method !== 0 && member.method !== 8)
    return { name, reason: `its compression method ${member.method} is not known` };
  try {
    const stored = memberBytes(zip, member);
    if (member.size > budget.most(stored.length)) return { name, reason: TOO_TIGHT };
    const content =
      member.method === 0 ? stored : inflateRawSync(stored, { maxOutputLength: Math.max(1, member.size) });
    if (content.length !== member.size) return { name, reason: "its content is damaged" };
    budget.take(stored.length, content.length);
    return { name, content };
  } catch (error) {
    return { name, reason: explained(error) };
  }
}

/** Unpacks the members of a zip one after the other; only one is in memory at a time. */
export function* unpackZip(zip: Buffer, budget: UnpackBudget): Generator<Unpacked> {
  const members: ZipMember[] = [];
  try {
    for (const member of zipMembers(zip)) {
      members.push(member);
      if (member.name.endsWith("/")) continue;
      if (--budget.members < 0) {
        yield { name: "", reason: "it has more than 100,000 members" };
        return;
      }
      yield unpackMember(zip, member, budget);
    }
    if (hasUnlistedMembers(zip, members))
      yield { name: "", reason: "it has members that its directory does not name" };
  } catch (error) {
    // Bytes that look like the end of one, and are none.
    if (members.length === 0 && archiveKind(zip.subarray(0, HEAD)) !== "zip") return;
    yield { name: "", reason: `it is no whole zip archive: ${explained(error)}` };
  }
}

const BLOCK = 512;

function tarText(header: Buffer, from: number, size: number): string {
  const field = header.toString("utf8", from, from + size);
  const end = field.indexOf("\0");
  return end < 0 ? field : field.slice(0, end);
}

/** POSIX.1-1988 ustar, and GNU's. */
function isTar(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(257, 262)).toString("latin1") === "ustar";
}

/** The members of a tar archive, then all of it: what stands in its headers and between them. */
export function unpackTar(tar: Buffer, budget: UnpackBudget): readonly Unpacked[] {
  const members: Unpacked[] = [];
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + BLOCK);
    const size = parseInt(tarText(header, 124, 12).trim() || "0", 8);
    const prefix = tarText(header, 345, 155);
    const name = `${prefix === "" ? "" : `${prefix}/`}${tarText(header, 0, 100)}`;
    if (--budget.members < 0) {
      members.push({ name: "", reason: "it has more than 100,000 members" });
      break;
    }
    if (!Number.isSafeInteger(size) || at + BLOCK + size > tar.length) {
      members.push({ name, reason: "the archive is cut off" });
      break;
    }
    if (/[0\0]/.test(String.fromCharCode(header[156] ?? 0))) {
      members.push({ name, content: tar.subarray(at + BLOCK, at + BLOCK + size) });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return [...members, { name: "", content: tar, around: true }];
}

/** Unpacks gzip data: its members where it holds a tar archive, else one member without a name. */
export function unpackGzip(gzip: Buffer, budget: UnpackBudget): readonly Unpacked[] {
  const most = budget.most(gzip.length);
  try {
    const content = gunzipSync(gzip, { maxOutputLength: Math.max(1, most) });
    budget.take(gzip.length, content.length);
    return isTar(content) ? unpackTar(content, budget) : [{ name: "", content }];
  } catch (error) {
    const reason = explained(error);
    return [
      {
        name: "",
        reason: reason.includes("bomb")
          ? most < ARCHIVE_LIMITS.member
            ? TOO_TIGHT
            : "it unpacks to more than 128 MiB"
          : `it is no whole gzip file: ${reason}`,
      },
    ];
  }
}
