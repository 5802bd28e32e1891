import { quote, quoteAddress, quoteAll } from "../base/quote.ts";
import { SecretlessError } from "../base/errors.ts";
import { WORKSPACE_URL, workspaceOrigin } from "./origin.ts";

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
 * Reads the URL of a workspace: https, or http for loopback addresses only; no path, no user, no fragment.
 * Two URLs are the same workspace host exactly if their `origin` is the same.
 * @throws SecretlessError `INPUT_INVALID`; its `details` are the mistake, for callers that collect several
 */
export function parseWorkspaceUrl(text: string): WorkspaceUrl {
  const trimmed = text.trim();
  if (trimmed === "") throw mistake(trimmed, "no workspace URL is given");
  const origin = workspaceOrigin(trimmed);
  if (origin === undefined) throw whyNone(trimmed);
  const url = new URL(trimmed);
  const workspaceId = onlyValue(trimmed, url, ["o", "w", "workspace_id"], /^\d+$/);
  const accountId = onlyValue(trimmed, url, ["a", "account_id"], /^[\w-]+$/);
  return {
    origin,
    ...(workspaceId === undefined ? {} : { workspaceId }),
    ...(accountId === undefined ? {} : { accountId }),
  };
}

/**
 * {@link parseWorkspaceUrl} for a host that the Databricks CLI reads: it passes over a path, as a URL from the browser's address
 * bar has one (databricks-sdk-go, `config.fixHostIfNeeded`).
 * @throws as {@link parseWorkspaceUrl}
 */
export function parseHostOfBundle(text: string): WorkspaceUrl {
  return parseWorkspaceUrl(text.replace(/^(https?:\/\/[\w.-]+(?::\d{1,5})?)\/[\w.~/-]+(?=$|\?)/i, "$1/"));
}

function whyNone(text: string): SecretlessError {
  const url = parsed(text);
  const shape = WORKSPACE_URL.exec(text);
  if (!shape || !url) return mistake(text, whatIsOdd(text, url));
  if (url.hostname !== shape[2]?.toLowerCase())
    return mistake(text, `the host is not in its usual form (${quoteAddress(url.hostname)})`);
  return mistake(text, "plain http would send tokens unprotected", `https://${quoteAddress(url.host)}`);
}

/** Not `URL.canParse`: once Node 20 has compiled it, it says no to every text with a letter beyond ASCII. */
function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
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
