import { isObject, member, parseJson, textOf } from "./json.ts";
import { callWorkspace, type WorkspaceApi } from "./workspace.ts";

/**
 * Absolute paths of the files in a workspace folder, without those in folders below it; none if there is no such folder.
 * `GET /api/2.0/workspace/list`.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`
 */
export async function filesInFolder(api: WorkspaceApi, folder: string): Promise<string[]> {
  const path = `/api/2.0/workspace/list?path=${encodeURIComponent(folder)}`;
  const how = { what: "The list of what was uploaded", accept: [403, 404] };
  const { status, body } = await callWorkspace(api, { method: "GET", path }, how);
  const objects =
    status === 200 ? member(parseJson(body, "GET /api/2.0/workspace/list"), "objects") : undefined;
  return (Array.isArray(objects) ? objects : []).filter(isObject).flatMap((object) => {
    const file = textOf(object["path"]);
    return file === undefined || object["object_type"] === "DIRECTORY" ? [] : [file];
  });
}

/**
 * The content of a workspace file or the source of a notebook; undefined if it is gone, hidden from us or larger than the
 * 10 MB that are handed out. `GET /api/2.0/workspace/export`.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`
 */
export async function exportedFile(api: WorkspaceApi, file: string): Promise<Uint8Array | undefined> {
  const path = `/api/2.0/workspace/export?format=AUTO&path=${encodeURIComponent(file)}`;
  const how = { what: "The look at what was uploaded", accept: [400, 403, 404] };
  const { status, body } = await callWorkspace(api, { method: "GET", path }, how);
  if (status !== 200) return undefined;
  const content = member(parseJson(body, "GET /api/2.0/workspace/export"), "content");
  return typeof content === "string" ? Buffer.from(content, "base64") : undefined;
}
