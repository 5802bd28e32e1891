/** A piece of text as it reads once decoded, and where each of its characters came from. */
export interface View {
  readonly text: string;
  /** For each character of `text` its offset in the text that the view was made of; one more for the end. */
  readonly offsets: readonly number[];
}

class Builder {
  readonly #parts: string[] = [];
  readonly #offsets: number[] = [];

  add(character: string, offset: number): void {
    this.#parts.push(character);
    this.#offsets.push(offset);
  }

  view(end: number): View {
    return { text: this.#parts.join(""), offsets: [...this.#offsets, end] };
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "'": "'",
  "\\": "\\",
  "/": "/",
};

/** The text between `from` and `to` without the escapes of JSON and source code strings. */
export function unescaped(text: string, from: number, to: number): View {
  const builder = new Builder();
  let i = from;
  while (i < to) {
    const character = text[i] as string;
    const next = text[i + 1] ?? "";
    const code = /[ux]/.test(next) ? /^(?:u00|x)([0-7][0-9a-fA-F])/.exec(text.slice(i + 1, i + 6)) : null;
    if (character !== "\\" || (code === null && SIMPLE_ESCAPES[next] === undefined)) {
      builder.add(character, i);
      i += 1;
    } else if (code !== null) {
      builder.add(String.fromCharCode(parseInt(code[1] ?? "", 16)), i);
      i += 1 + code[0].length;
    } else {
      builder.add(SIMPLE_ESCAPES[next] ?? "", i);
      i += 2;
    }
  }
  return builder.view(to);
}

/** The text between `from` and `to` with percent-encoded characters decoded once. */
export function percentDecoded(text: string, from: number, to: number): View {
  const builder = new Builder();
  let i = from;
  while (i < to) {
    const code = text[i] === "%" ? /^[0-9a-fA-F]{2}/.exec(text.slice(i + 1, i + 3)) : null;
    builder.add(code === null ? (text[i] as string) : String.fromCharCode(parseInt(code[0], 16)), i);
    i += code === null ? 1 : 3;
  }
  return builder.view(to);
}

const JOINER =
  /(["'`]{1,3})(?:\s{0,8}(?:\+|\|\||&|\.concat\(|\.(?=\s))\s{0,8}|\s{0,4}\\\r?\n\s{0,60}|\s{1,60}|\s{0,8}(,)\s{0,60})[rbuRBU]?(["'`]{1,3})/y;

/**
 * The text between `from` and `to` with literals that stand side by side made one: `"da" + "pi"`, SQL's `'da' || 'pi'`,
 * Python's `"da" "pi"`; with `commas` also the arguments of `paste0`, `concat` and `join`.
 */
export function joined(text: string, from: number, to: number, commas: boolean): View {
  const builder = new Builder();
  let i = from;
  while (i < to) {
    const character = text[i] as string;
    JOINER.lastIndex = i;
    const match = character === '"' || character === "'" || character === "`" ? JOINER.exec(text) : null;
    if (match !== null && (match[2] === undefined || commas)) i += match[0].length;
    else {
      builder.add(character, i);
      i += 1;
    }
  }
  return builder.view(to);
}

/** The view of a view: `inner` was made of `outer.text`. */
export function composed(outer: View, inner: View): View {
  return { text: inner.text, offsets: inner.offsets.map((offset) => outer.offsets[offset] ?? 0) };
}

/** The index in `view` of the character that stands at, or next after, `offset` in its origin. */
export function indexInView(view: View, offset: number): number {
  let low = 0;
  let high = view.offsets.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((view.offsets[middle] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
