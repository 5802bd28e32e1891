import { detect } from "../detect/detector.ts";
import { fileKind, type FileKind } from "../detect/file-kind.ts";
import { withoutOverlaps, type Match } from "../detect/match.ts";
import { Decoder } from "./text-encoding.ts";

/** Takes content piece by piece; `push` with `final` ends it. */
export interface Sink {
  push(chunk: Uint8Array, final: boolean): void;
}

export interface PlacedMatch extends Match {
  /** Absent in binary data, which has no lines. */
  readonly position?: { readonly line: number; readonly column: number; readonly endColumn?: number };
  readonly cell?: number;
}

/** The longest match, and the longest look before a keyword, in bytes. */
const AHEAD = 20 * 1024;
const BEHIND = 2 * 1024;
const MOST_MATCHES = 500;

const NOTEBOOK_CELL = Buffer.from("COMMAND ----------");
const IPYNB_CELL = Buffer.from('"cell_type"');

/**
 * Scans one file's content in pieces of any size, in constant memory: of each piece only the end is kept until the next
 * one is there. Lines and columns are counted exactly, however long a line is.
 */
export class ContentScanner implements Sink {
  readonly #kind: FileKind;
  readonly #ipynb: boolean;
  readonly #decoder = new Decoder();
  #buffer: Buffer = Buffer.alloc(0);
  /** Index in the buffer up to which keywords have been dealt with. */
  #done = 0;
  #lines = 0;
  #columns = 0;
  #cells = 0;
  readonly #matches: PlacedMatch[] = [];
  /** Where the content first names each of its secret scopes. */
  readonly scopes: { readonly scope: string; readonly line: number; readonly column: number }[] = [];
  /** True if there were more matches than are kept. */
  overflowed = false;

  constructor(path: string) {
    this.#kind = fileKind(path);
    this.#ipynb = path.toLowerCase().endsWith(".ipynb");
  }

  push(chunk: Uint8Array, final: boolean): void {
    const bytes = this.#decoder.decode(chunk, final);
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    const to = final ? this.#buffer.length : this.#buffer.length - AHEAD;
    if (to <= this.#done && !final) return;
    this.#scan(to);
    if (!final) this.#drop(Math.max(0, to - BEHIND));
  }

  /** All matches, after the last piece; in the order of the file. */
  matches(): PlacedMatch[] {
    return this.#matches;
  }

  #scan(to: number): void {
    const binary = this.#decoder.binary;
    const text = this.#buffer.toString("latin1");
    const onScope = (scope: string, start: number): void => {
      if (this.scopes.some((known) => known.scope === scope)) return;
      const { line, lineStart, columns } = this.#lineAt(start);
      this.scopes.push({ scope, line, column: columns + this.#length(lineStart, start) + 1 });
    };
    const found = detect(this.#buffer, text, { kind: this.#kind, binary, from: this.#done, to, onScope });
    for (const match of found.length < 2 ? found : withoutOverlaps(found)) {
      if (this.#matches.length >= MOST_MATCHES) this.overflowed = true;
      else this.#matches.push(binary ? match : this.#placed(match));
    }
    this.#done = to;
  }

  #placed(match: Match): PlacedMatch {
    const { line, lineStart, columns } = this.#lineAt(match.start);
    const column = columns + this.#length(lineStart, match.start) + 1;
    const ends = this.#buffer.indexOf(10, match.start);
    const oneLine = ends < 0 || ends >= match.end;
    const cells = this.#cells + this.#countCells(match.start);
    return {
      ...match,
      position: {
        line,
        column,
        ...(oneLine && { endColumn: column + this.#length(match.start, match.end) }),
      },
      ...(cells > 0 && { cell: cells }),
    };
  }

  #lineAt(offset: number): { line: number; lineStart: number; columns: number } {
    let line = this.#lines + 1;
    let lineStart = 0;
    for (
      let next = this.#buffer.indexOf(10);
      next >= 0 && next < offset;
      next = this.#buffer.indexOf(10, next + 1)
    ) {
      line++;
      lineStart = next + 1;
    }
    return { line, lineStart, columns: lineStart === 0 ? this.#columns : 0 };
  }

  #length(from: number, to: number): number {
    return this.#buffer.toString("utf8", from, to).length;
  }

  #countCells(to: number): number {
    const marker = this.#ipynb ? IPYNB_CELL : NOTEBOOK_CELL;
    let count = 0;
    for (let at = this.#buffer.indexOf(marker); at >= 0 && at < to; at = this.#buffer.indexOf(marker, at + 1))
      count++;
    // The first cell of a source notebook has no separator before it.
    return count > 0 && !this.#ipynb && this.#cells === 0 ? count + 1 : count;
  }

  #drop(size: number): void {
    if (size === 0) return;
    const { line, lineStart, columns } = this.#lineAt(size);
    this.#cells += this.#countCells(size);
    this.#columns = columns + this.#length(lineStart, size);
    this.#lines = line - 1;
    this.#buffer = Buffer.from(this.#buffer.subarray(size));
    this.#done -= size;
  }
}
