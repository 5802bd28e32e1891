import { callError, ApiFailure, type ApiRequest, type DatabricksApi } from "./client.ts";
import { inParallel } from "./paging.ts";
import { listAt, member, textAt, type Json } from "./json.ts";

/**
 * Absolute paths of the files in a workspace folder, without those in folders below it; none if there is no such folder.
 * Source: Workspace API, `GET /api/2.0/workspace/list`.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`
 */
export async function filesInFolder(api: DatabricksApi, path: string): Promise<string[]> {
  return (await objectsIn(api, path)).files;
}

/** Folders that are looked into by {@link filesBelow}: no bundle has more. */
const MOST_FOLDERS = 5_000;

/**
 * As {@link filesInFolder}, with those in folders below it; undefined if there are too many to be looked at.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`
 */
export async function filesBelow(api: DatabricksApi, path: string): Promise<string[] | undefined> {
  const files: string[] = [];
  let seen = 0;
  for (let level = [path]; level.length > 0;) {
    seen += level.length;
    if (seen > MOST_FOLDERS) return undefined;
    const next: string[] = [];
    await inParallel(level, async (folder) => {
      const found = await objectsIn(api, folder);
      files.push(...found.files);
      next.push(...found.folders);
    });
    level = next;
  }
  return files.sort();
}

async function objectsIn(
  api: DatabricksApi,
  path: string,
): Promise<{ readonly files: string[]; readonly folders: string[] }> {
  const request = { method: "GET", path: "/api/2.0/workspace/list", query: { path } } as const;
  const answer = await answered(api, request, "The list of what was uploaded");
  const objects = listAt(answer, "objects").filter((object) => textAt(object, "path") !== "");
  const pathsOf = (isFolder: boolean): string[] =>
    objects
      .filter((object) => (textAt(object, "object_type") === "DIRECTORY") === isFolder)
      .map((object) => textAt(object, "path"));
  return { files: pathsOf(false), folders: pathsOf(true) };
}

/**
 * The content of a workspace file or the source of a notebook; undefined if it is gone, hidden from us or larger than the
 * 10 MB that are handed out. Source: Workspace API, `GET /api/2.0/workspace/export`.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`
 */
export async function exportedFile(api: DatabricksApi, path: string): Promise<Uint8Array | undefined> {
  const query = { path, format: "AUTO" };
  const request = { method: "GET", path: "/api/2.0/workspace/export", query } as const;
  const content = member(await answered(api, request, "The look at what was uploaded"), "content");
  return typeof content === "string" ? Buffer.from(content, "base64") : undefined;
}

/** Goes on when the step is cancelled: what was uploaded stays in the workspace. */
async function answered(api: DatabricksApi, request: ApiRequest, what: string): Promise<Json | undefined> {
  try {
    return await api.call({ ...request, lasting: true });
  } catch (error) {
    if (error instanceof ApiFailure && error.is(400, 403, 404)) return undefined;
    throw callError(what, error);
  }
}
