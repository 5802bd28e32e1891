import { fileURLToPath } from "node:url";
import { SecretlessError } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";
import { isLoopback } from "../../net/origin.ts";

/** Where release files are read from instead of the release site; both have its layout, `v<version>/<file>`. */
export type CliMirror =
  | {
      readonly kind: "url";
      /** Without a slash at its end. */
      readonly base: string;
    }
  | {
      readonly kind: "folder";
      /** Absolute on POSIX or on Windows; whether it is so on this runner is seen when it is read. */
      readonly path: string;
    };

/**
 * An exact version of the Databricks CLI, such as `1.9.0`.
 * @throws SecretlessError `INPUT_INVALID`
 */
export function parseCliVersion(text: string): string {
  if (/^(?:0|[1-9]\d{0,3})(?:\.(?:0|[1-9]\d{0,3})){2}$/.test(text)) return text;
  throw mistake(
    "not a version of the Databricks CLI",
    "one exact version, such as 1.9.0 (no `v`, no range)",
    text,
  );
}

/**
 * A SHA-256 in hexadecimal digits; lower case is returned.
 * @throws SecretlessError `INPUT_INVALID`
 */
export function parseSha256(text: string): string {
  if (/^[\da-f]{64}$/i.test(text)) return text.toLowerCase();
  throw mistake("not a SHA-256", "64 hexadecimal digits", text);
}

/**
 * A mirror of the CLI's releases: an https URL (http for loopback addresses only) without user, query and fragment, or a
 * folder, as an absolute path or a `file:` URL.
 * @throws SecretlessError `INPUT_INVALID`
 */
export function parseCliMirror(text: string): CliMirror {
  const trimmed = text.trim();
  if (hasControlCharacter(trimmed)) throw mirrorMistake(trimmed, "it holds a control character");
  if (/^(?:\/|[a-z]:[\\/]|\\\\)/i.test(trimmed)) return { kind: "folder", path: trimmed };
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (url?.protocol === "file:") return { kind: "folder", path: folderOf(url, trimmed) };
  if (!url || !/^https?:\/\//i.test(trimmed)) throw mirrorMistake(trimmed, "it is neither");
  if (url.username !== "" || url.password !== "")
    throw mirrorMistake(trimmed, "it holds a user or a password");
  if (/[?#]/.test(trimmed)) throw mirrorMistake(trimmed, "it has a query or a fragment");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) throw mirrorMistake(trimmed, "it is not https");
  return { kind: "url", base: `${url.origin}${url.pathname}`.replace(/\/+$/, "") };
}

function folderOf(url: URL, text: string): string {
  const windows = url.hostname !== "" || /^\/[a-z]:\//i.test(url.pathname);
  try {
    const path = fileURLToPath(url, { windows });
    if (!hasControlCharacter(path)) return path;
  } catch {
    // An encoded slash or a malformed escape.
  }
  throw mirrorMistake(text, "its path cannot be a folder");
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function mirrorMistake(text: string, odd: string): SecretlessError {
  return mistake(
    `not a mirror: ${odd}`,
    "an https URL without user and query, or the absolute path of a folder; files lie under it as v<version>/<file>",
    text,
  );
}

function mistake(problem: string, expected: string, text: string): SecretlessError {
  return new SecretlessError("INPUT_INVALID", { problem, expected, actual: redact(text).slice(0, 200) });
}
