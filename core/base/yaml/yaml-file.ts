import { LineCounter, parseDocument, type Node } from "yaml";
import type { Mistake, Place } from "../errors.ts";
import { yamlFlaw } from "./flaw.ts";
import type { ReadContext, Shape } from "./shape.ts";

/** A file of the user: its path as shown to the user, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What a file holds, as far as it could be read, and everything that is wrong with it. */
export interface ReadFile<T> {
  readonly value: T | undefined;
  readonly mistakes: readonly Mistake[];
}

/** Far more than any real file needs; keeps a hostile one from occupying the runner. */
const MAX_LENGTH = 1_000_000;

/** What is to be done about a text that is none. */
const NO_YAML = {
  expected: "YAML 1.2: one document, each key once, no aliases",
  remedy: "Correct the line; an editor with a YAML extension shows the place.",
};

/**
 * Reads a YAML 1.2 file by its shape; never throws. Refused, because a reviewer cannot see what they do: aliases, several
 * documents, `%YAML` directives, duplicate keys, unknown tags.
 */
export function readYaml<T>(file: SourceFile, shape: Shape<T>): ReadFile<T> {
  const mistakes: Mistake[] = [];
  if (file.text.length > MAX_LENGTH) {
    return {
      value: undefined,
      mistakes: [{ problem: "The file is larger than 1 MB.", place: { file: file.path } }],
    };
  }
  const lines = new LineCounter();
  const placeAt = (offset: number | undefined): Place => {
    if (offset === undefined) return { file: file.path, line: 1, column: 1 };
    const { line, col } = lines.linePos(offset);
    return { file: file.path, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let document;
  try {
    document = parseDocument(file.text, {
      version: "1.2",
      schema: "core",
      lineCounter: lines,
      prettyErrors: false,
      keepSourceTokens: false,
    });
  } catch (error) {
    // The parser recurses: nesting of some thousand levels exhausts the stack.
    const problem = error instanceof RangeError ? "The file is nested too deeply." : "The file is not YAML.";
    return { value: undefined, mistakes: [{ problem, place: { file: file.path, line: 1, column: 1 } }] };
  }
  for (const flaw of [...document.errors, ...document.warnings]) {
    mistakes.push({
      problem: `YAML: ${yamlFlaw(flaw)}.`,
      ...NO_YAML,
      place: placeAt(flaw.pos[0]),
    });
  }
  if (document.directives.yaml.explicit === true) {
    const remedy = "Take the line out.";
    mistakes.push({ problem: "A %YAML directive is not supported.", ...NO_YAML, remedy, place: placeAt(0) });
  }
  if (mistakes.length > 0) return { value: undefined, mistakes };

  const context: ReadContext = {
    place: (node: Node | null | undefined) => placeAt(node?.range?.[0]),
    report: (mistake) => mistakes.push(mistake),
  };
  const value = shape.read(document.contents, context);
  return { value: mistakes.length === 0 ? value : undefined, mistakes };
}
