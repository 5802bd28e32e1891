import { BINDING, BINDINGS, EFFECTIVE_PRIVILEGE, GRANT, PERMISSIONS } from "../../api/shapes.ts";
import { ApiFailure, visible, type DatabricksApi } from "../../api/client.ts";
import { textAt, type Json } from "../../api/json.ts";
import { eachInParallel, inParallel, listAll } from "../../api/paging.ts";

/**
 * What grants and their proof have to know of a class of Unity Catalog's securable objects. Sources: Unity Catalog's
 * permissions API (`/api/2.1/unity-catalog/permissions/{type}/{full_name}`), and the API of each class.
 */
export interface SecurableClass {
  /** As the grants API spells it; for people, too. */
  readonly type: "credential" | "secret" | "connection";
  /** What an entry grants, as the API and as people spell it. */
  readonly privilege: "ACCESS" | "READ_SECRET" | "USE_CONNECTION";
  /** Privileges by which somebody uses what it holds. */
  readonly using: ReadonlySet<string>;
  /** Folder of the API that describes one by its full name. */
  readonly folder: string;
  /** Of its description: who owns it, the cloud identity behind it ("" if none), and why it cannot be granted at all. */
  readonly described: (info: Json) => {
    readonly owners: readonly string[];
    readonly identity: string;
    readonly obstacle?: { readonly problem: string; readonly remedy: string };
    readonly notes?: readonly string[];
  };
  /** Whether it can be bound to workspaces itself; if not, the catalog that it is in decides. */
  readonly bindable: boolean;
  /** What stays true of one that is exclusive. */
  readonly residual: (name: string) => readonly string[];
}

/** One object, and who holds the privilege of its class. */
export interface Securable {
  readonly of: SecurableClass;
  /** Full name, in lower case. */
  readonly name: string;
}

/** Which workspaces can use it. */
export type Binding =
  | { readonly state: "isolated"; readonly what: string; readonly workspaces: readonly string[] }
  | { readonly state: "open"; readonly what: string }
  /** Nothing of its class can be bound to a workspace. */
  | { readonly state: "unbindable" }
  | { readonly state: "unread"; readonly missingRight: string };

/** A schema or catalog around it, whose owner may grant on it. */
export interface Around {
  readonly type: "schema" | "catalog";
  readonly name: string;
  /** undefined if it cannot be read. */
  readonly owner: string | undefined;
  /** Who holds USE CATALOG or USE SCHEMA on it, without which nothing in it can be used; undefined if it cannot be read. */
  readonly users: ReadonlySet<string> | undefined;
}

/** Everything about one that a plan needs; `grants` are the direct ones. */
export interface SecurableFacts extends Securable {
  readonly owners: readonly string[];
  /** The cloud identity behind it, by which credentials are told to be twins; "" if it names none that is known. */
  readonly identity: string;
  readonly binding: Binding;
  readonly around: readonly Around[];
  readonly grants: readonly Json[];
  readonly notes: readonly string[];
}

export type SecurableReading =
  | { readonly state: "read"; readonly facts: SecurableFacts }
  | { readonly state: "impossible"; readonly problem: string; readonly remedy: string }
  | { readonly state: "unreadable"; readonly missingRight: string };

const BASE = "/api/2.1/unity-catalog";
/** Pages of the size that the server chooses; without it long listings are refused. */
const PAGE = { max_results: "0" };

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
export const shown = ({ of, name }: Securable): string => `${of.type} "${name}"`;
/** One text for a securable. */
export const securableKey = ({ of, name }: Securable): string => `${of.type} ${name.toLowerCase()}`;
export const permissionsPath = (type: string, name: string): string =>
  `${BASE}/permissions/${type}/${encodeURIComponent(name)}`;

/** The catalog and the schema of a three-level name; [] for a name of the metastore's. */
export function aroundOf(name: string): readonly Pick<Around, "type" | "name">[] {
  const [catalog = "", schema, object] = name.split(".");
  if (object === undefined) return [];
  return [
    { type: "schema", name: `${catalog}.${schema ?? ""}` },
    { type: "catalog", name: catalog },
  ];
}

async function boundTo(api: DatabricksApi, type: string, name: string, info: Json): Promise<Binding> {
  const what = `${type} "${name}"`;
  // Credentials and catalogs spell the mode differently.
  const mode = textAt(info, "isolation_mode");
  if (mode !== "ISOLATED" && mode !== "ISOLATION_MODE_ISOLATED") return { state: "open", what };
  const route = `${BASE}/bindings/${type}/${encodeURIComponent(name)}`;
  try {
    const bindings = await listAll(api, route, BINDINGS.key("bindings"), PAGE);
    return { state: "isolated", what, workspaces: bindings.map((one) => BINDING.text(one, "workspace_id")) };
  } catch (error) {
    if (!(error instanceof ApiFailure) || !error.refused || type !== "catalog") throw error;
    return { state: "unread", missingRight: `MANAGE on ${what}` };
  }
}

interface Surroundings extends Around {
  readonly info: Json | undefined;
}
type Look = (one: Pick<Around, "type" | "name">) => Promise<Surroundings>;

/** Looks at what surrounds several objects, at each once. */
function surroundings(api: DatabricksApi): Look {
  const looked = new Map<string, Promise<Surroundings>>();
  const look = async ({ type, name }: Pick<Around, "type" | "name">): Promise<Surroundings> => {
    const path = `${BASE}/${type}s/${encodeURIComponent(name)}`;
    const [info, grants] = await Promise.all([
      visible(api.call({ method: "GET", path })),
      visible(effectiveGrants(api, name, type)),
    ]);
    const needed = ["ALL_PRIVILEGES", type === "schema" ? "USE_SCHEMA" : "USE_CATALOG"];
    const holders = grants?.filter(({ privilege }) => needed.includes(privilege));
    return {
      ...{ type, name, info },
      owner: info === undefined ? undefined : textAt(info, "owner"),
      users: holders && new Set(holders.map(({ principal }) => principal.toLowerCase())),
    };
  };
  return (one) => {
    const key = `${one.type} ${one.name}`;
    const pending = looked.get(key) ?? look(one);
    looked.set(key, pending);
    return pending;
  };
}

async function readOne(api: DatabricksApi, look: Look, { of, name }: Securable): Promise<SecurableReading> {
  const what = shown({ of, name });
  try {
    const path = `${BASE}/${of.folder}/${encodeURIComponent(name)}`;
    const info = await api.call({ method: "GET", path });
    const { obstacle, notes = [], ...described } = of.described(info);
    if (obstacle) return { state: "impossible", ...obstacle };
    const [grants, around] = await Promise.all([
      listAll(api, permissionsPath(of.type, name), PERMISSIONS.key("privilege_assignments"), PAGE),
      inParallel(aroundOf(name), look),
    ]);
    const bound = async (): Promise<Binding> => {
      if (of.bindable) return boundTo(api, of.type, name, info);
      const catalog = around.find(({ type }) => type === "catalog");
      if (catalog === undefined) return { state: "unbindable" };
      if (catalog.info === undefined)
        return { state: "unread", missingRight: `BROWSE on catalog "${catalog.name}"` };
      return boundTo(api, "catalog", catalog.name, catalog.info);
    };
    const facts = { of, name, ...described, binding: await bound(), around, grants, notes };
    return { state: "read", facts };
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.refused) return { state: "unreadable", missingRight: `MANAGE on ${what} (or ownership of it)` };
    if (!error.missing) throw error;
    return {
      state: "impossible",
      problem: `${capital(what)} does not exist in the metastore of this workspace, or this identity cannot see it.`,
      remedy: "Create it, correct the name, or give the registrar MANAGE on it.",
    };
  }
}

/** Reads each object once, however many entries name it; by {@link securableKey}. */
export async function readSecurables(
  api: DatabricksApi,
  securables: readonly Securable[],
): Promise<ReadonlyMap<string, SecurableReading>> {
  const distinct = new Map(securables.map((one) => [securableKey(one), one]));
  const look = surroundings(api);
  return eachInParallel(distinct, (one) => readOne(api, look, one));
}

/** @param principal application ID in lower case */
export function isGranted({ grants, of }: SecurableFacts, principal: string): boolean {
  return grants.some(
    (grant) =>
      GRANT.text(grant, "principal").toLowerCase() === principal &&
      GRANT.list(grant, "privileges").includes(of.privilege),
  );
}

export interface EffectiveGrant {
  /** "" for a principal that is deleted. */
  readonly principal: string;
  readonly privilege: string;
  /** Such as "SCHEMA main.crm"; "" if granted on the object itself. */
  readonly inheritedFrom: string;
}

/** Grants on a securable as the effective-permissions listing shows them, inherited ones included. */
export async function effectiveGrants(
  api: DatabricksApi,
  name: string,
  type = "credential",
): Promise<readonly EffectiveGrant[]> {
  const assignments = PERMISSIONS.key("privilege_assignments");
  const route = `${BASE}/effective-permissions/${type}/${encodeURIComponent(name)}`;
  const listed = await listAll(api, route, assignments, PAGE);
  return listed.flatMap((assignment) =>
    GRANT.list(assignment, "privileges").map((privilege) => ({
      principal: GRANT.text(assignment, "principal"),
      privilege: EFFECTIVE_PRIVILEGE.text(privilege, "privilege"),
      inheritedFrom: [
        EFFECTIVE_PRIVILEGE.text(privilege, "inherited_from_type"),
        EFFECTIVE_PRIVILEGE.text(privilege, "inherited_from_name"),
      ]
        .filter((part) => part !== "")
        .join(" "),
    })),
  );
}
