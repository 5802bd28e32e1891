import { StringDecoder } from "node:string_decoder";
import { redact } from "../base/redact.ts";

/** Longest line handed on, in UTF-16 units; the rest is counted. */
const MAX_LINE = 16_384;
/** Kept beyond it until the line is redacted, so that no cut goes through a token and hides it from the redaction. */
const SLACK = 8_192;

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
    const room = MAX_LINE + SLACK - this.#rest.length;
    this.#rest += part.slice(0, room);
    this.#dropped += Math.max(0, part.length - room);
  }

  #emit(): void {
    const whole = this.#rest.replace(/\r$/, "");
    const dropped = this.#dropped;
    this.#rest = "";
    this.#dropped = 0;
    if (whole.length <= MAX_LINE) {
      this.#onLine(whole);
      return;
    }
    const line = redact(whole).slice(0, MAX_LINE);
    this.#onLine(`${line} … (${String(whole.length - MAX_LINE + dropped)} characters more)`);
  }
}
