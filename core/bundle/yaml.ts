import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser, visit } from "yaml";
import type { Document, ErrorCode, Node, Scalar, YAMLMap, YAMLError } from "yaml";
import type { Mistake, Place } from "../base/errors.ts";
import { goLexer, separatedText, withKnownBreaks } from "./go-yaml.ts";
import { expandsTooFar } from "../base/yaml/expansion.ts";
import { yamlFlaw } from "../base/yaml/flaw.ts";

/**
 * A value of a bundle's YAML as the Databricks CLI understands it. The CLI's reader (go-yaml with a loader of its own)
 * differs from the YAML specification where it matters here: of duplicate keys the last one counts, and of several
 * merged mappings (`<<: [*a, *b]`) the later one wins.
 */
export type BundleValue =
  | { readonly kind: "map"; readonly place: Place; readonly entries: () => ReadonlyMap<string, BundleValue> }
  | { readonly kind: "sequence"; readonly place: Place; readonly items: () => readonly BundleValue[] }
  | {
      readonly kind: "text";
      readonly place: Place;
      /** As written, quotes and escapes resolved. */
      readonly text: string;
      /** What the CLI reads where it wants a boolean; undefined if it is none. */
      readonly boolean: boolean | undefined;
    }
  | { readonly kind: "null"; readonly place: Place };

/** What the CLI refuses while it reads a file, though the YAML is well-formed. */
export class BundleYamlError extends Error {
  override readonly name = "BundleYamlError";
  readonly place: Place;
  readonly remedy: string | undefined;

  constructor(message: string, place: Place, remedy?: string) {
    super(message);
    this.place = place;
    this.remedy = remedy;
  }
}

/**
 * Parsed text: the value of its first document, as the CLI reads no further, or what is wrong with it. Of a slip in the
 * YAML only the first mistake is told: those behind it mostly follow from it.
 */
export type ParsedYaml = { readonly value: BundleValue } | { readonly mistakes: readonly Mistake[] };

/**
 * Parses a file of a bundle; JSON is read as YAML, as the CLI does. Aliases and merges are followed only where a caller
 * looks, so that a file that expands endlessly costs nothing.
 * @param file the name for places in it
 */
export function parseBundleYaml(bytes: Uint8Array, file: string): ParsedYaml {
  const invalid = (problem: string, place: Place = { file }): ParsedYaml => ({
    mistakes: [{ problem, place }],
  });
  const text = decoded(bytes);
  if (text === undefined) return invalid("The file is not UTF-8 text.");
  if (text.includes("\ufeff")) return invalid("The file has a byte order mark that is not at its start.");
  const source = withKnownBreaks(text);
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const first = firstDocument(source, lines);
    if (!first) return { value: { kind: "null", place: at(0) } };
    const [slip] = first.errors.filter(isSlip).sort((left, right) => left.pos[0] - right.pos[0]);
    if (slip) return { mistakes: [mistakeOf(slip, at, source)] };
    if (expandsTooFar(first.contents)) return invalid("Its aliases expand to more than any bundle needs.");
    return { value: new Reader(first, at, text).value(first.contents) };
  } catch (error) {
    if (error instanceof BundleYamlError) return invalid(error.message, error.place);
    if (error instanceof RangeError)
      return invalid(`The file is nested deeper than ${String(DEEPEST)} levels.`);
    throw error;
  }
}

/** Far beyond any bundle; the library goes down recursively, and a stack that overflows in there can end the process. */
const DEEPEST = 500;

/** @throws RangeError where the text is nested too deeply */
function firstDocument(source: string, lines: LineCounter): Document.Parsed | undefined {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    // Scalars stay as they are written: what is an ID or a host must not become a number first.
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
    lineCounter: lines,
  });
  const tokens = [];
  lines.addNewLine(0);
  for (const lexeme of goLexer().lex(source)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > DEEPEST) throw new RangeError("nested too deeply");
  }
  tokens.push(...parser.end());
  return composer.compose(tokens).next().value ?? undefined;
}

/** UTF-8, or UTF-16 with a byte order mark (YAML 1.2.2, 5.2), as Windows PowerShell writes it. */
function decoded(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The CLI takes a comment right after a quote or a bracket. */
function isSlip({ message }: YAMLError): boolean {
  return !message.startsWith("Comments must be separated");
}

function mistakeOf({ code, pos }: YAMLError, at: (offset: number) => Place, source: string): Mistake {
  const [offset] = pos;
  const before = source.slice(0, offset).split("\n").slice(-2).join("\n");
  const line = before + (source.slice(offset).split("\n", 1)[0] ?? "");
  const remedy =
    /(?:^|[:,-][ \t]+)[{[]/m.test(line) || (code === "UNEXPECTED_TOKEN" && /[}\]]/.test(line))
      ? QUOTE_BRACES
      : REMEDIES[code];
  return {
    problem: `Not YAML: ${yamlFlaw({ code })}.`,
    expected: "YAML as the Databricks CLI reads it",
    remedy: remedy ?? "Correct the line; an editor with a YAML extension shows the place.",
    place: at(offset),
  };
}

const QUOTE_BRACES =
  "A value with `{` or `}`, `[` or `]` needs quotes, unless it is a whole mapping or list in brackets.";

const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_INDENT: "Indent the keys of one mapping alike.",
  BAD_SCALAR_START: "Put the value into quotes.",
  BLOCK_AS_IMPLICIT_KEY: "Indent the keys of one mapping alike; a value with `: ` needs quotes.",
  MULTILINE_IMPLICIT_KEY:
    "Write `key: value` with a blank behind the colon, and indent a value of several lines deeper than its key.",
  TAB_AS_INDENT: "Indent with blanks.",
};

const TAG = "tag:yaml.org,2002:";

class Reader {
  private readonly targets = new Map<Node, Node>();
  private readonly at: (offset: number) => Place;
  private readonly text: string;
  /** Aliases being followed, to find those that lead back to themselves. */
  private readonly active = new Set<Node>();
  /** Each mapping is read once, however often merges of merges ask for it. */
  private readonly read = new Map<Node, ReadonlyMap<string, BundleValue>>();

  constructor(document: Document.Parsed, at: (offset: number) => Place, text: string) {
    this.at = at;
    this.text = text;
    const anchors = new Map<string, Node>();
    visit(document, {
      Node: (_key, node) => {
        if (isAlias(node)) {
          const target = anchors.get(node.source);
          if (target) this.targets.set(node, target);
        } else if (node.anchor !== undefined) {
          anchors.set(node.anchor, node);
        }
      },
    });
  }

  value(node: Node | null | undefined): BundleValue {
    const place = this.place(node);
    if (isAlias(node)) return this.followed(node, (target) => this.value(target));
    if (isMap(node)) return { kind: "map", place, entries: () => this.entries(node) };
    if (isSeq(node)) {
      return { kind: "sequence", place, items: () => node.items.map((item) => this.value(item as Node)) };
    }
    if (!isScalar(node) || isNull(node)) return { kind: "null", place };
    return { kind: "text", place, text: this.textOf(node), boolean: booleanOf(node) };
  }

  private textOf(scalar: Scalar): string {
    const [start, end] = scalar.range ?? [0, 0];
    const raw = this.text.slice(start, end);
    const text = separatedText(raw, scalar.type, textOf(scalar)) ?? textOf(scalar);
    // A last line without its line break has none in the CLI's value.
    return scalar.type?.startsWith("BLOCK") === true && end === this.text.length && !/[\r\n\u0085]$/.test(raw)
      ? text.replace(/\n$/, "")
      : text;
  }

  private place(node: Node | null | undefined): Place {
    return this.at(node?.range?.[0] ?? 0);
  }

  private entries(node: YAMLMap): ReadonlyMap<string, BundleValue> {
    const known = this.read.get(node) ?? this.readEntries(node);
    this.read.set(node, known);
    return known;
  }

  private readEntries(node: YAMLMap): ReadonlyMap<string, BundleValue> {
    const own = new Map<string, BundleValue>();
    let merge: Node | undefined;
    for (const { key, value } of node.items as { key: Node; value: Node | null }[]) {
      if (!isScalar(key))
        throw new BundleYamlError("A key is not a plain text.", this.place(key), QUOTE_BRACES);
      if (!isMergeKey(key)) {
        // An absent value stands where its key does.
        own.set(this.textOf(key), value ? this.value(value) : { kind: "null", place: this.place(key) });
      } else if (merge) {
        throw new BundleYamlError("A mapping has more than one merge key (`<<`).", this.place(key));
      } else {
        merge = value ?? key;
      }
    }
    return merge ? new Map([...this.merged(merge), ...own]) : own;
  }

  /** A merge takes an alias, or a sequence of aliases and mappings; a mapping written in place is refused by the CLI. */
  private merged(merge: Node): (readonly [string, BundleValue])[] {
    const refused = (node: Node) =>
      new BundleYamlError(
        "A merge key (`<<`) needs an alias of a mapping, or a sequence of them.",
        this.place(node),
      );
    if (!isSeq(merge) && !isAlias(merge)) throw refused(merge);
    return (isSeq(merge) ? (merge.items as Node[]) : [merge]).flatMap((source) => {
      const entriesOf = (target: Node) => {
        if (!isMap(target)) throw refused(source);
        return [...this.entries(target)];
      };
      return isAlias(source) ? this.followed(source, entriesOf) : entriesOf(source);
    });
  }

  private followed<T>(alias: Node, read: (target: Node) => T): T {
    const target = this.targets.get(alias);
    if (!target) throw new BundleYamlError("An alias has no anchor.", this.place(alias));
    if (this.active.has(alias))
      throw new BundleYamlError("An alias leads back to itself.", this.place(alias));
    this.active.add(alias);
    try {
      return read(target);
    } finally {
      this.active.delete(alias);
    }
  }
}

function textOf(scalar: Scalar): string {
  return scalar.source ?? "";
}

function isMergeKey(key: Scalar): boolean {
  return key.tag === `${TAG}merge` || (textOf(key) === "<<" && isPlain(key));
}

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);

function isNull(scalar: Scalar): boolean {
  return scalar.tag === `${TAG}null` || (isPlain(scalar) && NULLS.has(textOf(scalar)));
}

/** Texts that the CLI takes for booleans, quoted or not. Source: cli `libs/dyn/convert/normalize.go`. */
const YES = new Set(["true", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"]);
const NO = new Set(["false", "n", "N", "no", "No", "NO", "off", "Off", "OFF"]);

function booleanOf(scalar: Scalar): boolean | undefined {
  const text = textOf(scalar);
  const folded = text.toLowerCase();
  const isBoolean =
    scalar.tag === `${TAG}bool` || (isPlain(scalar) && /^(?:true|True|TRUE|false|False|FALSE)$/.test(text));
  if (isBoolean && (folded === "true" || folded === "false")) return folded === "true";
  return YES.has(text) ? true : NO.has(text) ? false : undefined;
}

/** Whether the text alone decides what the scalar is. */
function isPlain(scalar: Scalar): boolean {
  return scalar.type === "PLAIN" && (scalar.tag === undefined || scalar.tag === "!");
}
