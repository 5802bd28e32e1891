import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { Json, JsonObject } from "../api/json.ts";
import { quote } from "../base/quote.ts";
import { wrong, type ReadContext, type Shape } from "../base/yaml/shape.ts";
import { readYaml, type ReadFile, type SourceFile } from "../base/yaml/yaml-file.ts";

/** Values of bundle variables, by name. */
export interface VariableValues {
  /** Simple values, as texts. */
  readonly texts: Readonly<Record<string, string>>;
  /** Mappings and lists: values of variables of the type `complex`. */
  readonly complex: JsonObject;
}

/** Where, from the bundle's folder, the CLI looks for values of variables (cli `bundle/config/mutator/set_variables.go`). */
export function overridesPath(
  target: string,
): readonly [folder: string, folder: string, folder: string, file: string] {
  return [".databricks", "bundle", target, "variable-overrides.json"];
}

export const NO_VARIABLES: VariableValues = { texts: {}, complex: {} };

/** The CLI's rule for variable names (JSON schema of a bundle). */
const NAME = /^[A-Za-z_][\w-]*$/;

/**
 * Reads a file of values for bundle variables: a mapping of names to values, as YAML or JSON. A simple value becomes the text
 * that stands there, so `1.10` stays `1.10`. Texts are shown in no mistake: they may be confidential.
 */
export function readVariablesFile(source: SourceFile): ReadFile<VariableValues> {
  return readYaml(source, FILE);
}

const FILE: Shape<VariableValues> = {
  schema: { type: "object" },
  read(node, context) {
    if (!isMap(node)) {
      wrong(node, context, "a mapping of names of variables to their values");
      return undefined;
    }
    const texts: Record<string, string> = {};
    const complex: Record<string, Json> = {};
    for (const { key, value } of node.items as readonly { key: Node; value: Node | null }[]) {
      const name = isScalar(key) ? String(key.value) : "";
      if (!NAME.test(name)) {
        context.report({
          problem: `\`${quote(name)}\` is no name of a variable.`,
          expected: "letters, digits, _ and - (not first)",
          actual: quote(name),
          remedy: "Correct the name: it is one that the bundle declares under `variables`.",
          place: context.place(key),
        });
      } else if (isMap(value) || isSeq(value)) complex[name] = jsonOf(value, name, context);
      else texts[name] = textOf(value, name, context);
    }
    return { texts, complex };
  },
};

function textOf(node: Node | null, name: string, context: ReadContext): string {
  if (!isScalar(node) || node.value === null) {
    noValue(node, name, context);
    return "";
  }
  // A number or a boolean as it is written: 1.10 is no 1.1.
  return typeof node.value === "string" ? node.value : (node.source ?? "");
}

function jsonOf(node: Node | null, name: string, context: ReadContext): Json {
  if (isSeq(node)) return node.items.map((item) => jsonOf(item as Node | null, name, context));
  if (isMap(node)) {
    const items = node.items as readonly { key: Node; value: Node | null }[];
    return Object.fromEntries(
      items.map(({ key, value }) => [
        isScalar(key) ? String(key.value) : key.toString(),
        jsonOf(value, name, context),
      ]),
    );
  }
  if (!isScalar(node)) {
    noValue(node, name, context);
    return null;
  }
  const { value, source } = node;
  if (typeof value === "number" && source !== undefined && String(value) !== source) {
    context.report({
      problem: `A number of \`${name}\` would be read as another text than it is written.`,
      expected: `\`${quote(String(value))}\`, or a text in quotes`,
      actual: quote(source),
      remedy: "Put it in quotes if it is a text, such as a version.",
      place: context.place(node),
    });
  }
  return value as Json;
}

function noValue(node: Node | null, name: string, context: ReadContext): void {
  context.report({
    problem: `The variable \`${name}\` has no value.`,
    expected: "a text, a number, true, false, a mapping or a list, written out (no alias)",
    actual: "nothing",
    remedy: 'Give it one, or take the line out. An empty text is `""`.',
    place: context.place(node),
  });
}
