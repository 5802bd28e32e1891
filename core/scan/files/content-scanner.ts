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

interface Place {
  /** In the buffer. */
  readonly offset: number;
  readonly line: number;
  /** UTF-16 code units before it in its line. */
  readonly column: number;
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
  /** Where the buffer begins. */
  #start: Place = { offset: 0, line: 1, column: 0 };
  /** What was placed last: places are asked for nearly in their order, so that each byte is counted once. */
  #last = this.#start;
  #cells = 0;
  readonly #matches: PlacedMatch[] = [];
  /** Where the content first names each of its secret scopes. */
  readonly scopes: { readonly scope: string; readonly line: number; readonly column: number }[] = [];
  readonly #knownScopes = new Set<string>();
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
      if (this.#knownScopes.has(scope)) return;
      this.#knownScopes.add(scope);
      const { line, column } = this.#placeOf(start);
      this.scopes.push({ scope, line, column: column + 1 });
    };
    const found = detect(this.#buffer, text, { kind: this.#kind, binary, from: this.#done, to, onScope });
    for (const match of found.length < 2 ? found : withoutOverlaps(found)) {
      if (this.#matches.length >= MOST_MATCHES) this.overflowed = true;
      else this.#matches.push(binary ? match : this.#placed(match));
    }
    this.#done = to;
  }

  #placed(match: Match): PlacedMatch {
    const { line, column: before } = this.#placeOf(match.start);
    const column = before + 1;
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

  #placeOf(offset: number): Place {
    let { offset: at, line, column } = offset < this.#last.offset ? this.#start : this.#last;
    for (
      let next = this.#buffer.indexOf(10, at);
      next >= 0 && next < offset;
      next = this.#buffer.indexOf(10, next + 1)
    ) {
      line++;
      at = next + 1;
      column = 0;
    }
    this.#last = { offset, line, column: column + this.#length(at, offset) };
    return this.#last;
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
    this.#cells += this.#countCells(size);
    this.#start = { ...this.#placeOf(size), offset: 0 };
    this.#buffer = Buffer.from(this.#buffer.subarray(size));
    this.#done -= size;
    this.#last = this.#start;
  }
}
