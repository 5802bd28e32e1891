/** Seeded random values (mulberry32), so that a corpus can be made again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  text(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join("");
  }

  hex = (length: number): string => this.text("0123456789abcdef", length);
  digits = (length: number): string => this.text("0123456789", length);
  alnum = (length: number): string => this.text(UPPER + LOWER + "0123456789", length);
  upper = (length: number): string => this.text(UPPER + "0123456789", length);
  letters = (length: number): string => this.text(UPPER + LOWER, length);
  url64 = (length: number): string => this.text(UPPER + LOWER + "0123456789-_", length);
  base32 = (length: number): string => this.text("abcdefghijklmnopqrstuvwxyz234567", length);
  bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => this.below(256)));
  base64 = (bytes: number): string => this.bytes(bytes).toString("base64");

  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.hex(length)).join("-");
  }

  word = (): string => this.pick(WORDS);

  /** A password as people choose or are given one. */
  password(): string {
    const symbol = this.pick(["!", "#", "?", "_", "*", "%"]);
    const capital = this.word().replace(/^./, (first) => first.toUpperCase());
    return this.pick([
      () => `${capital}${this.digits(4)}${symbol}`,
      () => `${this.word()}${symbol}${this.word()}${this.digits(2)}`,
      () => this.alnum(12) + this.digits(1) + symbol,
      () => this.alnum(6) + this.digits(2) + symbol + this.alnum(8),
      () => `${this.word().slice(0, 4)}${this.digits(5)}`,
    ])();
  }
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const WORDS = [
  "winter",
  "harbour",
  "orange",
  "lantern",
  "meadow",
  "copper",
  "falcon",
  "velvet",
  "thunder",
  "pepper",
  "granite",
  "willow",
  "saffron",
  "glacier",
  "compass",
  "marble",
  "juniper",
  "cobalt",
];
