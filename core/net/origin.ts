/**
 * Stricter than the URL standard on purpose: the Databricks CLI (Go) and Node read odd URLs differently (tabs,
 * backslashes, percent-encoded or numeric hosts), and the host pin depends on both seeing the same host.
 */
export const WORKSPACE_URL = /^(https?):\/\/([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?\/?(?:\?([\w.~%&=+-]*))?$/i;

/**
 * The origin of a workspace's URL: https, or http for loopback addresses, no path, no user, no fragment; undefined for
 * what is none, and {@link file://./workspace.ts} says why.
 */
export function workspaceOrigin(text: string): string | undefined {
  const shape = WORKSPACE_URL.exec(text);
  const url = shape && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.hostname !== shape?.[2]?.toLowerCase()) return undefined;
  return url?.protocol === "https:" || (url && isLoopback(url.hostname)) ? url.origin : undefined;
}

/** Whether `hostname` (as in `URL.hostname`) is this machine: 127.0.0.0/8, ::1 (RFC 6890) or `localhost` (RFC 6761). */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
