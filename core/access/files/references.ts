import { quote } from "../../base/quote.ts";
import type { Mistake, Place } from "../../base/errors.ts";
import { type Json, member } from "../../api/json.ts";
import type { Placed } from "../../base/yaml/shape.ts";

const REFERENCE = /\$\{([^{}]*)\}/g;
const KNOWN = /^(?:bundle|var|workspace)(?:\.[A-Za-z_][A-Za-z0-9_-]*)+$/;

/** What is wrong with the `${…}` of a text, before any bundle is known; undefined if nothing is. */
export function referenceMistake(text: string, place: Place): Mistake | undefined {
  const rest = text.replace(REFERENCE, "");
  if (rest.includes("${")) {
    return {
      problem: `"${quote(text)}" holds a \${…} that is not closed or is nested.`,
      expected: "${bundle.…}, ${var.…} or ${workspace.…}, each closed by a brace",
      actual: quote(text),
      remedy: "Close the reference, or write the value out.",
      place,
    };
  }
  for (const [whole, name = ""] of text.matchAll(REFERENCE)) {
    if (KNOWN.test(name)) continue;
    return {
      problem: `"${quote(whole)}" cannot be used here.`,
      expected: "${bundle.…}, ${var.…} or ${workspace.…}",
      actual: quote(whole),
      remedy: "Use a variable of the bundle, or write the value out.",
      place,
    };
  }
  return undefined;
}

/** The value of one reference in the bundle's resolved configuration (`summary -o json`). */
function lookUp(config: Json, name: string): string | undefined {
  const [root = "", ...path] = name.split(".");
  let value: Json | undefined = root === "var" ? member(config, "variables") : member(config, root);
  for (const step of path) value = member(value, step);
  if (root === "var") value = member(value, "value") ?? member(value, "default");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

/** Replaces each `${…}` once: a value that brings a new `${…}` is refused, so nothing is evaluated twice. */
export function resolveReferences(
  source: Placed<string>,
  config: Json,
  report: (mistake: Mistake) => void,
): string | undefined {
  const { value, place } = source;
  const missing: string[] = [];
  const resolved = value.replace(REFERENCE, (whole: string, name: string) => {
    const found = KNOWN.test(name) ? lookUp(config, name) : undefined;
    if (found !== undefined && !found.includes("${")) return found;
    missing.push(whole);
    return whole;
  });
  for (const whole of missing) {
    report({
      problem: `"${quote(whole)}" has no value in this target of the bundle.`,
      expected: "a text, number or boolean of the bundle's resolved configuration",
      remedy: "Look it up with `databricks bundle summary -o json`.",
      place,
    });
  }
  return missing.length === 0 ? resolved : undefined;
}
