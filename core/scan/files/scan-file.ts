import type { Unscanned } from "../../bundle/sync-files.ts";
import {
  ARCHIVE_LIMITS,
  archiveKind,
  UnpackBudget,
  unpackGzip,
  unpackZip,
  type ArchiveKind,
} from "./archive.ts";
import { ContentScanner, type PlacedMatch } from "./content-scanner.ts";
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

const HEAD = 8;
/** Archives inside an archive are opened, those inside these are not. */
const DEEPEST = 1;
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

/** Scans one file; reads it once. Nothing in the file makes it fail: what cannot be scanned is listed. */
export async function scanFile(file: FileToScan, repositoryId: string): Promise<ScanReport> {
  const results: Results = { findings: [], unscanned: [], scopes: [], bytes: 0 };
  try {
    await new FileScan(file, repositoryId, results).run();
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
  readonly #budget = new UnpackBudget();
  #sincePause = 0;

  constructor(file: FileToScan, repositoryId: string, results: Results) {
    this.#file = file;
    this.#repositoryId = repositoryId;
    this.#results = results;
  }

  async run(): Promise<void> {
    const scanner = new ContentScanner(this.#file.name);
    let archive: ArchiveKind | undefined;
    let first = true;
    const pieces: Uint8Array[] = [];
    let held: Uint8Array | undefined;
    for await (const piece of this.#file.read()) {
      if (first) archive = archiveKind(piece.subarray(0, HEAD));
      first = false;
      this.#results.bytes += piece.length;
      if (archive !== undefined) {
        if (this.#results.bytes > ARCHIVE_LIMITS.file) {
          this.#skip("the archive is larger than 256 MiB");
          return;
        }
        pieces.push(piece);
        continue;
      }
      // The last piece must be known as such: each waits for the next one.
      if (held !== undefined) scanner.push(held, false);
      held = piece;
    }
    if (archive !== undefined) return this.#unpack(archive, Buffer.concat(pieces), "", 0);
    scanner.push(held ?? new Uint8Array(), true);
    this.#take(scanner, undefined);
  }

  async #unpack(kind: ArchiveKind, content: Buffer, path: string, depth: number): Promise<void> {
    const members = kind === "zip" ? unpackZip(content, this.#budget) : unpackGzip(content, this.#budget);
    for (const member of members) {
      const name = [path, member.name].filter((part) => part !== "").join("!");
      if ("reason" in member) this.#skip(member.reason, name);
      else await this.#member(member.content, name, depth);
    }
  }

  async #member(content: Buffer, name: string, depth: number): Promise<void> {
    const inner = archiveKind(content.subarray(0, HEAD));
    if (inner !== undefined && depth < DEEPEST) return this.#unpack(inner, content, name, depth + 1);
    if (inner !== undefined) {
      this.#skip("it is an archive nested more than once", name);
      return;
    }
    const scanner = new ContentScanner(name === "" ? this.#file.name.replace(/\.gz$/i, "") : name);
    for (let at = 0; at + PIECE < content.length; at += PIECE)
      scanner.push(content.subarray(at, at + PIECE), false);
    scanner.push(
      content.subarray(content.length - (content.length % PIECE || Math.min(PIECE, content.length))),
      true,
    );
    this.#take(scanner, name === "" ? undefined : name);
    this.#sincePause += content.length;
    if (this.#sincePause < BYTES_BEFORE_PAUSE) return;
    this.#sincePause = 0;
    // Other work of the process, such as the token service, gets its turn.
    await new Promise((resolve) => setImmediate(resolve));
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
