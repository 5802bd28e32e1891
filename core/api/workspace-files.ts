import { ApiFailure, type Connection, type DatabricksApi } from "./client.ts";
import type { Json } from "./json.ts";
import {
  EXPORTED,
  OBJECT,
  type DeleteFile,
  type ExportFile,
  type GetStatus,
  type ImportFile,
  type Mkdirs,
} from "./shapes.ts";

/** Source of all: Workspace API, `/api/2.0/workspace`. What is written twice is there once, so every call is repeatable. */
const at = (operation: string): string => `/api/2.0/workspace/${operation}`;

/** The text of a workspace file, undefined if there is none. */
export async function readWorkspaceFile(api: DatabricksApi, path: string): Promise<string | undefined> {
  const query = { path, format: "AUTO" } satisfies ExportFile;
  const answer = await unlessMissing(api.call({ method: "GET", path: at("export"), query }));
  return answer === undefined
    ? undefined
    : Buffer.from(EXPORTED.text(answer, "content"), "base64").toString("utf8");
}

/**
 * Writes a workspace file, and its folder if need be. Without `overwrite` it is created or refused, in one step.
 * @returns false if it exists and must not be overwritten; also where an answer to our own creation was lost
 */
export async function writeWorkspaceFile(
  api: DatabricksApi,
  path: string,
  text: string,
  overwrite: boolean,
): Promise<boolean> {
  try {
    return await writeIntoFolder(api, path, text, overwrite);
  } catch (error) {
    if (!(error instanceof ApiFailure) || !error.missing) throw error;
  }
  const folder = { path: path.slice(0, path.lastIndexOf("/")) } satisfies Mkdirs;
  await api.call({ method: "POST", path: at("mkdirs"), body: folder, repeatable: true });
  // Whoever made the folder at the same time may have been quicker.
  return writeIntoFolder(api, path, text, overwrite);
}

/** As {@link writeWorkspaceFile}, into a folder that must be there. @throws ApiFailure which is `missing` if it is not */
export async function writeIntoFolder(
  api: DatabricksApi,
  path: string,
  text: string,
  overwrite: boolean,
): Promise<boolean> {
  const content = Buffer.from(text, "utf8").toString("base64");
  const body = { path, format: "AUTO", content, overwrite } satisfies ImportFile;
  try {
    await api.call({ method: "POST", path: at("import"), body, repeatable: true });
    return true;
  } catch (error) {
    if (error instanceof ApiFailure && error.errorCode === "RESOURCE_ALREADY_EXISTS") return false;
    throw error;
  }
}

/** Deletes a workspace file; none there is as good. */
export async function deleteWorkspaceFile(api: DatabricksApi, path: string): Promise<void> {
  const body = { path, recursive: false } satisfies DeleteFile;
  await unlessMissing(api.call({ method: "POST", path: at("delete"), body, repeatable: true }));
}

/** What is at a workspace path (`object_type`, `object_id`), undefined if nothing is. */
export function workspaceObject(api: DatabricksApi, path: string): Promise<Json | undefined> {
  const query = { path } satisfies GetStatus;
  return unlessMissing(api.call({ method: "GET", path: at("get-status"), query }));
}

/** Milliseconds since the epoch by the workspace's clock alone, both of one answer; undefined what it does not say. */
export interface FileTimes {
  readonly writtenAt: number | undefined;
  /** The `Date` of the answer (RFC 9110 6.6.1), to the second. */
  readonly now: number | undefined;
}

/** When a workspace file was last written, undefined if there is none. */
export async function fileTimes(api: Connection, path: string): Promise<FileTimes | undefined> {
  const query = { path } satisfies GetStatus;
  const answer = await unlessMissing(api.answer({ method: "GET", path: at("get-status"), query }));
  if (answer === undefined) return undefined;
  const now = Date.parse(answer.headers["date"] ?? "");
  const writtenAt = Number(OBJECT.text(answer.json, "modified_at"));
  return { writtenAt: writtenAt > 0 ? writtenAt : undefined, now: now > 0 ? now : undefined };
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiFailure && error.missing) return undefined;
    throw error;
  }
}
