import type { Place } from "../base/errors.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { isRemote } from "./failure.ts";

/** What of an error's text can stand in a file: a reference, a path that is not there, what is quoted; the surest first. */
const NAMED = [
  /\$\{[\w.[\]-]+\}/g,
  /\b(?:notebook|file|path|library|directory) "?([^\s"]*[./][^\s"]*)"? (?:not found|does not exist|is not contained)/g,
  /\b(?:stat|open|lstat) ([^\s:]+): no such file/g,
  /"([^"\s]{3,})"/g,
  /'([^'\s]{3,})'/g,
];

/** An error that names no place, with the place where the text that it quotes stands in the bundle's files. */
export async function placed(
  diagnostic: Diagnostic,
  findText: (texts: readonly string[]) => Promise<Place | undefined>,
): Promise<Diagnostic> {
  if (diagnostic.severity !== "error" || diagnostic.place || isRemote(diagnostic)) return diagnostic;
  const texts = namedTexts(diagnostic.text);
  const place = texts.length === 0 ? undefined : await findText(texts);
  return place ? { ...diagnostic, place } : diagnostic;
}

/** A path as in the message, then its file name alone: the CLI says it from another folder than the bundle does. */
export function namedTexts(text: string): string[] {
  const named = NAMED.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([whole, inner]) => inner ?? whole),
  );
  const names = named.flatMap((one) =>
    one.includes("/") ? [one, one.replace(/^.*\/(?=[^/]{3})/, "")] : [one],
  );
  return [...new Set(names)];
}
