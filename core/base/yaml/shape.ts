import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode } from "yaml";
import type { Mistake, Place } from "../errors.ts";
import { meant } from "../nearest.ts";
import { quote } from "../quote.ts";

/** A JSON Schema (draft 2020-12) of one shape; scripts/schemas.ts puts them into schemas/. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Where mistakes go, and where in the file a node stands. */
export interface ReadContext {
  place(node: Node | null | undefined): Place;
  report(mistake: Mistake): void;
}

/**
 * What a part of a user's YAML file looks like: one definition gives the TypeScript type, the reader with positions
 * and the JSON Schema. `read` returns undefined after it has reported why.
 */
export interface Shape<T> {
  readonly schema: JsonSchema;
  read(node: Node | null, context: ReadContext): T | undefined;
}

export type Read<S> = S extends Shape<infer T> ? T : never;

/** A value with its place in the file. */
export interface Placed<T> {
  readonly value: T;
  readonly place: Place;
}

function describe(node: Node | null): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null) return "nothing";
  return typeof node.value === "string" ? `"${quote(node.value)}"` : quote(JSON.stringify(node.value));
}

/** Reports that `node` is not what was `expected`. */
export function wrong(node: Node | null, context: ReadContext, expected: string, remedy?: string): void {
  if (isAlias(node)) {
    const problem = "YAML aliases are not supported here.";
    const remedy = "Write the value out.";
    context.report({ problem, expected, actual: "an alias", remedy, place: context.place(node) });
    return;
  }
  context.report({
    problem: `Expected ${expected}, found ${describe(node)}.`,
    expected,
    actual: describe(node),
    remedy: remedy ?? "Write there what is wanted.",
    place: context.place(node),
  });
}

export interface TextRules {
  readonly description?: string;
  /** The whole text must match; `says` puts it into words. */
  readonly pattern?: RegExp;
  readonly says?: string;
}

export function text(rules: TextRules = {}): Shape<string> {
  const says = rules.says ?? "a text";
  return {
    schema: {
      type: "string",
      minLength: 1,
      ...(rules.pattern === undefined ? {} : { pattern: rules.pattern.source }),
      ...(rules.description === undefined ? {} : { description: rules.description }),
    },
    read(node, context) {
      if (!isScalar(node) || typeof node.value !== "string") {
        const quote = isScalar(node) && node.value !== null ? "Put the value in quotes." : undefined;
        wrong(node, context, says, quote);
        return undefined;
      }
      const fits = node.value !== "" && (rules.pattern?.test(node.value) ?? true);
      if (fits) return node.value;
      wrong(node, context, says);
      return undefined;
    },
  };
}

const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

/** A day of the calendar, ISO 8601: no 30 February. */
export function date(description: string): Shape<string> {
  const says = "a date such as 2027-03-31";
  const form = text({ pattern: DATE, says, description });
  return {
    schema: form.schema,
    read(node, context) {
      const value = form.read(node, context);
      if (value === undefined || isDay(value)) return value;
      wrong(node, context, "a day that the calendar has");
      return undefined;
    },
  };
}

/** Whether `YYYY-MM-DD` is a day: `Date` would take 30 February for 2 March. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return DATE.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export function oneOf<const T extends string | number>(values: readonly T[], description?: string): Shape<T> {
  return {
    schema: { enum: values, ...(description === undefined ? {} : { description }) },
    read(node, context) {
      const value = isScalar(node) ? values.find((known) => known === node.value) : undefined;
      if (value === undefined)
        wrong(node, context, values.map((known) => JSON.stringify(known)).join(" or "));
      return value;
    },
  };
}

/** A whole number from 1. */
export function wholeNumber(description: string): Shape<number> {
  return {
    schema: { type: "integer", minimum: 1, description },
    read(node, context) {
      const value = isScalar(node) ? node.value : undefined;
      if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
      wrong(node, context, "a whole number from 1");
      return undefined;
    },
  };
}

/** A mapping, or one of some words instead. */
export function either<W, T>(word: Shape<W>, mapping: Shape<T>, description: string): Shape<W | T> {
  return {
    schema: { anyOf: [word.schema, mapping.schema], description },
    read: (node, context) => (isMap(node) ? mapping : word).read(node, context),
  };
}

/** A list with at least one item, or with at least `least`. */
export function list<T>(item: Shape<T>, description?: string, least = 1): Shape<readonly T[]> {
  return {
    schema: {
      type: "array",
      items: item.schema,
      minItems: least,
      ...(description === undefined ? {} : { description }),
    },
    read(node, context) {
      if (!isSeq(node) || node.items.length < least) {
        wrong(node, context, least > 0 ? "a list with at least one item" : "a list");
        return undefined;
      }
      const values = node.items.map((child: unknown) => item.read(child as Node | null, context));
      return values.every((value) => value !== undefined) ? values : undefined;
    },
  };
}

/** One value or a list of them; always read as a list. */
export function oneOrMore<T>(item: Shape<T>, description?: string): Shape<readonly T[]> {
  const many = list(item);
  return {
    schema: { anyOf: [item.schema, many.schema], ...(description === undefined ? {} : { description }) },
    read(node, context) {
      if (isSeq(node)) return many.read(node, context);
      const value = item.read(node, context);
      return value === undefined ? undefined : [value];
    },
  };
}

/** The shape, with a description for editors. */
export function described<T>(description: string, inner: Shape<T>): Shape<T> {
  return { ...inner, schema: { ...inner.schema, description } };
}

export function placed<T>(inner: Shape<T>): Shape<Placed<T>> {
  return {
    schema: inner.schema,
    read(node, context) {
      const value = inner.read(node, context);
      return value === undefined ? undefined : { value, place: context.place(node) };
    },
  };
}

/** A mapping with free keys, read as a list of pairs in the order of the file. */
export function entries<T>(
  key: TextRules,
  value: Shape<T>,
  description?: string,
): Shape<readonly (readonly [Placed<string>, T])[]> {
  const keyShape = placed(text(key));
  return {
    schema: {
      type: "object",
      ...(key.pattern === undefined ? {} : { propertyNames: { pattern: key.pattern.source } }),
      additionalProperties: value.schema,
      ...(description === undefined ? {} : { description }),
    },
    read(node, context) {
      if (!isMap(node)) {
        wrong(node, context, "a mapping");
        return undefined;
      }
      const pairs: (readonly [Placed<string>, T])[] = [];
      let complete = true;
      for (const pair of node.items) {
        const name = keyShape.read(pair.key as ParsedNode, context);
        const read = value.read(pair.value as ParsedNode | null, context);
        if (name === undefined || read === undefined) complete = false;
        else pairs.push([name, read]);
      }
      return complete ? pairs : undefined;
    },
  };
}

interface Field<T, Required extends boolean> {
  readonly shape: Shape<T>;
  readonly required: Required;
}
type Fields = Readonly<Record<string, Field<unknown, boolean>>>;

export const required = <T>(shape: Shape<T>): Field<T, true> => ({ shape, required: true });
export const optional = <T>(shape: Shape<T>): Field<T, false> => ({ shape, required: false });

type ValueOf<F> = F extends Field<infer T, boolean> ? T : never;
type RequiredKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<unknown, true> ? K : never;
}[keyof F];
type OptionalKeys<F extends Fields> = Exclude<keyof F, RequiredKeys<F>>;
export type ObjectOf<F extends Fields> = { readonly [K in RequiredKeys<F>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: ValueOf<F[K]>;
};

/** A mapping with known keys only; `extra` adds to the JSON Schema what the fields alone cannot say. */
export function object<F extends Fields>(fields: F, extra: JsonSchema = {}): Shape<ObjectOf<F>> {
  const names = Object.keys(fields);
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(names.map((name) => [name, fields[name]?.shape.schema])),
      required: names.filter((name) => fields[name]?.required),
      additionalProperties: false,
      ...extra,
    },
    read(node, context) {
      if (!isMap(node)) {
        wrong(node, context, `a mapping with ${names.join(", ")}`);
        return undefined;
      }
      const values = new Map<string, unknown>();
      let complete = true;
      for (const pair of node.items) {
        const key = isScalar(pair.key) ? pair.key.value : undefined;
        const field = typeof key === "string" && Object.hasOwn(fields, key) ? fields[key] : undefined;
        if (typeof key !== "string" || field === undefined) {
          complete = false;
          const problem = `Unknown key ${describe(pair.key as ParsedNode)}.`;
          const place = context.place(pair.key as ParsedNode);
          const remedy = [
            ...(typeof key === "string" ? meant(key, names) : []),
            "Correct the key, or take it out.",
          ].join(" ");
          const actual = describe(pair.key as ParsedNode);
          context.report({ problem, expected: names.join(", "), actual, remedy, place });
          continue;
        }
        const value = field.shape.read(pair.value as ParsedNode | null, context);
        if (value === undefined) complete = false;
        else values.set(key, value);
      }
      for (const name of names) {
        if (!fields[name]?.required || node.has(name)) continue;
        complete = false;
        const found = node.items.map(({ key }) => (isScalar(key) ? quote(String(key.value)) : "…"));
        context.report({
          problem: `Missing key "${name}".`,
          expected: name,
          actual: found.join(", ") || "nothing",
          remedy: `Add the key "${name}".`,
          place: context.place(node),
        });
      }
      return complete ? (Object.fromEntries(values) as ObjectOf<F>) : undefined;
    },
  };
}
