import { Lexer, parseDocument, type Scalar } from "yaml";

/** What the lexer keeps for itself. yaml is pinned exactly, and recorded verdicts of the CLI hold this file to it. */
interface LexerState {
  indentNext: number;
  parseFlowCollection: (this: Lexer) => Generator<string>;
  parseQuotedScalar: (this: Lexer) => Generator<string>;
}

/**
 * A lexer that wants no indentation inside quotes and brackets, as go-yaml (`scannerc.go`: indentation counts only where
 * `flow_level` is 0, and never inside quotes). YAML 1.2.2 wants their continued lines indented (6.1), and so does the library.
 */
export function goLexer(): Lexer {
  const lexer = new Lexer();
  const state = lexer as unknown as LexerState;
  const { parseFlowCollection, parseQuotedScalar } = state;
  const unindented = (parse: (this: Lexer) => Generator<string>) => (): Generator<string> => {
    // The next `:`, `-` or `?` sets it anew.
    state.indentNext = 0;
    return parse.call(lexer);
  };
  state.parseFlowCollection = unindented(parseFlowCollection);
  state.parseQuotedScalar = unindented(parseQuotedScalar);
  return lexer;
}

/** Line breaks to go-yaml (YAML 1.1) that are none to the library: a comment must not hide a key from us. */
const BREAK = /\r(?!\n)|[\u0085\u2028\u2029]/g;

/** The same text, as long, with line breaks that the library knows. */
export function withKnownBreaks(text: string): string {
  return text.replace(BREAK, "\n");
}

const SEPARATOR = /[\u2028\u2029]/;

/**
 * The text of a scalar that go-yaml keeps line or paragraph separators in: they are line breaks to it that never fold into
 * a blank. Undefined if it holds none, or stands in a folded block, where we do not know.
 * @param raw as in the file, before withKnownBreaks, quotes or the header of a block included
 * @param read what the library has read
 */
export function separatedText(raw: string, type: Scalar["type"], read: string): string | undefined {
  if (!SEPARATOR.test(raw) || type === "BLOCK_FOLDED") return undefined;
  if (type === "QUOTE_SINGLE") return folded(raw.slice(1, -1)).replaceAll("''", "'");
  if (type === "QUOTE_DOUBLE") {
    const line = folded(raw.slice(1, -1)).replace(
      /[\n\u2028\u2029]/g,
      (character) => ESCAPES[character] ?? "",
    );
    return String(parseDocument(`"${line}"`).toJS());
  }
  if (type !== "BLOCK_LITERAL") return folded(raw);
  const breaks = [...raw.matchAll(/\r\n|[\r\n\u0085\u2028\u2029]/g)].map(([text]) => text).slice(1);
  let next = 0;
  return read.replaceAll("\n", () => {
    const written = breaks[next++] ?? "\n";
    return SEPARATOR.test(written) ? written : "\n";
  });
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\u2028": "\\L", "\u2029": "\\P" };

/** Several lines as one: one break becomes a blank, of more the first one goes; a separator stays. Source: go-yaml `scannerc.go`. */
function folded(raw: string): string {
  return raw.replace(/[ \t]*(?:\r\n|[\r\n\u0085\u2028\u2029])[ \t\r\n\u0085\u2028\u2029]*/g, (run) => {
    const breaks = run.replace(/[ \t]/g, "").replace(/\r\n|[\r\u0085]/g, "\n");
    return breaks === "\n" ? " " : breaks.replace(/^\n/, "");
  });
}
