import {
  AZURE_IDENTITY,
  BINDING,
  BINDINGS,
  CREDENTIAL,
  EFFECTIVE_PRIVILEGE,
  GRANT,
  PERMISSIONS,
  type UpdatePermissions,
} from "../../api/shapes.ts";
import type { Mistake } from "../../base/errors.ts";
import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import type { Json } from "../../api/json.ts";
import { inParallel, listAll } from "../../api/paging.ts";
import { placed, text, type Placed } from "../../base/yaml/shape.ts";
import type { AccessKind, KindPorts, RemoteState, RemoteView, TrustObject } from "./kind.ts";

/** Unity Catalog object names hold no period, slash, space or control character; `*` would be a wildcard. */
const NAME = /^[^\s./\\*?\p{Cc}]{1,255}$/u;

/** Everything about one credential that a plan needs; `grants` are the direct ones. */
export interface CredentialFacts {
  readonly name: string;
  readonly owner: string;
  readonly isolated: boolean;
  /** The cloud identity behind it, by which credentials are told to be twins; "" if it names none that is known. */
  readonly identity: string;
  /** Workspaces that an isolated credential is bound to. */
  readonly workspaces: readonly string[];
  readonly grants: readonly Json[];
}

export type CredentialReading =
  | { readonly state: "read"; readonly facts: CredentialFacts }
  | { readonly state: "impossible"; readonly problem: string; readonly remedy: string }
  | { readonly state: "unreadable"; readonly missingRight: string };

const path = (kind: string, name: string): string =>
  `/api/2.1/unity-catalog/${kind}/credential/${encodeURIComponent(name)}`;

/**
 * The cloud identity of a credential: the user-assigned managed identity, else the connector's own (Azure resource ids
 * are compared without case), the role, the service account. `credential_id` is Databricks' own and identifies none.
 */
export function identityOf(info: Json): string {
  const azure = CREDENTIAL.member(info, "azure_managed_identity");
  const managed = AZURE_IDENTITY.text(azure, "managed_identity_id");
  const connector = AZURE_IDENTITY.text(azure, "access_connector_id");
  return (
    (managed || connector).toLowerCase() ||
    CREDENTIAL.text(info, "aws_iam_role", "role_arn") ||
    CREDENTIAL.text(info, "databricks_gcp_service_account", "email").toLowerCase()
  );
}

async function readCredential(api: DatabricksApi, name: string): Promise<CredentialReading> {
  try {
    const info = await api.call({
      method: "GET",
      path: `/api/2.1/unity-catalog/credentials/${encodeURIComponent(name)}`,
    });
    const purpose = CREDENTIAL.text(info, "purpose");
    if (purpose !== "SERVICE") {
      return {
        state: "impossible",
        problem: `Credential "${name}" has the purpose ${purpose || "(none)"}, not SERVICE.`,
        remedy: "Name a service credential; a storage credential cannot be used by code in a job.",
      };
    }
    // max_results=0 means pages of the size that the server chooses; without it long listings are refused.
    const page = { max_results: "0" };
    const isolated = CREDENTIAL.text(info, "isolation_mode") === "ISOLATION_MODE_ISOLATED";
    const [grants, bindings] = await Promise.all([
      listAll(api, path("permissions", name), PERMISSIONS.key("privilege_assignments"), page),
      isolated ? listAll(api, path("bindings", name), BINDINGS.key("bindings"), page) : [],
    ]);
    const workspaces = bindings.map((binding) => BINDING.text(binding, "workspace_id"));
    return {
      state: "read",
      facts: {
        name,
        owner: CREDENTIAL.text(info, "owner"),
        identity: identityOf(info),
        isolated,
        workspaces,
        grants,
      },
    };
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.refused) {
      return { state: "unreadable", missingRight: `MANAGE on credential "${name}" (or ownership of it)` };
    }
    if (!error.missing) throw error;
    return {
      state: "impossible",
      problem: `Credential "${name}" does not exist in the metastore of this workspace, or this identity cannot see it.`,
      remedy: "Create it, correct the name, or give the registrar MANAGE on it.",
    };
  }
}

/** Reads each credential once, however many objects name it. */
export async function readCredentials(
  api: DatabricksApi,
  names: readonly string[],
): Promise<ReadonlyMap<string, CredentialReading>> {
  const distinct = [...new Set(names)];
  const readings = await inParallel(distinct, (name) => readCredential(api, name));
  return new Map(distinct.map((name, index) => [name, readings[index] as CredentialReading]));
}

/** @param principal application ID in lower case */
export function hasAccess(facts: CredentialFacts, principal: string): boolean {
  return facts.grants.some(
    (grant) =>
      GRANT.text(grant, "principal").toLowerCase() === principal &&
      GRANT.list(grant, "privileges").includes("ACCESS"),
  );
}

function planOne(
  reading: CredentialReading | undefined,
  object: TrustObject,
  workspaceId: string,
): RemoteState {
  if (reading === undefined || reading.state === "unreadable") {
    return { state: "unreadable", missingRight: reading?.missingRight ?? "MANAGE on the credential" };
  }
  if (reading.state === "impossible") {
    const { problem, remedy } = reading;
    return { state: "impossible", mistake: { problem, remedy } satisfies Mistake };
  }
  const { facts } = reading;
  if (hasAccess(facts, object["principal"] ?? "")) return { state: "present" };
  if (facts.isolated && !facts.workspaces.includes(workspaceId)) {
    const problem = `Credential "${facts.name}" is isolated and not bound to workspace ${workspaceId}.`;
    const body = `{"add":[{"workspace_id":${workspaceId}}]}`;
    const remedy = `Bind it: databricks workspace-bindings update-bindings credential ${facts.name} --json '${body}'`;
    return { state: "impossible", mistake: { problem, remedy } };
  }
  return { state: "absent" };
}

async function read(objects: readonly TrustObject[], ports: KindPorts): Promise<RemoteView> {
  const names = objects.map((object) => object["credential"] ?? "");
  const readings = await readCredentials(ports.databricks, names);
  return {
    granted: (principals) =>
      [...readings.values()].flatMap((reading) =>
        reading.state !== "read"
          ? []
          : [...principals]
              .filter((principal) => hasAccess(reading.facts, principal))
              .map((principal) => ({ credential: reading.facts.name, principal })),
      ),
    plan: (object) => planOne(readings.get(object["credential"] ?? ""), object, ports.workspaceId),
    notes(object) {
      const reading = readings.get(object["credential"] ?? "");
      if (reading?.state !== "read") return [];
      const { facts } = reading;
      const binding = facts.isolated
        ? `isolated, bound to workspace ${facts.workspaces.join(", ")}`
        : "not isolated: every workspace of the metastore can use it";
      return [`credential "${facts.name}" is ${binding}`];
    },
  };
}

async function change(
  objects: readonly TrustObject[],
  ports: KindPorts,
  verb: "add" | "remove",
): Promise<void> {
  const credential = objects[0]?.["credential"] ?? "";
  const principals = [...new Set(objects.map((object) => object["principal"] ?? ""))];
  const body = {
    changes: principals.map((principal) =>
      verb === "add" ? { principal, add: ["ACCESS"] } : { principal, remove: ["ACCESS"] },
    ),
  } satisfies UpdatePermissions;
  try {
    await ports.databricks.call({
      method: "PATCH",
      path: path("permissions", credential),
      body,
      repeatable: true,
    });
  } catch (error) {
    // A credential that is gone has no grants left to withdraw.
    if (verb === "remove" && error instanceof ApiFailure && error.missing) return;
    throw error;
  }
}

/**
 * ACCESS on a Unity Catalog service credential for the job's run-as service principal.
 * Source: Unity Catalog permissions and credentials API (`/api/2.1/unity-catalog`).
 */
export const unityCatalogCredential: AccessKind = {
  name: "unity_catalog_credential",
  provider: "databricks",
  needsProvider: false,
  // docs.databricks.com, "Securable objects in Unity Catalog": names are not case-sensitive.
  foldsCase: true,
  connect: ({ workspace }) => workspace,
  credential: ({ credential, principal }) =>
    credential === undefined || principal === undefined ? undefined : { credential, principal },
  spec: placed(text({ description: "Name of a Unity Catalog service credential." })),
  presents: false,
  marked: false,
  revocation: {
    lag: "a managed identity token already vended lives on for up to 24 hours; an AWS session for up to 1 hour",
    hardStop: "remove the role assignment of the credential's cloud identity",
  },
  object(spec, context) {
    const source = spec as Placed<string>;
    const credential = context.resolve(source);
    if (credential === undefined) return undefined;
    if (!NAME.test(credential)) {
      const expected = "one exact name: no wildcard, period, slash or space";
      context.report({
        problem: `"${credential}" is not the name of a credential.`,
        expected,
        place: source.place,
      });
      return undefined;
    }
    // Unity Catalog stores names in lower case and compares them so: two spellings are one object, here too.
    return { credential: credential.toLowerCase(), principal: context.principal };
  },
  manifest: (object) => ({ kind: "unity_catalog_credential", credential: object["credential"] ?? "" }),
  resource: (object) => object["credential"] ?? "",
  describe: (object) =>
    `ACCESS on credential "${object["credential"]}" for service principal ${object["principal"]}`,
  undoCommand(object) {
    const changes = { changes: [{ principal: object["principal"] ?? "", remove: ["ACCESS"] }] };
    return `databricks grants update credential ${object["credential"]} --json '${JSON.stringify(changes)}'`;
  },
  batch: (object) => object["credential"] ?? "",
  read,
  apply: (objects, ports) => change(objects, ports, "add"),
  withdraw: (objects, ports) => change(objects, ports, "remove"),
};

/** Grants on a securable as the effective-permissions listing shows them, inherited ones included. */
export async function effectiveGrants(
  api: DatabricksApi,
  name: string,
  type = "credential",
): Promise<readonly { principal: string; privilege: string; inheritedFrom: string }[]> {
  const page = { max_results: "0" };
  const assignments = PERMISSIONS.key("privilege_assignments");
  const route = `/api/2.1/unity-catalog/effective-permissions/${type}/${encodeURIComponent(name)}`;
  const listed = await listAll(api, route, assignments, page);
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
