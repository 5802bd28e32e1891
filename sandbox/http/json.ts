import { parse, stringify } from "lossless-json";

/** JSON as the sandbox holds it. Integers past 2^53 are bigints, so that no id ever loses a digit. */
export type Json =
  null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };

function parseNumber(text: string): number | bigint {
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text)) ? BigInt(text) : Number(text);
}

/** @throws SyntaxError */
export function parseJson(text: string): Json {
  return parse(text, undefined, { parseNumber }) as Json;
}

export function writeJson(value: Json): string {
  return stringify(value) ?? "null";
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object without some of its fields. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** A list; empty for anything else. */
export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The text of a field, or "" where it is absent or something else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The digits of an id that came as a number or as a string; "" for anything else. */
export function idOf(value: unknown): string {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : textOf(value);
  return /^\d+$/.test(text) ? text : "";
}

/** An id (kept as a string of digits) as a JSON number. */
export function jsonId(id: string): bigint {
  return BigInt(id);
}
