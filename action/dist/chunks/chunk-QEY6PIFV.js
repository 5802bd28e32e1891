import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  isLoopback
} from "./chunk-W6LVRVHZ.js";
import {
  redact
} from "./chunk-UWXWV5QH.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";

// core/cli-values.ts
import { fileURLToPath } from "node:url";
function parseCliVersion(text) {
  if (/^(?:0|[1-9]\d{0,3})(?:\.(?:0|[1-9]\d{0,3})){2}$/.test(text)) return text;
  throw mistake(
    "not a version of the Databricks CLI",
    "one exact version, such as 1.9.0 (no `v`, no range)",
    text
  );
}
function parseSha256(text) {
  if (/^[\da-f]{64}$/i.test(text)) return text.toLowerCase();
  throw mistake("not a SHA-256", "64 hexadecimal digits", text);
}
function parseCliMirror(text) {
  const trimmed = text.trim();
  if (hasControlCharacter(trimmed)) throw mirrorMistake(trimmed, "it holds a control character");
  if (/^(?:\/|[a-z]:[\\/]|\\\\)/i.test(trimmed)) return { kind: "folder", path: trimmed };
  const url = URL.canParse(trimmed) ? new URL(trimmed) : void 0;
  if (url?.protocol === "file:") return { kind: "folder", path: folderOf(url, trimmed) };
  if (!url || !/^https?:\/\//i.test(trimmed)) throw mirrorMistake(trimmed, "it is neither");
  if (url.username !== "" || url.password !== "")
    throw mirrorMistake(trimmed, "it holds a user or a password");
  if (/[?#]/.test(trimmed)) throw mirrorMistake(trimmed, "it has a query or a fragment");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) throw mirrorMistake(trimmed, "it is not https");
  return { kind: "url", base: `${url.origin}${url.pathname}`.replace(/\/+$/, "") };
}
function folderOf(url, text) {
  const windows = url.hostname !== "" || /^\/[a-z]:\//i.test(url.pathname);
  try {
    const path = fileURLToPath(url, { windows });
    if (!hasControlCharacter(path)) return path;
  } catch {
  }
  throw mirrorMistake(text, "its path cannot be a folder");
}
function hasControlCharacter(text) {
  return new RegExp("\\p{Cc}", "u").test(text);
}
function mirrorMistake(text, odd) {
  return mistake(
    `not a mirror: ${odd}`,
    "an https URL without user and query, or the absolute path of a folder; files lie under it as v<version>/<file>",
    text
  );
}
function mistake(problem, expected, text) {
  return new SecretlessError("INPUT_INVALID", { problem, expected, actual: redact(text).slice(0, 200) });
}

export {
  parseCliVersion,
  parseSha256,
  parseCliMirror
};
