import { parse } from "lossless-json";
import { SecretlessError } from "../base/errors.ts";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/**
 * Reads what the CLI printed as JSON. Integers beyond 2^53 become strings of their digits: job IDs are such numbers in
 * `bundle plan`, and JSON.parse would give us the ID of another job.
 * @param source the command, for the error's text
 * @throws SecretlessError `CLI_OUTPUT_UNREADABLE`; its text holds nothing of the output, which may be confidential
 */
export function parseJson(text: string, source: string): JsonValue {
  try {
    return parse(text, undefined, numberOrDigits) as JsonValue;
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    throw unreadable(
      source,
      text.trim() === "" ? "nothing" : `${String(text.length)} characters that are no JSON${at(position)}`,
    );
  }
}

/** The error for output of the CLI that is not what was wanted. */
export function unreadable(source: string, actual: string, expected = "JSON"): SecretlessError {
  return new SecretlessError("CLI_OUTPUT_UNREADABLE", {
    problem: `The output of \`${source}\` cannot be read.`,
    expected,
    actual,
    remedy: "Use a version of the Databricks CLI that the product is tested with (1.9.0 to 1.13.0).",
  });
}

function at(position: string | undefined): string {
  return position === undefined ? "" : ` (from character ${position} on)`;
}

function numberOrDigits(digits: string): number | string {
  const number = Number(digits);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? digits : number;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member `key` if `value` is an object that has it itself (a job may be called `constructor`). */
export function member(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let found = value;
  for (const key of path) found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return found;
}

/** All members of an object, none of anything else. */
export function members(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  return isObject(value) ? (Object.entries(value) as [string, JsonValue][]) : [];
}

/** A non-empty text; numbers as their digits, because IDs come as both. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
