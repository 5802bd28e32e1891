import { quote, quoteAddress, quoteAll } from "../base/quote.ts";
import { SecretlessError } from "../base/errors.ts";

/** A workspace as a URL names it. */
export interface WorkspaceUrl {
  /** Scheme, host in lower case and port if it is not the scheme's own: `https://adb-1.2.azuredatabricks.net`. */
  readonly origin: string;
  /** From `?o=`, `?w=` or `?workspace_id=`, as the Databricks UI writes them into URLs. */
  readonly workspaceId?: string;
  /** From `?a=` or `?account_id=`. */
  readonly accountId?: string;
}

/**
 * Stricter than the URL standard on purpose: the Databricks CLI (Go) and Node read odd URLs differently (tabs,
 * backslashes, percent-encoded or numeric hosts), and the host pin depends on both seeing the same host.
 */
const SHAPE = /^(https?):\/\/([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?\/?(?:\?([\w.~%&=+-]*))?$/i;

/**
 * Reads the URL of a workspace: https, or http for loopback addresses only; no path, no user, no fragment.
 * Two URLs are the same workspace host exactly if their `origin` is the same.
 * @throws SecretlessError `INPUT_INVALID`; its `details` are the mistake, for callers that collect several
 */
export function parseWorkspaceUrl(text: string): WorkspaceUrl {
  const trimmed = text.trim();
  if (trimmed === "") throw mistake(trimmed, "no workspace URL is given");
  const shape = SHAPE.exec(trimmed);
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (!shape || !url) throw mistake(trimmed, whatIsOdd(trimmed, url));
  if (url.hostname !== shape[2]?.toLowerCase()) {
    throw mistake(trimmed, `the host is not in its usual form (${quoteAddress(url.hostname)})`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw mistake(trimmed, "plain http would send tokens unprotected", `https://${quoteAddress(url.host)}`);
  }
  const workspaceId = onlyValue(trimmed, url, ["o", "w", "workspace_id"], /^\d+$/);
  const accountId = onlyValue(trimmed, url, ["a", "account_id"], /^[\w-]+$/);
  return {
    origin: url.origin,
    ...(workspaceId === undefined ? {} : { workspaceId }),
    ...(accountId === undefined ? {} : { accountId }),
  };
}

/** Whether `hostname` (as in `URL.hostname`) is this machine: 127.0.0.0/8, ::1 (RFC 6890) or `localhost` (RFC 6761). */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function whatIsOdd(text: string, url: URL | undefined): string {
  if (!/^https?:\/\//i.test(text)) return "it does not start with https://";
  if (!url) return "it is not a URL";
  if (url.username !== "" || url.password !== "") return "it contains a user name or a password";
  if (url.pathname !== "/") return "it has a path";
  if (url.hash !== "") return "it has a fragment (`#…`)";
  return "it contains characters that no workspace URL has";
}

/** The one value that the parameters `names` (all meaning the same) have. */
function onlyValue(text: string, url: URL, names: readonly string[], form: RegExp): string | undefined {
  const values = new Set(
    names.flatMap((name) => url.searchParams.getAll(name)).filter((value) => value !== ""),
  );
  if (values.size > 1) throw mistake(text, `it names several IDs: ${quoteAll([...values])}`);
  const [value] = values;
  if (value !== undefined && !form.test(value)) throw mistake(text, `\`${quote(value)}\` is not an ID`);
  return value;
}

function mistake(text: string, odd: string, wanted = "https://adb-1234567890123456.7.azuredatabricks.net") {
  return new SecretlessError("INPUT_INVALID", {
    problem: `Not a workspace URL: ${odd}.`,
    expected: "https://<workspace host>, optionally with ?o=<workspace ID>",
    actual: quoteAddress(text),
    remedy: `Write it as in the browser's address bar, without what follows the host: ${wanted}`,
  });
}
