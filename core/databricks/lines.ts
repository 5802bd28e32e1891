import { StringDecoder } from "node:string_decoder";

/** Longest line handed on, in UTF-16 units; the rest is counted. */
const MAX_LINE = 16_384;

/** Splits a stream of bytes into lines (LF or CRLF). Invalid UTF-8 becomes U+FFFD; too long lines are cut. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  #rest = "";
  #dropped = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    const parts = this.#decoder.write(chunk).split("\n");
    for (const [index, part] of parts.entries()) {
      this.#append(part);
      if (index < parts.length - 1) this.#emit();
    }
  }

  /** Hands on what stands after the last line break. */
  end(): void {
    this.#append(this.#decoder.end());
    if (this.#rest !== "") this.#emit();
  }

  #append(part: string): void {
    const room = MAX_LINE - this.#rest.length;
    this.#rest += part.slice(0, room);
    this.#dropped += Math.max(0, part.length - room);
  }

  #emit(): void {
    const line = this.#rest.replace(/\r$/, "");
    const more = this.#dropped > 0 ? ` … (${String(this.#dropped)} characters more)` : "";
    this.#rest = "";
    this.#dropped = 0;
    this.#onLine(line + more);
  }
}
