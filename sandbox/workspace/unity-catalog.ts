import { randomUUID } from "node:crypto";
import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { jsonId, textOf, type JsonObject } from "../http/json.ts";
import { apiError, invalidParameter, ok, type Reply } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";

const BASE = "/api/2.1/unity-catalog";
const METASTORE_ID = "6e1f0d92-47ab-4c3e-9d58-b20f7a6c13e4";

/** The securable objects of Unity Catalog that a bundle deploys, by full name. */
export class UnityCatalog {
  readonly catalogs = new Map<string, JsonObject>();
  readonly schemas = new Map<string, JsonObject>();
  readonly volumes = new Map<string, JsonObject>();
  readonly #bindings = new Map<string, readonly string[]>();
  readonly #context: WorkspaceContext;

  constructor(context: WorkspaceContext) {
    this.#context = context;
    this.addCatalog("main");
  }

  addCatalog(name: string): void {
    this.catalogs.set(name, {
      name,
      full_name: name,
      catalog_type: "MANAGED_CATALOG",
      metastore_id: METASTORE_ID,
    });
  }

  /** Binds a catalog to workspaces, in which alone it can be used from then on. */
  isolateCatalog(name: string, workspaces: readonly string[]): void {
    this.catalogs.set(name, { ...this.catalogs.get(name), isolation_mode: "ISOLATED" });
    this.#bindings.set(name, workspaces);
  }

  /** A schema as an administrator would make it. */
  addSchema(fullName: string, owner = "platform"): void {
    const [catalog = "", name = ""] = fullName.split(".");
    this.schemas.set(fullName, { name, catalog_name: catalog, full_name: fullName, owner });
  }

  routes(): Route[] {
    return [
      {
        method: "GET",
        pattern: `${BASE}/bindings/catalog/{name}`,
        access: "read",
        handle: (call) => {
          const name = textOf(find(this.catalogs, "Catalog", call.params["name"])["name"]);
          const ids = this.#bindings.get(name) ?? [];
          return ok({ bindings: ids.map((id) => ({ workspace_id: jsonId(id) })) });
        },
      },
      {
        method: "GET",
        pattern: `${BASE}/current-metastore-assignment`,
        access: "read",
        handle: () =>
          ok({
            metastore_id: METASTORE_ID,
            workspace_id: BigInt(this.#context.workspaceId),
            default_catalog_name: "main",
          }),
      },
      {
        method: "GET",
        pattern: `${BASE}/catalogs/{name}`,
        access: "read",
        handle: (call) => ok(find(this.catalogs, "Catalog", call.params["name"])),
      },
      {
        method: "POST",
        pattern: `${BASE}/schemas`,
        access: "write",
        handle: (call) => this.#createSchema(call),
      },
      {
        method: "POST",
        pattern: `${BASE}/volumes`,
        access: "write",
        handle: (call) => this.#createVolume(call),
      },
      ...this.#objectRoutes("schemas", "Schema", this.schemas),
      ...this.#objectRoutes("volumes", "Volume", this.volumes),
    ];
  }

  #objectRoutes(path: string, kind: Kind, all: Map<string, JsonObject>): Route[] {
    const pattern = `${BASE}/${path}/{name}`;
    return [
      { method: "GET", pattern, access: "read", handle: (call) => ok(find(all, kind, call.params["name"])) },
      { method: "PATCH", pattern, access: "write", handle: (call) => this.#update(call, kind, all) },
      {
        method: "DELETE",
        pattern,
        access: "write",
        handle: (call) => {
          const fullName = textOf(find(all, kind, call.params["name"])["full_name"]);
          if (kind === "Schema") this.#emptySchema(fullName, call.query.get("force") === "true");
          all.delete(fullName);
          return ok();
        },
      },
    ];
  }

  #createSchema(call: Call): Reply {
    const body = jsonBody(call);
    const catalog = textOf(find(this.catalogs, "Catalog", body["catalog_name"])["name"]);
    const name = nameOf(body);
    return this.#add(call, "Schema", this.schemas, {
      ...body,
      name,
      catalog_name: catalog,
      full_name: `${catalog}.${name}`,
    });
  }

  #createVolume(call: Call): Reply {
    const body = jsonBody(call);
    const parent = `${textOf(body["catalog_name"])}.${textOf(body["schema_name"])}`;
    const schema = find(this.schemas, "Schema", parent);
    const external = body["volume_type"] === "EXTERNAL";
    const location = textOf(body["storage_location"]);
    if (external !== (location !== "")) {
      throw invalidParameter(
        external
          ? "storage_location is required for an external volume"
          : "storage_location can not be provided",
      );
    }
    const name = nameOf(body);
    const id = randomUUID();
    return this.#add(call, "Volume", this.volumes, {
      ...body,
      name,
      schema_name: textOf(schema["name"]),
      full_name: `${textOf(schema["full_name"])}.${name}`,
      volume_id: id,
      storage_location: external ? location : `s3://lake-metastore/${METASTORE_ID}/volumes/${id}`,
    });
  }

  #add(call: Call, kind: Kind, all: Map<string, JsonObject>, object: JsonObject): Reply {
    const fullName = textOf(object["full_name"]);
    if (all.has(fullName)) {
      throw apiError(400, `${kind.toUpperCase()}_ALREADY_EXISTS`, `${kind} '${fullName}' already exists`);
    }
    const owner = callerOf(call).applicationId;
    const now = this.#context.clock.now();
    const made = { owner, metastore_id: METASTORE_ID, created_at: now, created_by: owner, updated_at: now };
    const stored = { ...made, ...object };
    all.set(fullName, stored);
    return ok(stored);
  }

  #update(call: Call, kind: Kind, all: Map<string, JsonObject>): Reply {
    const old = find(all, kind, call.params["name"]);
    const { new_name: newName, ...changes } = jsonBody(call);
    const oldName = textOf(old["full_name"]);
    const parent = oldName.slice(0, oldName.lastIndexOf("."));
    const name = textOf(newName).toLowerCase() || textOf(old["name"]);
    const identity = { name, full_name: `${parent}.${name}`, updated_at: this.#context.clock.now() };
    const changed = { ...old, ...changes, ...identity };
    all.delete(oldName);
    all.set(changed.full_name, changed);
    return ok(changed);
  }

  #emptySchema(fullName: string, force: boolean): void {
    const inside = [...this.volumes.keys()].filter((name) => name.startsWith(`${fullName}.`));
    if (inside.length > 0 && !force) throw invalidParameter(`Schema '${fullName}' is not empty.`);
    for (const name of inside) this.volumes.delete(name);
  }
}

type Kind = "Catalog" | "Schema" | "Volume";

/** Unity Catalog keeps names in lower case. */
function nameOf(body: JsonObject): string {
  const name = textOf(body["name"]).toLowerCase();
  if (!/^[^\s./]+$/.test(name)) throw invalidParameter(`'${name}' is not a valid name`);
  return name;
}

function find(all: ReadonlyMap<string, JsonObject>, kind: Kind, name: unknown): JsonObject {
  const found = all.get(textOf(name).toLowerCase());
  if (found === undefined) {
    throw apiError(404, `${kind.toUpperCase()}_DOES_NOT_EXIST`, `${kind} '${textOf(name)}' does not exist.`);
  }
  return found;
}
