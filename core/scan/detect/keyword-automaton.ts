/** One keyword of an automaton. `payload` says what the caller wants to know when it is found. */
export interface Keyword<P> {
  /** One-byte characters only. */
  readonly text: string;
  readonly exactCase: boolean;
  readonly payload: P;
}

/**
 * Finds many keywords in one pass over bytes (Aho and Corasick, 1975), as a table of transitions: one look-up a byte,
 * however many keywords there are. ASCII case is folded; keywords with `exactCase` are compared again when found.
 */
export class KeywordAutomaton<P> {
  readonly #classes = new Uint8Array(256);
  readonly #shift: number;
  readonly #next: Uint16Array;
  /** For each state the index into `#found`, or 0. */
  readonly #output: Uint16Array;
  readonly #found: Keyword<P>[][] = [[]];

  constructor(keywords: readonly Keyword<P>[]) {
    const folded = keywords.map((keyword) => Buffer.from(keyword.text.toLowerCase(), "latin1"));
    let classCount = 1;
    for (const byte of folded.flatMap((text) => [...text])) {
      if (this.#classes[byte] === 0) this.#classes[byte] = classCount++;
    }
    for (let upper = 65; upper <= 90; upper++) this.#classes[upper] = this.#classes[upper + 32] ?? 0;
    this.#shift = Math.ceil(Math.log2(classCount));
    const states = folded.reduce((sum, text) => sum + text.length, 1);
    if (states > 0xffff) throw new RangeError("too many keywords for 16-bit states");
    this.#next = new Uint16Array(states << this.#shift);
    this.#output = new Uint16Array(states);
    this.#build(keywords, folded);
  }

  #build(keywords: readonly Keyword<P>[], folded: readonly Buffer[]): void {
    const own = new Map<number, Keyword<P>[]>();
    /** For each state its children in the trie, as slots of its row. */
    const children: number[][] = [[]];
    let count = 1;
    folded.forEach((text, index) => {
      let state = 0;
      for (const byte of text) {
        const slot = (state << this.#shift) | (this.#classes[byte] ?? 0);
        if (this.#next[slot] === 0) {
          children[state]?.push(slot);
          children.push([]);
          this.#next[slot] = count++;
        }
        state = this.#next[slot] ?? 0;
      }
      own.set(state, [...(own.get(state) ?? []), keywords[index] as Keyword<P>]);
    });
    const fallback = new Uint16Array(count);
    const queue: number[] = [];
    const width = 1 << this.#shift;
    for (const slot of children[0] ?? []) queue.push(this.#next[slot] ?? 0);
    for (let head = 0; head < queue.length; head++) {
      const state = queue[head] as number;
      const back = fallback[state] ?? 0;
      const outputs = [...(own.get(state) ?? []), ...(this.#found[this.#output[back] ?? 0] ?? [])];
      if (outputs.length > 0) this.#output[state] = this.#found.push(outputs) - 1;
      // Where the trie has no child, a state goes where its fallback goes: whole rows are copied, which is fast.
      const slots = children[state] ?? [];
      const targets = slots.map((slot) => this.#next[slot] ?? 0);
      const row = state << this.#shift;
      this.#next.copyWithin(row, back << this.#shift, (back << this.#shift) + width);
      slots.forEach((slot, index) => {
        const child = targets[index] ?? 0;
        fallback[child] = this.#next[slot] ?? 0;
        this.#next[slot] = child;
        queue.push(child);
      });
    }
  }

  /** Calls `onHit(keyword, start)` for each occurrence, in the order of their ends; `start` is an index into `bytes`. */
  scan(bytes: Uint8Array, onHit: (keyword: Keyword<P>, start: number) => void): void {
    const classes = this.#classes;
    const next = this.#next;
    const output = this.#output;
    const shift = this.#shift;
    const length = bytes.length;
    let state = 0;
    for (let i = 0; i < length; i++) {
      state = next[(state << shift) | (classes[bytes[i] as number] as number)] as number;
      if (output[state] === 0) continue;
      for (const keyword of this.#found[output[state] as number] as Keyword<P>[]) {
        const start = i + 1 - keyword.text.length;
        if (!keyword.exactCase || matchesAt(bytes, start, keyword.text)) onHit(keyword, start);
      }
    }
  }
}

function matchesAt(bytes: Uint8Array, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
