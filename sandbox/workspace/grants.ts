import { jsonBody, type Call, type Route } from "../http/call.ts";
import { isObject, textOf, type JsonObject } from "../http/json.ts";
import { apiError, invalidParameter, ok, type Reply } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";

/** Which securable objects of a type there are: `schema` → has("main.orders"). */
export type Securables = Readonly<Record<string, { has(fullName: string): boolean }>>;

/** Unity Catalog privileges: securable (`schema main.orders`) → principal → privileges. */
export class Grants {
  readonly #all = new Map<string, Map<string, Set<string>>>();
  readonly #securables: Securables;
  readonly #context: WorkspaceContext;

  constructor(securables: Securables, context: WorkspaceContext) {
    this.#securables = securables;
    this.#context = context;
  }

  /** Privileges by principal on one securable. */
  of(type: string, fullName: string): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#all.get(`${type} ${fullName}`) ?? new Map();
  }

  routes(): Route[] {
    const pattern = "/api/2.1/unity-catalog/permissions/{type}/{name}";
    return [
      { method: "GET", pattern, access: "read", handle: (call) => this.#show(call) },
      { method: "PATCH", pattern, access: "write", handle: (call) => this.#change(call) },
      {
        method: "GET",
        pattern: "/api/2.1/unity-catalog/effective-permissions/{type}/{name}",
        access: "read",
        handle: (call) => this.#effective(call),
      },
    ];
  }

  #locate(call: Call): { readonly type: string; readonly name: string } {
    const type = (call.params["type"] ?? "").toLowerCase();
    const name = (call.params["name"] ?? "").toLowerCase();
    const securables = Object.hasOwn(this.#securables, type) ? this.#securables[type] : undefined;
    if (securables === undefined) throw invalidParameter(`'${type}' is not a supported securable type`);
    if (!securables.has(name)) {
      const code = `${type.toUpperCase()}_DOES_NOT_EXIST`;
      throw apiError(404, code, `${type[0]?.toUpperCase() ?? ""}${type.slice(1)} '${name}' does not exist.`);
    }
    return { type, name };
  }

  #show(call: Call): Reply {
    const { type, name } = this.#locate(call);
    const principal = call.query.get("principal");
    const assignments = [...this.of(type, name)]
      .filter(([who]) => principal === null || who === principal)
      .map(([who, privileges]): JsonObject => ({ principal: who, privileges: [...privileges].sort() }));
    return ok({ privilege_assignments: assignments });
  }

  /** With the grants of the schema and the catalog around it. */
  #effective(call: Call): Reply {
    const { type, name } = this.#locate(call);
    const [catalog = "", schema] = name.split(".");
    const around = [
      ["catalog", catalog] as const,
      ...(schema ? [["schema", `${catalog}.${schema}`] as const] : []),
    ];
    const rows = [[type, name] as const, ...around.filter(([, outer]) => outer !== name)].flatMap(
      ([of, full]) =>
        [...this.of(of, full)].map(([principal, privileges]): JsonObject => ({
          principal,
          privileges: [...privileges].sort().map((privilege) => ({
            privilege,
            ...(full === name ? {} : { inherited_from_type: of.toUpperCase(), inherited_from_name: full }),
          })),
        })),
    );
    return ok({ privilege_assignments: rows });
  }

  #change(call: Call): Reply {
    const { type, name } = this.#locate(call);
    const changes = jsonBody(call)["changes"];
    const granted = new Map([...this.of(type, name)].map(([who, privileges]) => [who, new Set(privileges)]));
    for (const change of Array.isArray(changes) ? changes.filter(isObject) : []) {
      const principal = this.#principalOf(change);
      const add = privilegesOf(change["add"]);
      const remove = privilegesOf(change["remove"]);
      if (add.some((privilege) => remove.includes(privilege))) {
        throw invalidParameter(`Duplicate privileges to add and delete for principal ${principal}.`);
      }
      const privileges = granted.get(principal) ?? new Set();
      if (remove.includes("ALL_PRIVILEGES")) privileges.clear();
      for (const privilege of remove) privileges.delete(privilege);
      for (const privilege of add) privileges.add(privilege);
      if (privileges.size > 0) granted.set(principal, privileges);
      else granted.delete(principal);
    }
    this.#all.set(`${type} ${name}`, granted);
    return this.#show(call);
  }

  /** Users and groups are taken as they come; a service principal must be one of the account. */
  #principalOf(change: JsonObject): string {
    const principal = textOf(change["principal"]);
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(principal);
    if (principal === "" || (uuid && this.#context.principals.withApplicationId(principal) === undefined)) {
      throw apiError(404, "PRINCIPAL_DOES_NOT_EXIST", `Could not find principal with name ${principal}`);
    }
    return principal;
  }
}

function privilegesOf(list: unknown): string[] {
  return Array.isArray(list) ? list.map((one) => textOf(one).toUpperCase().replaceAll(" ", "_")) : [];
}
