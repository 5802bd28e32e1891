import { posix } from "node:path";
import type { JsonObject } from "../http/json.ts";
import { ApiFailure, orUndefined, type WorkspaceClient } from "./workspace-client.ts";

/** Files and folders of the workspace, by absolute path. */
export class WorkspaceFiles {
  readonly #client: WorkspaceClient;

  constructor(client: WorkspaceClient) {
    this.#client = client;
  }

  /** Undefined if there is nothing. */
  status(path: string, doing = ""): Promise<JsonObject | undefined> {
    const request = { method: "GET", path: "/api/2.0/workspace/get-status", query: { path }, doing } as const;
    return orUndefined(this.#client.json(request), 404);
  }

  /** The content of a file, or undefined if there is none. */
  async read(path: string, doing = ""): Promise<Buffer | undefined> {
    if ((await this.status(path, doing)) === undefined) return undefined;
    const query = { path, direct_download: "true" };
    return orUndefined(this.#client.bytes({ method: "GET", path: "/api/2.0/workspace/export", query }), 404);
  }

  /**
   * Writes a file; a folder that is missing is made.
   * @returns false if it was there already and may not be overwritten
   */
  async write(path: string, content: Buffer, overwrite = true): Promise<boolean> {
    const write = () =>
      this.#client.bytes({
        method: "POST",
        path: `/api/2.0/workspace-files/import-file/${encodeURIComponent(path.replace(/^\//, ""))}`,
        query: { overwrite: String(overwrite) },
        body: content,
      });
    try {
      await write();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (error.status === 409 && !overwrite) return false;
      if (error.status !== 404) throw error;
      await this.mkdirs(posix.dirname(path));
      await write();
    }
    return true;
  }

  async mkdirs(path: string): Promise<void> {
    await this.#client.json({ method: "POST", path: "/api/2.0/workspace/mkdirs", body: { path } });
  }

  /** What is missing is fine. */
  async delete(path: string, recursive = false): Promise<void> {
    const body = recursive ? { path, recursive } : { path };
    await orUndefined(this.#client.json({ method: "POST", path: "/api/2.0/workspace/delete", body }), 404);
  }
}
