import { ApiFailure, type DatabricksApi } from "./client.ts";
import { listAt, textAt, type Json } from "./json.ts";

/** No listing of a real workspace has more pages; a server that goes on for ever must not hold us. */
const MAX_PAGES = 10_000;

type Query = Readonly<Record<string, string>>;

/**
 * All items of a listing, page by page. Databricks pages are linked by `next_page_token`; an absent or empty token ends
 * the listing, an empty page does not.
 * @throws ApiFailure `PAGING_BROKEN` for a listing that does not end
 */
export async function listAll(
  api: DatabricksApi,
  path: string,
  itemsField: string,
  query: Query = {},
): Promise<readonly Json[]> {
  const items: Json[] = [];
  const seen = new Set<string>();
  for (let token = ""; seen.size < MAX_PAGES; seen.add(token)) {
    const page = token === "" ? query : { ...query, page_token: token };
    const answer = await api.call({ method: "GET", path, query: page });
    for (const item of listAt(answer, itemsField)) items.push(item);
    token = textAt(answer, "next_page_token");
    if (token === "") return items;
    if (seen.has(token)) break;
  }
  throw endless(path);
}

/**
 * The items of a SCIM listing, which is paged by `startIndex` (RFC 7644 3.4.2.4), up to the page that is `last`.
 * @throws ApiFailure `PAGING_BROKEN` for a listing that does not end
 */
export async function listScim(
  api: DatabricksApi,
  path: string,
  query: Query,
  last: (page: readonly Json[]) => boolean,
): Promise<readonly Json[]> {
  const items: Json[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const startIndex = String(items.length + 1);
    const answer = await api.call({ method: "GET", path, query: { startIndex, count: "100", ...query } });
    const resources = listAt(answer, "Resources");
    for (const resource of resources) items.push(resource);
    if (resources.length === 0 || last(resources)) return items;
  }
  throw endless(path);
}

function endless(path: string): ApiFailure {
  return new ApiFailure(502, "PAGING_BROKEN", `${path} does not come to an end`);
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

/** The same for each value of a map, under its key. */
export async function eachInParallel<K, T, R>(
  items: ReadonlyMap<K, T>,
  work: (item: T) => Promise<R>,
): Promise<ReadonlyMap<K, R>> {
  return new Map(await inParallel([...items], async ([key, item]) => [key, await work(item)] as const));
}
