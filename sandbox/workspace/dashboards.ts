import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { isObject, textOf, writeJson, parseJson, type JsonObject, type Json } from "../http/json.ts";
import { apiError, doesNotExist, invalidParameter, ok, type Reply } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";
import { cleanPath, type WorkspaceTree } from "./files.ts";

export interface Dashboard {
  readonly id: string;
  /** As the API shows it, without the prefix `/Workspace` in its paths. */
  readonly fields: JsonObject;
  readonly published: JsonObject | undefined;
}

/** The AI/BI dashboards of a workspace; each is an object in the tree too. */
export class Dashboards {
  readonly #all = new Map<string, Dashboard>();
  readonly #tree: WorkspaceTree;
  readonly #context: WorkspaceContext;

  constructor(tree: WorkspaceTree, context: WorkspaceContext) {
    this.#tree = tree;
    this.#context = context;
  }

  /** All dashboards by id, trashed ones included. */
  get all(): ReadonlyMap<string, Dashboard> {
    return this.#all;
  }

  /** Lets everything have happened so many milliseconds earlier, as if time had passed. */
  age(ms: number): void {
    const earlier = (fields: JsonObject): JsonObject =>
      Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [
          name,
          name.endsWith("_time") ? new Date(Date.parse(textOf(value)) - ms).toISOString() : value,
        ]),
      );
    for (const one of this.#all.values())
      this.#put({
        ...one,
        fields: earlier(one.fields),
        published: one.published && earlier(one.published),
      });
  }

  routes(): Route[] {
    const base = "/api/2.0/lakeview/dashboards";
    const one = `${base}/{id}`;
    return [
      { method: "POST", pattern: base, access: "write", handle: (call) => this.#create(call) },
      { method: "GET", pattern: one, access: "read", handle: (call) => ok(this.#find(call).fields) },
      { method: "PATCH", pattern: one, access: "write", handle: (call) => this.#update(call) },
      { method: "DELETE", pattern: one, access: "write", handle: (call) => this.#trash(call) },
      { method: "POST", pattern: `${one}/published`, access: "write", handle: (call) => this.#publish(call) },
      {
        method: "GET",
        pattern: `${one}/published`,
        access: "read",
        handle: (call) => {
          const { id, published } = this.#find(call);
          if (published === undefined) throw doesNotExist(`Dashboard ${id} is not published.`);
          return ok(published);
        },
      },
      {
        method: "DELETE",
        pattern: `${one}/published`,
        access: "write",
        handle: (call) => {
          this.#put({ ...this.#find(call), published: undefined });
          return ok();
        },
      },
    ];
  }

  #find(call: Call): Dashboard {
    const id = call.params["id"] ?? "";
    const dashboard = this.#all.get(id);
    if (dashboard === undefined) throw doesNotExist(`Unable to find dashboard ${id}`);
    return dashboard;
  }

  #put(dashboard: Dashboard): void {
    this.#all.set(dashboard.id, dashboard);
  }

  #create(call: Call): Reply {
    const body = jsonBody(call);
    const parent = textOf(body["parent_path"]) || `/Users/${callerOf(call).applicationId}`;
    if (this.#tree.find(parent).type !== "DIRECTORY")
      throw invalidParameter(`Path (${parent}) is not a directory.`);
    const id = randomUUID().replaceAll("-", "");
    const time = this.#time();
    const fields: JsonObject = {
      create_time: time,
      dashboard_id: id,
      etag: "1",
      lifecycle_state: "ACTIVE",
      ...this.#content(body, parent, time),
    };
    const path = cleanPath(textOf(fields["path"]));
    if (this.#tree.get(path) !== undefined) {
      throw apiError(409, "RESOURCE_ALREADY_EXISTS", `Node with name ${path} already exists`);
    }
    this.#place({ id, fields, published: undefined });
    return ok(fields);
  }

  #update(call: Call): Reply {
    const old = this.#find(call);
    const body = jsonBody(call);
    const etag = textOf(old.fields["etag"]);
    if (textOf(body["etag"]) !== "" && body["etag"] !== etag) {
      throw apiError(409, "ABORTED", "The dashboard was changed since it was read: the etag does not match.");
    }
    const content = this.#content(
      { ...old.fields, ...body },
      textOf(old.fields["parent_path"]),
      this.#time(),
    );
    const fields = { ...old.fields, ...content, etag: String(Number(etag) + 1) };
    this.#unplace(old);
    this.#place({ ...old, fields });
    return ok(fields);
  }

  #trash(call: Call): Reply {
    const old = this.#find(call);
    this.#unplace(old);
    this.#put({ id: old.id, fields: { ...old.fields, lifecycle_state: "TRASHED" }, published: undefined });
    return ok();
  }

  #publish(call: Call): Reply {
    const dashboard = this.#find(call);
    const body = jsonBody(call);
    const published = {
      display_name: dashboard.fields["display_name"],
      warehouse_id: textOf(body["warehouse_id"]) || dashboard.fields["warehouse_id"],
      embed_credentials: body["embed_credentials"] === true,
      revision_create_time: this.#time(),
    };
    this.#put({ ...dashboard, published });
    return ok(published);
  }

  #content(body: JsonObject, parent: string, time: string): JsonObject {
    const name = textOf(body["display_name"]);
    if (name === "") throw invalidParameter("display_name is required");
    const parentPath = cleanPath(parent).replace(/^\/Workspace(?=\/)/, "");
    return {
      display_name: name,
      parent_path: parentPath,
      path: posix.join(parentPath, `${name}.lvdash.json`),
      serialized_dashboard: canonical(textOf(body["serialized_dashboard"])),
      update_time: time,
      ...(textOf(body["warehouse_id"]) === "" ? {} : { warehouse_id: textOf(body["warehouse_id"]) }),
    };
  }

  #place(dashboard: Dashboard): void {
    this.#put(dashboard);
    const content = Buffer.from(textOf(dashboard.fields["serialized_dashboard"]));
    const path = cleanPath(textOf(dashboard.fields["path"]));
    this.#tree.put({ type: "DASHBOARD", path, content, resourceId: dashboard.id });
  }

  #unplace({ fields }: Dashboard): void {
    const path = textOf(fields["path"]);
    if (this.#tree.get(path) !== undefined) this.#tree.delete(path, false);
  }

  #time(): string {
    return new Date(this.#context.clock.now()).toISOString();
  }
}

/** The API gives every page its type and ends the text with one newline. */
function canonical(serialized: string): string {
  let content: Json;
  try {
    content = serialized === "" ? {} : parseJson(serialized);
  } catch {
    throw invalidParameter("serialized_dashboard is not valid JSON");
  }
  if (isObject(content) && Array.isArray(content["pages"])) {
    const pages = content["pages"]
      .filter(isObject)
      .map((page) => ({ ...page, pageType: "PAGE_TYPE_CANVAS" }));
    return `${writeJson({ ...content, pages })}\n`;
  }
  return `${writeJson(content)}\n`;
}
