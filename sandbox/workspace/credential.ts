import type { JsonObject } from "../http/json.ts";

/** A Unity Catalog credential, as the metastore keeps it. */
export interface Credential {
  readonly name: string;
  readonly purpose: "SERVICE" | "STORAGE";
  /** Application ID, user or group. */
  readonly owner: string;
  isolated: boolean;
  readonly workspaces: Set<string>;
  /** Azure resource id of the access connector whose identity it presents. */
  readonly connector: string;
  readonly managedIdentity: string;
  /** Principal → privileges. */
  readonly grants: Map<string, Set<string>>;
}

export interface NewCredential {
  readonly name: string;
  readonly purpose?: Credential["purpose"];
  /** Default: the metastore's owner. */
  readonly owner?: string;
  /** Bound to this workspace, and usable nowhere else. Default false: every workspace of the metastore. */
  readonly isolated?: boolean;
  /** Default: one of its own. */
  readonly connector?: string;
  /** Azure resource id of the user-assigned identity that it presents; default: the connector's own. */
  readonly managedIdentity?: string;
}

/** As the credentials API shows it. */
export function render({
  name,
  purpose,
  owner,
  isolated,
  connector,
  managedIdentity,
}: Credential): JsonObject {
  const mode = isolated ? "ISOLATION_MODE_ISOLATED" : "ISOLATION_MODE_OPEN";
  const assigned = managedIdentity === "" ? {} : { managed_identity_id: managedIdentity };
  const identity = { access_connector_id: connector, ...assigned, credential_id: name };
  return { name, full_name: name, purpose, owner, isolation_mode: mode, azure_managed_identity: identity };
}
