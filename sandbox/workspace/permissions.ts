import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { isObject, textOf, type JsonObject } from "../http/json.ts";
import { doesNotExist, invalidParameter, ok, type Reply } from "../http/reply.ts";

/** A principal's own entry in the access control list of an object. */
export interface Grant {
  readonly kind: "user_name" | "service_principal_name" | "group_name";
  readonly name: string;
  readonly level: string;
}

/** A kind of object that has permissions: its name in answers, and which objects there are. */
export interface PermissionKind {
  readonly objectType: string;
  /** Such as "job": these kinds have exactly one owner. */
  readonly ownedAs?: string;
  exists(id: string): boolean;
}

const PRINCIPAL_KINDS = ["user_name", "service_principal_name", "group_name"] as const;

/** Access control lists by object, such as `/jobs/1`. */
export class Permissions {
  readonly #direct = new Map<string, readonly Grant[]>();

  /** The entries of an object that are not inherited. */
  get all(): ReadonlyMap<string, readonly Grant[]> {
    return this.#direct;
  }

  of(objectId: string): readonly Grant[] {
    return this.#direct.get(objectId) ?? [];
  }

  set(objectId: string, grants: readonly Grant[]): void {
    this.#direct.set(objectId, grants);
  }

  remove(objectId: string): void {
    this.#direct.delete(objectId);
  }
}

/** `/api/2.0/permissions/{type}/{id}`; PUT replaces the entries, PATCH adds to them. */
export function permissionsRoutes(
  permissions: Permissions,
  kinds: Readonly<Record<string, PermissionKind>>,
): Route[] {
  const pattern = "/api/2.0/permissions/{type}/{id}";
  const locate = (call: Call): Located => {
    const { type = "", id = "" } = call.params;
    const kind = kinds[type];
    if (kind === undefined) throw invalidParameter(`'${type}' is not a supported object type`);
    if (!kind.exists(id)) throw doesNotExist(`${kind.objectType} ${id} does not exist.`);
    return { kind, objectId: `/${type}/${id}` };
  };
  const change = (call: Call, keep: boolean): Reply => {
    const located = locate(call);
    const wanted = grantsOf(jsonBody(call)["access_control_list"]);
    const kept = keep
      ? permissions.of(located.objectId).filter((old) => !wanted.some((grant) => grant.name === old.name))
      : [];
    const grants = [...kept, ...wanted];
    checkOwner(located.kind, grants);
    permissions.set(located.objectId, grants);
    return ok(render(located, grants));
  };
  return [
    { method: "GET", pattern, access: "read", handle: (call) => show(locate(call), permissions, call) },
    { method: "PUT", pattern, access: "write", handle: (call) => change(call, false) },
    { method: "PATCH", pattern, access: "write", handle: (call) => change(call, true) },
  ];
}

interface Located {
  readonly kind: PermissionKind;
  readonly objectId: string;
}

function show(located: Located, permissions: Permissions, call: Call): Reply {
  callerOf(call);
  return ok(render(located, permissions.of(located.objectId)));
}

function checkOwner(kind: PermissionKind, grants: readonly Grant[]): void {
  if (kind.ownedAs === undefined) return;
  if (grants.filter((grant) => grant.level === "IS_OWNER").length !== 1) {
    throw invalidParameter(`The ${kind.ownedAs} must have exactly one owner.`);
  }
}

function grantsOf(list: unknown): Grant[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw invalidParameter("access_control_list must be a list");
  return list.map((entry: unknown) => {
    const fields = isObject(entry) ? entry : {};
    const kind = PRINCIPAL_KINDS.find((name) => textOf(fields[name]) !== "");
    const level = textOf(fields["permission_level"]);
    if (kind === undefined || level === "")
      throw invalidParameter("an entry needs a principal and a permission_level");
    return { kind, name: textOf(fields[kind]), level };
  });
}

function render({ kind, objectId }: Located, grants: readonly Grant[]): JsonObject {
  const own = grants.map((grant) => ({
    [grant.kind]: grant.name,
    display_name: grant.name,
    all_permissions: [{ permission_level: grant.level, inherited: false }],
  }));
  const admins = {
    group_name: "admins",
    all_permissions: [
      {
        permission_level: "CAN_MANAGE",
        inherited: true,
        inherited_from_object: [`/${objectId.split("/")[1] ?? ""}/`],
      },
    ],
  };
  return { object_id: objectId, object_type: kind.objectType, access_control_list: [...own, admins] };
}
