import { isObject, type Json, type JsonObject } from "../http/json.ts";
import { CliFailure } from "./diagnostics.ts";

const REFERENCE = /\$\{((?!resources\.)[a-zA-Z][\w-]*(?:\.[\w-]+(?:\[\d+\])*)*)\}/g;

/** Resolves `${…}` against one tree: `bundle.*`, `workspace.*`, `variables.*.value` and its short form `var.*`. Those to `resources.*` stay. */
export class Interpolation {
  readonly #tree: JsonObject;
  /** References that are being resolved right now, to find cycles. */
  readonly #open: string[] = [];

  constructor(tree: JsonObject) {
    this.#tree = tree;
  }

  /** A string that is one reference takes the type of what it refers to. @throws CliFailure */
  resolve(value: Json | undefined): Json {
    if (typeof value === "string") return this.#text(value);
    if (Array.isArray(value)) return value.map((item: Json) => this.resolve(item));
    if (!isObject(value)) return value ?? null;
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, this.resolve(child)]));
  }

  #text(text: string): Json {
    const whole = new RegExp(`^${REFERENCE.source}$`).exec(text)?.[1];
    if (whole !== undefined) return this.#lookup(whole);
    return text.replace(REFERENCE, (_, path: string) => {
      const value = this.#lookup(path);
      if (typeof value === "object") throw new CliFailure(`reference is not a string: \${${path}}`);
      return String(value);
    });
  }

  #lookup(reference: string): Json {
    if (this.#open.includes(reference)) {
      throw new CliFailure(`cycle detected in field resolution: ${[...this.#open, reference].join(" -> ")}`);
    }
    const path = reference.replace(/^var\.([\w-]+)/, "variables.$1.value");
    let value: Json | undefined = this.#tree;
    for (const key of path.split(/[.[\]]+/).filter((part) => part !== "")) {
      value = Array.isArray(value)
        ? (value as readonly Json[])[Number(key)]
        : isObject(value)
          ? value[key]
          : undefined;
    }
    if (value === undefined) throw new CliFailure(`reference does not exist: \${${reference}}`);
    this.#open.push(reference);
    const resolved = this.resolve(value);
    this.#open.pop();
    return resolved;
  }
}
