import { textOf, type JsonObject } from "../http/json.ts";
import type { Credential } from "./service-credentials.ts";

/** A credential as the API shows it. */
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

/** The texts of a list that are not empty; none of anything else. */
export function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.map(textOf).filter((text) => text !== "") : [];
}
