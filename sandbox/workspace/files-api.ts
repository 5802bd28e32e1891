import { jsonBody, multipartBody, type Call, type Route } from "../http/call.ts";
import { jsonId, textOf, type JsonObject } from "../http/json.ts";
import { apiError, invalidParameter, ok } from "../http/reply.ts";
import type { WorkspaceObject, WorkspaceTree } from "./files.ts";
import type { Homes } from "./homes.ts";

const MOST_EXPORTED = 10 << 20;

/** `/api/2.0/workspace` and `/api/2.0/workspace-files`. */
export function filesRoutes(tree: WorkspaceTree, homes: Homes): Route[] {
  const readable = (call: Call, value: unknown): string => {
    const path = pathOf(value);
    homes.read(call, path);
    return path;
  };
  const writable = (call: Call, value: unknown): string => {
    const path = pathOf(value);
    homes.write(call, path);
    return path;
  };
  return [
    {
      method: "GET",
      pattern: "/api/2.0/workspace/get-status",
      access: "read",
      handle: (call) => ok(status(tree.find(readable(call, call.query.get("path"))))),
    },
    {
      method: "GET",
      pattern: "/api/2.0/workspace/list",
      access: "read",
      handle: (call) =>
        ok({ objects: tree.children(tree.find(readable(call, call.query.get("path"))).path).map(status) }),
    },
    {
      method: "GET",
      pattern: "/api/2.0/workspace/export",
      access: "read",
      handle: (call) => {
        const object = tree.find(readable(call, call.query.get("path")));
        if (object.type === "DIRECTORY") throw invalidParameter(`Path (${object.path}) is a directory.`);
        if (call.query.get("direct_download") === "true") return ok(object.content);
        // Source: Workspace API, `GET /api/2.0/workspace/export`: no more than 10 MB are handed out.
        if (object.content.length > MOST_EXPORTED)
          throw apiError(400, "MAX_NOTEBOOK_SIZE_EXCEEDED", `Path (${object.path}) exceeds 10 MB.`);
        return ok({ content: object.content.toString("base64") });
      },
    },
    {
      method: "POST",
      pattern: "/api/2.0/workspace/mkdirs",
      access: "write",
      handle: (call) => {
        tree.mkdirs(writable(call, jsonBody(call)["path"]));
        return ok();
      },
    },
    {
      method: "POST",
      pattern: "/api/2.0/workspace/delete",
      access: "write",
      handle: (call) => {
        const { path, recursive } = jsonBody(call);
        tree.delete(writable(call, path), recursive === true);
        return ok();
      },
    },
    {
      method: "POST",
      pattern: "/api/2.0/workspace/import",
      access: "write",
      // The CLI uploads in parts from 1.21.0 on (by its notes, not seen): `path`, `content`, then `format`, `overwrite`.
      handle: async (call) => {
        const parts = await multipartBody(call);
        const { path, content, overwrite } = parts === undefined ? jsonBody(call) : Object.fromEntries(parts);
        const bytes =
          content instanceof File
            ? Buffer.from(await content.arrayBuffer())
            : Buffer.from(textOf(content), "base64");
        tree.importFile(writable(call, path), bytes, overwrite === true || overwrite === "true");
        return ok();
      },
    },
    {
      method: "POST",
      pattern: "/api/2.0/workspace-files/import-file/{path...}",
      access: "write",
      handle: (call) => {
        tree.importFile(
          writable(call, call.params["path"]),
          call.content,
          call.query.get("overwrite") === "true",
        );
        return ok();
      },
    },
    {
      method: "GET",
      pattern: "/api/2.0/workspace-files/{path...}",
      access: "read",
      handle: (call) => ok(tree.find(readable(call, call.params["path"])).content),
    },
  ];
}

function pathOf(value: unknown): string {
  const path = textOf(value);
  if (path === "") throw invalidParameter("path is missing");
  return path;
}

function status(object: WorkspaceObject): JsonObject {
  const { type, path, objectId, language, resourceId, modifiedAt } = object;
  return {
    object_type: type,
    path,
    object_id: jsonId(objectId),
    ...(language === undefined ? {} : { language }),
    ...(resourceId === undefined ? {} : { resource_id: resourceId }),
    ...(type === "FILE" ? { size: object.content.length, modified_at: modifiedAt } : {}),
  };
}
