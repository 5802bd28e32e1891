import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { isObject, textOf, type JsonObject } from "../http/json.ts";
import { pageOf } from "../http/paging.ts";
import { apiError, invalidParameter, ok, permissionDenied, type Reply } from "../http/reply.ts";
import type { ServicePrincipal } from "../identity/principals.ts";
import type { WorkspaceContext } from "./context.ts";

/** Which securable objects of a type there are: `schema` → has("main.orders"), with their owners. */
export type Securables = Readonly<
  Record<string, { has(fullName: string): boolean; get(fullName: string): unknown }>
>;

/** Types of which Unity Catalog's own rights decide who sees and changes grants, with all privileges that they have. */
const GOVERNED: Readonly<Record<string, ReadonlySet<string>>> = {
  secret: new Set(["READ_SECRET", "REFERENCE_SECRET", "WRITE_SECRET", "MANAGE", "BROWSE", "ALL_PRIVILEGES"]),
  connection: new Set(["USE_CONNECTION", "CREATE_FOREIGN_CATALOG", "MANAGE", "BROWSE", "ALL_PRIVILEGES"]),
};

/** Unity Catalog privileges: securable (`schema main.orders`) → principal → privileges. */
export class Grants {
  readonly #all = new Map<string, Privileges>();
  readonly #securables: Securables;
  readonly #context: WorkspaceContext;
  readonly #metastoreOwner: () => string;
  /** Milliseconds until a changed grant shows in listings; it counts at once. Default 0. */
  propagation = 0;
  /** The largest page that the server gives. */
  pageSize = 100;
  readonly #late = new Map<string, { readonly until: number; readonly before: Privileges }>();

  constructor(securables: Securables, context: WorkspaceContext, metastoreOwner: () => string) {
    this.#securables = securables;
    this.#context = context;
    this.#metastoreOwner = metastoreOwner;
  }

  /** Grants a privilege as an administrator would, without the API's checks. */
  grant(type: string, fullName: string, principal: string, ...privileges: readonly string[]): void {
    const granted = new Map(this.of(type, fullName));
    granted.set(principal, new Set([...(granted.get(principal) ?? []), ...privileges]));
    this.#all.set(`${type} ${fullName}`, granted);
  }

  revoke(type: string, fullName: string, principal: string): void {
    const granted = new Map(this.of(type, fullName));
    granted.delete(principal);
    this.#all.set(`${type} ${fullName}`, granted);
  }

  /** Whether a principal holds a privilege on an object, or on what is around it; all users of the account are in a group. */
  holds(type: string, fullName: string, principal: string, privilege: string): boolean {
    return chain(type, fullName).some(([of, name]) =>
      [principal, "account users"].some((who) => {
        const privileges = this.of(of, name).get(who);
        return privileges?.has(privilege) === true || privileges?.has("ALL_PRIVILEGES") === true;
      }),
    );
  }

  /** Owner of it or of what is around it, holder of MANAGE, or metastore admin. */
  manages(type: string, fullName: string, { applicationId, workspaceAdmin }: ServicePrincipal): boolean {
    const names = [applicationId, ...(workspaceAdmin ? ["admins"] : [])];
    const owners = chain(type, fullName).map(([of, name]) => ownerOf(this.#securables[of]?.get(name)));
    return (
      [...owners, this.#metastoreOwner()].some((owner) => names.includes(owner)) ||
      this.holds(type, fullName, applicationId, "MANAGE")
    );
  }

  /** Privileges by principal on one securable. */
  of(type: string, fullName: string): Privileges {
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
      throw apiError(404, code, `${title(type)} '${name}' does not exist.`);
    }
    return { type, name };
  }

  #show(call: Call): Reply {
    const { type, name } = this.#locate(call);
    const rows = this.#seen(call, type, name).map(([who, privileges]): JsonObject => ({
      principal: who,
      privileges: [...privileges].sort(),
    }));
    return this.#paged(call, rows);
  }

  #paged(call: Call, rows: readonly JsonObject[]): Reply {
    const page = pageOf(rows, call.query.get("page_token"), this.pageSize);
    const next = page.nextPageToken === "" ? {} : { next_page_token: page.nextPageToken };
    return ok({ privilege_assignments: page.items, ...next });
  }

  /** Who may not manage an object is shown his own grants on it alone. */
  #seen(call: Call, type: string, name: string): [string, ReadonlySet<string>][] {
    const asked = call.query.get("principal");
    const caller = callerOf(call);
    const all = GOVERNED[type] === undefined || this.manages(type, name, caller);
    const late = this.#late.get(`${type} ${name}`);
    const shown = late && late.until > this.#context.clock.now() ? late.before : this.of(type, name);
    return [...shown].filter(
      ([who]) => (asked === null || who === asked) && (all || who === caller.applicationId),
    );
  }

  /** With the grants of the schema and the catalog around it. */
  #effective(call: Call): Reply {
    const { type, name } = this.#locate(call);
    const rows = chain(type, name).flatMap(([of, full]) =>
      this.#seen(call, of, full).map(([principal, privileges]): JsonObject => ({
        principal,
        privileges: [...privileges].sort().map((privilege) => ({
          privilege,
          ...(full === name ? {} : { inherited_from_type: of.toUpperCase(), inherited_from_name: full }),
        })),
      })),
    );
    return this.#paged(call, rows);
  }

  #change(call: Call): Reply {
    const { type, name } = this.#locate(call);
    const known = GOVERNED[type];
    if (known !== undefined && !this.manages(type, name, callerOf(call)))
      throw permissionDenied(`User does not have MANAGE on ${title(type)} '${name}'.`);
    const changes = jsonBody(call)["changes"];
    const before = this.of(type, name);
    const granted = new Map([...before].map(([who, privileges]) => [who, new Set(privileges)]));
    for (const change of Array.isArray(changes) ? changes.filter(isObject) : []) {
      const principal = this.#principalOf(change);
      const add = privilegesOf(change["add"]);
      const remove = privilegesOf(change["remove"]);
      if (add.some((privilege) => remove.includes(privilege))) {
        throw invalidParameter(`Duplicate privileges to add and delete for principal ${principal}.`);
      }
      const wrong = add.find((privilege) => known?.has(privilege) === false);
      if (wrong !== undefined)
        throw invalidParameter(`Privilege ${wrong} is not applicable to this entity [${name}:${type}].`);
      const privileges = granted.get(principal) ?? new Set();
      if (remove.includes("ALL_PRIVILEGES")) privileges.clear();
      for (const privilege of remove) privileges.delete(privilege);
      for (const privilege of add) privileges.add(privilege);
      if (privileges.size > 0) granted.set(principal, privileges);
      else granted.delete(principal);
    }
    this.#all.set(`${type} ${name}`, granted);
    this.#late.set(`${type} ${name}`, { until: this.#context.clock.now() + this.propagation, before });
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

type Privileges = ReadonlyMap<string, ReadonlySet<string>>;

/** The object, and the schema and catalog around it, each with its type. A name without periods is the metastore's. */
function chain(type: string, fullName: string): (readonly [type: string, name: string])[] {
  const parts = fullName.split(".");
  const around = [
    ...(parts.length > 2 ? [["schema", parts.slice(0, 2).join(".")] as const] : []),
    ...(parts.length > 1 ? [["catalog", parts[0] ?? ""] as const] : []),
  ];
  return [[type, fullName], ...around];
}

function ownerOf(object: unknown): string {
  return textOf((object as JsonObject | undefined)?.["owner"]);
}

const title = (type: string): string => `${type[0]?.toUpperCase() ?? ""}${type.slice(1)}`;
