import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  redact
} from "./chunk-UWXWV5QH.js";
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";

// core/workspace-url.ts
var SHAPE = /^(https?):\/\/([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?\/?(?:\?([\w.~%&=+-]*))?$/i;
function parseWorkspaceUrl(text) {
  const trimmed = text.trim();
  if (trimmed === "") throw mistake(trimmed, "no workspace URL is given");
  const shape = SHAPE.exec(trimmed);
  const url = URL.canParse(trimmed) ? new URL(trimmed) : void 0;
  if (!shape || !url) throw mistake(trimmed, whatIsOdd(trimmed, url));
  if (url.hostname !== shape[2]?.toLowerCase()) {
    throw mistake(trimmed, `the host is not in its usual form (${url.hostname})`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw mistake(trimmed, "plain http would send tokens unprotected", `https://${url.host}`);
  }
  const workspaceId = onlyValue(trimmed, url, ["o", "w", "workspace_id"], /^\d+$/);
  const accountId = onlyValue(trimmed, url, ["a", "account_id"], /^[\w-]+$/);
  return {
    origin: url.origin,
    ...workspaceId === void 0 ? {} : { workspaceId },
    ...accountId === void 0 ? {} : { accountId }
  };
}
function isLoopback(hostname) {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
function whatIsOdd(text, url) {
  if (!/^https?:\/\//i.test(text)) return "it does not start with https://";
  if (!url) return "it is not a URL";
  if (url.username !== "" || url.password !== "") return "it contains a user name or a password";
  if (url.pathname !== "/") return "it has a path";
  if (url.hash !== "") return "it has a fragment (`#\u2026`)";
  return "it contains characters that no workspace URL has";
}
function onlyValue(text, url, names, form) {
  const values = new Set(
    names.flatMap((name) => url.searchParams.getAll(name)).filter((value2) => value2 !== "")
  );
  if (values.size > 1) throw mistake(text, `it names several IDs: ${[...values].join(", ")}`);
  const [value] = values;
  if (value !== void 0 && !form.test(value)) throw mistake(text, `\`${value}\` is not an ID`);
  return value;
}
function mistake(text, odd, wanted = "https://adb-1234567890123456.7.azuredatabricks.net") {
  return new SecretlessError("INPUT_INVALID", {
    problem: `Not a workspace URL: ${odd}.`,
    expected: "https://<workspace host>, optionally with ?o=<workspace ID>",
    actual: redact(text).slice(0, 200),
    remedy: `Write it as in the browser's address bar, without what follows the host: ${wanted}`
  });
}

export {
  parseWorkspaceUrl,
  isLoopback
};
