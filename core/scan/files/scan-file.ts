import type { Unscanned } from "../../bundle/sync-files.ts";
import { detect } from "../detect/detector.ts";
import {
  ARCHIVE_LIMITS,
  archiveKind,
  archiveKinds,
  closedArchive,
  HEAD,
  TightBudget,
  UnpackBudget,
  unpackGzip,
  unpackTar,
  unpackZip,
  type ArchiveKind,
} from "./archive.ts";
import { ContentScanner, type PlacedMatch } from "./content-scanner.ts";
import { endsAsZip, ZIP_END } from "./zip-directory.ts";
import {
  EMPTY_REPORT,
  fingerprint,
  redacted,
  type Finding,
  type ScanReport,
  type SecretScopeUse,
} from "../finding.ts";

export interface FileToScan {
  /** As reports name it: relative to the checkout, with slashes. */
  readonly name: string;
  read(): AsyncIterable<Uint8Array>;
}

const NOTHING: Buffer = Buffer.alloc(0);
/** Archives inside an archive are opened, those inside these are not. */
const DEEPEST = 1;
const UNPACK = { zip: unpackZip, gzip: unpackGzip, tar: unpackTar } as const;
const PIECE = 1 << 20;
const BYTES_BEFORE_PAUSE = 8 << 20;

interface Results {
  readonly findings: Finding[];
  readonly unscanned: Unscanned[];
  readonly scopes: SecretScopeUse[];
  bytes: number;
}

function toFinding(
  match: PlacedMatch,
  file: string,
  member: string | undefined,
  repositoryId: string,
): Finding {
  const { rule, value, position, cell, via } = match;
  const { line, column, endColumn } = position ?? {};
  return {
    rule,
    level: "error",
    place: { file, ...(line !== undefined && { line }), ...(column !== undefined && { column }) },
    ...(endColumn !== undefined && { endColumn }),
    ...(member !== undefined && { member }),
    ...(cell !== undefined && { cell }),
    shown: redacted(value, rule.type === "format" ? rule.prefix : undefined),
    fingerprint: fingerprint(value, repositoryId),
    ...(via !== undefined && { via }),
  };
}

function pushAll(scanner: ContentScanner, content: Buffer): void {
  for (let at = 0; at + PIECE < content.length; at += PIECE)
    scanner.push(content.subarray(at, at + PIECE), false);
  scanner.push(
    content.subarray(content.length - (content.length % PIECE || Math.min(PIECE, content.length))),
    true,
  );
}

/** Scans one file; reads it once, or twice if it ends as an archive does. Nothing in the file makes it fail: what cannot be scanned is listed. */
export async function scanFile(
  file: FileToScan,
  repositoryId: string,
  tight = new TightBudget(),
): Promise<ScanReport> {
  const results: Results = { findings: [], unscanned: [], scopes: [], bytes: 0 };
  try {
    await new FileScan(file, repositoryId, results, tight).run();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    results.unscanned.push({ file: file.name, reason: `it cannot be read: ${reason}`, harmless: false });
  }
  return { ...EMPTY_REPORT, ...results, files: 1 };
}

class FileScan {
  readonly #file: FileToScan;
  readonly #repositoryId: string;
  readonly #results: Results;
  readonly #budget: UnpackBudget;
  #sincePause = 0;

  constructor(file: FileToScan, repositoryId: string, results: Results, tight: TightBudget) {
    this.#file = file;
    this.#repositoryId = repositoryId;
    this.#results = results;
    this.#budget = new UnpackBudget(tight);
  }

  async run(): Promise<void> {
    this.#lookAtName(this.#file.name, undefined);
    const scanner = new ContentScanner(this.#file.name);
    let whole: boolean | undefined;
    let tail: Buffer = Buffer.alloc(0);
    const pieces: Uint8Array[] = [];
    let held: Uint8Array | undefined;
    for await (const piece of this.#file.read()) {
      whole ??= this.#isArchive(piece.subarray(0, HEAD));
      this.#results.bytes += piece.length;
      if (whole) {
        if (this.#isTooLarge(this.#results.bytes)) return;
        pieces.push(piece);
        continue;
      }
      tail = Buffer.concat([piece.length < ZIP_END ? tail : NOTHING, piece.subarray(-ZIP_END)]).subarray(
        -ZIP_END,
      );
      // The last piece must be known as such: each waits for the next one.
      if (held !== undefined) scanner.push(held, false);
      held = piece;
    }
    if (whole === true) return this.#unpackAll(Buffer.concat(pieces), "", 0);
    scanner.push(held ?? NOTHING, true);
    this.#take(scanner, undefined);
    if (endsAsZip(tail)) await this.#unpackAppended();
  }

  #isArchive(head: Uint8Array): boolean {
    const closed = closedArchive(head);
    if (closed !== undefined) this.#skip(`it is compressed (${closed}) in a way that is not opened`);
    return archiveKind(head) !== undefined;
  }

  #isTooLarge(size: number): boolean {
    if (size <= ARCHIVE_LIMITS.file) return false;
    this.#skip("the archive is larger than 256 MiB");
    return true;
  }

  /** An archive behind other bytes is known by its end alone: the file is read once more. */
  async #unpackAppended(): Promise<void> {
    if (this.#isTooLarge(this.#results.bytes)) return;
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#file.read()) pieces.push(piece);
    await this.#unpackAll(Buffer.concat(pieces), "", 0);
  }

  /** The members of an archive, then what stands around them: comments, headers, bytes that belong to none. */
  async #unpackAll(content: Buffer, path: string, depth: number): Promise<void> {
    for (const kind of archiveKinds(content)) await this.#unpack(kind, content, path, depth);
    this.#lookAround(content, path);
  }

  async #unpack(kind: ArchiveKind, content: Buffer, path: string, depth: number): Promise<void> {
    for (const member of UNPACK[kind](content, this.#budget)) {
      const name = [path, member.name].filter((part) => part !== "").join("!");
      if (member.name !== "") this.#lookAtName(member.name, name);
      if ("reason" in member) this.#skip(member.reason, name);
      else if (member.around === true) {
        if (endsAsZip(member.content)) await this.#member(member.content, name, depth);
        this.#lookAround(member.content, name);
      } else await this.#member(member.content, name, depth);
    }
  }

  async #member(content: Buffer, name: string, depth: number): Promise<void> {
    const closed = closedArchive(content.subarray(0, HEAD));
    if (closed !== undefined) this.#skip(`it is compressed (${closed}) in a way that is not opened`, name);
    const inner = archiveKinds(content);
    if (inner.length > 0 && depth < DEEPEST) return this.#unpackAll(content, name, depth + 1);
    if (archiveKind(content.subarray(0, HEAD)) !== undefined) {
      this.#skip("it is an archive nested more than once", name);
      return;
    }
    const scanner = new ContentScanner(name === "" ? this.#file.name.replace(/\.gz$/i, "") : name);
    pushAll(scanner, content);
    this.#take(scanner, name === "" ? undefined : name);
    this.#sincePause += content.length;
    if (this.#sincePause < BYTES_BEFORE_PAUSE) return;
    this.#sincePause = 0;
    // Other work of the process, such as the token service, gets its turn.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** What stands uncompressed in an archive is told once: in its member, if it is in one. */
  #lookAround(content: Buffer, path: string): void {
    const scanner = new ContentScanner("archive.bin");
    pushAll(scanner, content);
    const known = new Set(this.#results.findings.map((finding) => finding.fingerprint));
    for (const match of scanner.matches()) {
      const finding = toFinding(match, this.#file.name, path === "" ? undefined : path, this.#repositoryId);
      if (!known.has(finding.fingerprint)) this.#results.findings.push(finding);
    }
  }

  /** Names are uploaded as well; in them only formats of their own are looked for. */
  #lookAtName(name: string, member: string | undefined): void {
    const bytes = Buffer.from(name);
    const text = bytes.toString("latin1");
    for (const match of detect(bytes, text, { kind: "code", binary: true, from: 0, to: text.length })) {
      const finding = toFinding(match, this.#file.name, member, this.#repositoryId);
      this.#results.findings.push({ ...finding, shown: `${finding.shown} in the name` });
    }
  }

  #take(scanner: ContentScanner, member: string | undefined): void {
    for (const match of scanner.matches()) {
      this.#results.findings.push(toFinding(match, this.#file.name, member, this.#repositoryId));
    }
    for (const { scope, line, column } of scanner.scopes) {
      this.#results.scopes.push({ scope, place: { file: this.#file.name, line, column } });
    }
    if (scanner.overflowed) this.#skip("it has more than 500 findings: the rest is not listed", member);
  }

  #skip(reason: string, member?: string): void {
    const inside = member === undefined || member === "" ? {} : { member };
    this.#results.unscanned.push({ file: this.#file.name, ...inside, reason, harmless: false });
  }
}
