import { parse, stringify } from "lossless-json";

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/** What can be sent: integers that JavaScript's numbers cannot hold, as bigint. */
export type JsonBody =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonBody[]
  | { readonly [key: string]: JsonBody | undefined };

/**
 * Reads JSON. Integers beyond 2^53 become texts of their digits: they are ids, and `JSON.parse` would give the id of
 * something else.
 * @throws SyntaxError, or RangeError for what is nested without end
 */
export function readJson(text: string): Json {
  return parse(text, undefined, numberOrDigits) as Json;
}

function numberOrDigits(digits: string): number | string {
  const number = Number(digits);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? digits : number;
}

/** Every integer with all its digits. */
export function writeJson(body: JsonBody): string {
  return stringify(body) ?? "null";
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The member at `path`, if each object on the way has it itself (a job may be called `constructor`). */
export function member(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value;
  for (const key of path) found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return found;
}

/** All members of an object, none of anything else. */
export function members(value: Json | undefined): readonly (readonly [string, Json])[] {
  return isObject(value) ? (Object.entries(value) as [string, Json][]) : [];
}

/** The text at `path`; numbers as their digits, because ids come as both; "" for everything else. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = member(value, ...path);
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}

/** The list at `path`; empty if there is none. */
export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = member(value, ...path);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}
