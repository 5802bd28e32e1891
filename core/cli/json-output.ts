import { readJson, type Json } from "../api/json.ts";
import { SecretlessError } from "../base/errors.ts";

/**
 * Reads what the CLI printed as JSON; job ids beyond 2^53 in `bundle plan` stay exact.
 * @param source the command, for the error's text
 * @throws SecretlessError `CLI_OUTPUT_UNREADABLE`; its text holds nothing of the output, which may be confidential
 */
export function parseJson(text: string, source: string): Json {
  try {
    return readJson(text);
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
