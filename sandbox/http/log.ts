import { parseJson, type Json } from "./json.ts";
import type { System } from "./faults.ts";

/** One request that reached the sandbox. Headers are left out: they hold bearer tokens. */
export interface LoggedRequest {
  readonly system: System;
  readonly method: string;
  /** Percent-decoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON, the fields of a form, or the text; "" if there was none. Large integers are bigints. */
  readonly body: Json;
  readonly userAgent: string;
  /** Milliseconds since the epoch, on the sandbox's clock. */
  readonly at: number;
  /** Pattern of the route that took it; absent: the sandbox knows none, and answered 404. */
  readonly route: string | undefined;
  /** Application ID of the authenticated caller. */
  readonly principal: string | undefined;
  /** Absent until the request is answered, and for good if the connection was broken. */
  readonly status: number | undefined;
}

export interface LogEntry extends LoggedRequest {
  principal: string | undefined;
  status: number | undefined;
}

export function readBody(contentType: string, content: Buffer): Json {
  const text = content.toString("utf8");
  if (contentType.includes("x-www-form-urlencoded")) return Object.fromEntries(new URLSearchParams(text));
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
