/** Ids as texts of digits, each once. */
export class Counter {
  #next: bigint;
  readonly #step: bigint;

  constructor(first: bigint, step = 1n) {
    this.#next = first;
    this.#step = step;
  }

  next(): string {
    const id = this.#next;
    this.#next += this.#step;
    return String(id);
  }
}
