import type { Random } from "../../../../bench/scan/random.ts";

/** A configuration as data; a text is a scalar. */
export type Value = string | readonly Value[] | { readonly [key: string]: Value };
export type Section = Record<string, Value>;

/** Writes YAML in one of the many ways that mean the same to the CLI. */
export class Writer {
  readonly #random: Random;
  readonly #anchors: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  document(section: Section): string {
    const lines = Object.entries(section).flatMap(([key, value]) => {
      const line = `${this.#key(key)}: ${this.#value(value, 1)}\n`;
      // Of duplicate keys the last one counts.
      return this.#chance(12) && key === "sync" ? [`${key}: { exclude: ['**'] }\n`, line] : [line];
    });
    return [...this.#anchors, ...lines].join("");
  }

  #value(value: Value, depth: number): string {
    const written = this.#plain(value, depth);
    if (!this.#chance(5)) return written;
    const name = `x${String(this.#anchors.length)}`;
    this.#anchors.push(`.${name}: &${name} ${written}\n`);
    const isMap = typeof value === "object" && !Array.isArray(value);
    return isMap && this.#chance(2) ? `{ <<: ${this.#chance(2) ? `*${name} ` : `[*${name} ]`} }` : `*${name}`;
  }

  #plain(value: Value, depth: number): string {
    if (typeof value === "string") return this.#scalar(value);
    if (Array.isArray(value))
      return `[${value.map((item: Value) => this.#value(item, depth + 1)).join(", ")}]`;
    const pairs = Object.entries(value).map(
      ([key, inner]) => `${this.#key(key)}: ${this.#value(inner, depth + 1)}`,
    );
    return `{ ${pairs.join(", ")} }`;
  }

  #scalar(text: string): string {
    const quoted = JSON.stringify(text);
    return this.#chance(4) ? `!!str ${quoted}` : this.#chance(2) ? quoted : `'${text.replaceAll("'", "''")}'`;
  }

  #key(key: string): string {
    return this.#chance(6) ? JSON.stringify(key) : key;
  }

  #chance(of: number): boolean {
    return this.#random.below(of) === 0;
  }
}
