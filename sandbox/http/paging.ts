import { invalidParameter } from "./reply.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** "" on the last page. */
  readonly nextPageToken: string;
}

/** One page of a list; the page token is the index of its first item. */
export function pageOf<T>(all: readonly T[], token: string | null, size: number): Page<T> {
  const start = Number(token === null || token === "" ? 0 : token);
  if (!Number.isSafeInteger(start) || start < 0) throw invalidParameter("Invalid page token.");
  const end = start + size;
  return { items: all.slice(start, end), nextPageToken: end < all.length ? String(end) : "" };
}

/** A page size from the query, between 1 and `max`. */
export function pageSize(text: string | null, fallback: number, max: number): number {
  if (text === null || text === "" || text === "0") return fallback;
  const size = Number(text);
  if (!Number.isSafeInteger(size) || size < 1 || size > max) {
    throw invalidParameter(`The page size must be between 1 and ${max}.`);
  }
  return size;
}
