import { TextDecoder } from "node:util";

const SAMPLE = 8192;

/** Share of zero bytes at even or odd places: text in UTF-16 without a byte order mark has many at one of them. */
function zeroShare(sample: Uint8Array, start: 0 | 1): number {
  let zeros = 0;
  for (let i = start; i < sample.length; i += 2) if (sample[i] === 0) zeros++;
  return zeros / Math.max(1, sample.length / 2);
}

/**
 * Zero bytes, and more than a twentieth of control characters: compressed data has a ninth, programs have more. One zero
 * byte alone must not make of a text what is looked at less closely.
 */
function isBinary(sample: Uint8Array): boolean {
  if (!sample.includes(0)) return false;
  // Not tab, line feed, vertical tab, form feed, carriage return, escape.
  const controls = sample.reduce(
    (sum, byte) => sum + (byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 27 ? 1 : 0),
    0,
  );
  return controls > 3 && controls * 20 > sample.length;
}

type Encoding = "bytes" | "utf-16le" | "utf-16be" | "utf-32le" | "utf-32be";

/** Text in UTF-32: each fourth byte is zero, and the one beside it nearly always. */
function utf32(sample: Uint8Array): Encoding | undefined {
  if (sample.length < 16) return undefined;
  const zeros = [0, 0, 0, 0];
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) zeros[i % 4] = (zeros[i % 4] ?? 0) + 1;
  const most = 0.9 * Math.floor(sample.length / 4);
  const [first = 0, second = 0, third = 0, fourth = 0] = zeros;
  if (fourth >= most && third >= most && first < most / 9) return "utf-32le";
  return first >= most && second >= most && fourth < most / 9 ? "utf-32be" : undefined;
}

function encodingOf(sample: Uint8Array): Encoding {
  const wide = utf32(sample);
  if (wide) return wide;
  if (sample[0] === 0xff && sample[1] === 0xfe) return "utf-16le";
  if (sample[0] === 0xfe && sample[1] === 0xff) return "utf-16be";
  if (sample.length < 8) return "bytes";
  const [even, odd] = [zeroShare(sample, 0), zeroShare(sample, 1)];
  if (odd > 0.7 && even < 0.1) return "utf-16le";
  return even > 0.7 && odd < 0.1 ? "utf-16be" : "bytes";
}

/** Turns content into UTF-8 bytes where it is UTF-16 or UTF-32, and tells binary data from text by its first bytes. */
export class Decoder {
  #encoding: Encoding | undefined;
  #utf16: TextDecoder | undefined;
  #head: Buffer = Buffer.alloc(0);
  #odd: Buffer = Buffer.alloc(0);
  /** Known once something is decoded. */
  binary = false;

  /** The content so far, as UTF-8; empty until there is enough of it to tell its encoding. */
  decode(chunk: Uint8Array, final: boolean): Buffer {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#encoding === undefined) {
      if (this.#head.length > 0) bytes = Buffer.concat([this.#head, bytes]);
      this.#head = bytes;
      if (bytes.length < SAMPLE && !final) return Buffer.alloc(0);
      const sample = bytes.subarray(0, SAMPLE);
      this.#encoding = encodingOf(sample);
      this.binary = this.#encoding === "bytes" && isBinary(sample);
      this.#head = Buffer.alloc(0);
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    }
    if (this.#encoding === "bytes") return bytes;
    if (this.#encoding === "utf-32le" || this.#encoding === "utf-32be") return this.#narrowed(bytes);
    this.#utf16 ??= new TextDecoder("utf-16le");
    if (this.#encoding === "utf-16be") bytes = this.#swapped(bytes);
    return Buffer.from(this.#utf16.decode(bytes, { stream: !final }), "utf8");
  }

  #narrowed(bytes: Buffer): Buffer {
    const whole = Buffer.concat([this.#odd, bytes]);
    const even = whole.length - (whole.length % 4);
    this.#odd = Buffer.from(whole.subarray(even));
    let text = "";
    for (let at = 0; at < even; at += 4) {
      const code = this.#encoding === "utf-32le" ? whole.readUInt32LE(at) : whole.readUInt32BE(at);
      text += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    }
    return Buffer.from(text, "utf8");
  }

  #swapped(bytes: Buffer): Buffer {
    const whole = Buffer.concat([this.#odd, bytes]);
    const even = whole.length - (whole.length % 2);
    this.#odd = Buffer.from(whole.subarray(even));
    return Buffer.from(whole.subarray(0, even)).swap16();
  }
}
