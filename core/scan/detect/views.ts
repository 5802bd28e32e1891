/** A piece of text as it reads once decoded, and where each of its characters came from. */
export interface View {
  readonly text: string;
  /** For each character of `text` its offset in the text that the view was made of; one more for the end. */
  readonly offsets: Int32Array;
}

class Builder {
  readonly #parts: string[] = [];
  readonly #offsets: Int32Array;
  #length = 0;

  constructor(most: number) {
    this.#offsets = new Int32Array(most + 1);
  }

  /** Takes over the characters of `text` from `from` to `to` as they are. */
  copy(text: string, from: number, to: number): void {
    if (from === to) return;
    this.#parts.push(text.slice(from, to));
    for (let i = from; i < to; i++) this.#offsets[this.#length++] = i;
  }

  add(character: string, offset: number): void {
    this.#parts.push(character);
    this.#offsets[this.#length++] = offset;
  }

  view(end: number): View {
    this.#offsets[this.#length] = end;
    return { text: this.#parts.join(""), offsets: this.#offsets.subarray(0, this.#length + 1) };
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

/** Rebuilds the text between `from` and `to`: `decode` says what the code that begins at an index stands for. */
function rebuilt(
  text: string,
  from: number,
  to: number,
  mark: RegExp,
  decode: (at: number) => { readonly length: number; readonly character: string } | null,
): View {
  const builder = new Builder(to - from);
  let copied = from;
  mark.lastIndex = from;
  for (let match = mark.exec(text); match !== null && match.index < to; match = mark.exec(text)) {
    const decoded = decode(match.index);
    if (decoded === null) continue;
    builder.copy(text, copied, match.index);
    if (decoded.character !== "") builder.add(decoded.character, match.index);
    copied = match.index + decoded.length;
    mark.lastIndex = copied;
  }
  builder.copy(text, copied, Math.max(copied, to));
  return builder.view(Math.max(copied, to));
}

/** The text between `from` and `to` without the escapes of JSON and source code strings. */
export function unescaped(text: string, from: number, to: number): View {
  return rebuilt(text, from, to, /\\/g, (at) => {
    const next = text[at + 1] ?? "";
    const simple = SIMPLE_ESCAPES[next];
    if (simple !== undefined) return { length: 2, character: simple };
    const code = /[ux]/.test(next) ? /^(?:u00|x)([0-7][0-9a-fA-F])/.exec(text.slice(at + 1, at + 6)) : null;
    return (
      code && { length: 1 + code[0].length, character: String.fromCharCode(parseInt(code[1] ?? "", 16)) }
    );
  });
}

/** The text between `from` and `to` with percent-encoded characters decoded once. */
export function percentDecoded(text: string, from: number, to: number): View {
  return rebuilt(text, from, to, /%/g, (at) => {
    const code = text.slice(at + 1, at + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(code)) return null;
    return { length: 3, character: String.fromCharCode(parseInt(code, 16)) };
  });
}

const JOINER =
  /(["'`]{1,3})(?:\s{0,8}(?:\+|\|\||&|\.concat\(|\.(?=\s))\s{0,8}|\s{0,4}\\\r?\n\s{0,60}|\s{1,60}|\s{0,8}(,)\s{0,60})[rbuRBU]?(["'`]{1,3})/y;

/**
 * The text between `from` and `to` with literals that stand side by side made one: `"da" + "pi"`, SQL's `'da' || 'pi'`,
 * Python's `"da" "pi"`; with `commas` also the arguments of `paste0`, `concat` and `join`.
 */
export function joined(text: string, from: number, to: number, commas: boolean): View {
  return rebuilt(text, from, to, /["'`]/g, (at) => {
    JOINER.lastIndex = at;
    const match = JOINER.exec(text);
    return match !== null && (match[2] === undefined || commas)
      ? { length: match[0].length, character: "" }
      : null;
  });
}

/** The view of a view: `inner` was made of `outer.text`. */
export function composed(outer: View, inner: View): View {
  return { text: inner.text, offsets: inner.offsets.map((offset) => outer.offsets[offset] as number) };
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
