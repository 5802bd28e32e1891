import type { HttpRequest } from "../base/ports.ts";

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** One REST call to a Databricks host. `path` is already percent-encoded; ids in answers are strings. */
export interface ApiRequest {
  readonly method: HttpRequest["method"];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/**
 * The port to one Databricks host as one identity: retries, tokens and lossless numbers are its business.
 * @throws ApiFailure if the host answered with an error
 */
export type DatabricksApi = (request: ApiRequest) => Promise<Json>;

/** An answer with an error status; `errorCode` is Databricks' `error_code`, such as PERMISSION_DENIED. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly status: number;
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }

  /** The caller lacks a right: 401 and 403, or Databricks' way of hiding an object from those who may not see it. */
  get refused(): boolean {
    return this.status === 401 || this.status === 403;
  }

  get missing(): boolean {
    return this.status === 404;
  }
}

export function field(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, Json | undefined>>)[name] : undefined;
}

/** The text in a field; numbers (ids) become text, everything else is "". */
export function textField(value: Json | undefined, name: string): string {
  const found = field(value, name);
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}

export function listField(value: Json | undefined, name: string): readonly Json[] {
  const found = field(value, name);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

/** No listing of a real workspace has more pages; a server that repeats its page token must not hold us for ever. */
const MAX_PAGES = 10_000;

/**
 * All items of a listing, page by page. Databricks pages are linked by `next_page_token`; an absent or empty token ends
 * the listing, an empty page does not.
 */
export async function listAll(
  api: DatabricksApi,
  path: string,
  itemsField: string,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly Json[]> {
  const items: Json[] = [];
  let token = "";
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await api({
      method: "GET",
      path,
      query: token === "" ? query : { ...query, page_token: token },
    });
    items.push(...listField(answer, itemsField));
    const next = textField(answer, "next_page_token");
    if (next === "") return items;
    if (next === token) break;
    token = next;
  }
  throw new ApiFailure(502, "PAGING_BROKEN", `${path} does not come to an end`);
}

/** Runs `work` for each item, at most `width` at once; results in the order of the items. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  width = 8,
): Promise<readonly R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
