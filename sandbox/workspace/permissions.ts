import { jsonBody, type Call, type Route } from "../http/call.ts";
import { isObject, textOf, type JsonObject } from "../http/json.ts";
import { doesNotExist, invalidParameter, ok, type Reply } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";

/** A principal's own entry in the access control list of an object. */
export interface PermissionGrant {
  readonly kind: "user_name" | "service_principal_name" | "group_name";
  readonly name: string;
  readonly level: string;
}

/**
 * A kind of object that has permissions, by its name in paths. With `owner` it has exactly one owner, at first its
 * creator, and exists while it has one; `manager` manages it by inheritance (the owner of the home folder that it is in).
 */
export type PermissionKinds = Readonly<
  Record<
    string,
    { readonly objectType: string } & (
      | { owner(id: string): string | undefined }
      | {
          exists(id: string): boolean;
          manager?(id: string): string | undefined;
          /** Where in the tree of files it is, whose homes decide who may change its permissions. */
          path?(id: string): string | undefined;
        }
    )
  >
>;

const PRINCIPAL_KINDS = ["user_name", "service_principal_name", "group_name"] as const;

/** Refuses changes in the home folder of somebody else (homes.ts). */
interface HomeGuard {
  write(call: Call, path: string): void;
}

/** `/api/2.0/permissions`: access control lists by object, such as `/jobs/1`. */
export class Permissions {
  readonly #changed = new Map<string, readonly PermissionGrant[]>();
  readonly #kinds: PermissionKinds;
  readonly #context: WorkspaceContext;

  readonly #homes: HomeGuard;

  constructor(kinds: PermissionKinds, context: WorkspaceContext, homes: HomeGuard) {
    this.#homes = homes;
    this.#kinds = kinds;
    this.#context = context;
  }

  /**
   * The entries of an object that are not inherited; `type` as in the path (`jobs`).
   * @throws Refusal 400 for an unknown type, 404 for an object that is not there
   */
  of(type: string, id: string): readonly PermissionGrant[] {
    const kind = this.#kind(type);
    const owner = "owner" in kind ? kind.owner(id) : undefined;
    const exists = "owner" in kind ? owner !== undefined : kind.exists(id);
    if (!exists) throw doesNotExist(`${kind.objectType} ${id} does not exist.`);
    const first =
      owner === undefined
        ? []
        : [{ kind: "service_principal_name", name: owner, level: "IS_OWNER" } as const];
    return this.#changed.get(`/${type}/${id}`) ?? first;
  }

  /** The judge: whether a principal of the workspace, who is no admin, may change an object. */
  mayChange(type: string, id: string, applicationId: string): boolean {
    const levels = new Set(["IS_OWNER", "CAN_MANAGE", "CAN_EDIT"]);
    // Everybody of the workspace is in the first, everybody of the account in the second.
    const names = new Set([applicationId, "users", "account users"]);
    return this.of(type, id).some(({ name, level }) => levels.has(level) && names.has(name));
  }

  #kind(type: string): PermissionKinds[string] {
    const kind = Object.hasOwn(this.#kinds, type) ? this.#kinds[type] : undefined;
    if (kind === undefined) throw invalidParameter(`'${type}' is not a supported object type`);
    return kind;
  }

  routes(): Route[] {
    const pattern = "/api/2.0/permissions/{type}/{id}";
    return [
      { method: "GET", pattern, access: "read", handle: (call) => this.#show(call) },
      { method: "PUT", pattern, access: "write", handle: (call) => this.#change(call, false) },
      { method: "PATCH", pattern, access: "write", handle: (call) => this.#change(call, true) },
    ];
  }

  /** PUT replaces the entries, PATCH adds to them. */
  #change(call: Call, keep: boolean): Reply {
    const { type = "", id = "" } = call.params;
    const old = this.of(type, id);
    const changing = this.#kind(type);
    const path = "exists" in changing ? changing.path?.(id) : undefined;
    if (path !== undefined) this.#homes.write(call, path);
    const wanted = this.#grantsOf(jsonBody(call)["access_control_list"]);
    const kept = keep ? old.filter((grant) => !wanted.some(({ name }) => name === grant.name)) : [];
    const grants = [...kept, ...wanted];
    const kind = this.#kinds[type];
    if (
      kind !== undefined &&
      "owner" in kind &&
      grants.filter(({ level }) => level === "IS_OWNER").length !== 1
    ) {
      throw invalidParameter(`The ${type.replace(/s$/, "")} must have exactly one owner.`);
    }
    this.#changed.set(`/${type}/${id}`, grants);
    return this.#show(call);
  }

  #grantsOf(list: unknown): PermissionGrant[] {
    if (list === undefined) return [];
    if (!Array.isArray(list)) throw invalidParameter("access_control_list must be a list");
    return list.map((entry: unknown) => {
      const fields = isObject(entry) ? entry : {};
      const kind = PRINCIPAL_KINDS.find((name) => textOf(fields[name]) !== "");
      const level = textOf(fields["permission_level"]);
      if (kind === undefined || level === "")
        throw invalidParameter("an entry needs a principal and a permission_level");
      const name = textOf(fields[kind]);
      if (
        kind === "service_principal_name" &&
        this.#context.principals.withApplicationId(name) === undefined
      ) {
        throw invalidParameter(`Principal: ServicePrincipalName(${name}) does not exist`);
      }
      return { kind, name, level };
    });
  }

  #show(call: Call): Reply {
    const { type = "", id = "" } = call.params;
    const own = this.of(type, id).map((grant) => entry(grant.kind, grant.name, grant.level));
    const kind = this.#kind(type);
    const manager = "exists" in kind ? kind.manager?.(id) : undefined;
    const home =
      manager === undefined ? [] : [entry("service_principal_name", manager, "CAN_MANAGE", "/directories/")];
    const admins = entry("group_name", "admins", "CAN_MANAGE", `/${type}/`);
    return ok({
      object_id: `/${type}/${id}`,
      object_type: kind.objectType,
      access_control_list: [...own, ...home, admins],
    });
  }
}

function entry(
  kind: PermissionGrant["kind"],
  name: string,
  level: string,
  inheritedFrom?: string,
): JsonObject {
  const inherited =
    inheritedFrom === undefined
      ? { inherited: false }
      : { inherited: true, inherited_from_object: [inheritedFrom] };
  return { [kind]: name, display_name: name, all_permissions: [{ permission_level: level, ...inherited }] };
}
