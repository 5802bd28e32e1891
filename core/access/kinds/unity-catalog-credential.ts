import { AZURE_IDENTITY, CREDENTIAL } from "../../api/shapes.ts";
import type { Json } from "../../api/json.ts";
import { grantKind } from "./grant-kind.ts";
import type { SecurableClass } from "./securable.ts";

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

/** Service credentials, by which code comes to a cloud's identity. Source: `GET /api/2.1/unity-catalog/credentials/{name}`. */
export const SERVICE_CREDENTIALS: SecurableClass = {
  type: "credential",
  privilege: "ACCESS",
  // Vending, and signing in with it through a connection.
  using: new Set(["ACCESS", "ALL_PRIVILEGES", "CREATE_CONNECTION"]),
  folder: "credentials",
  bindable: true,
  described(info) {
    const purpose = CREDENTIAL.text(info, "purpose");
    const name = CREDENTIAL.text(info, "name");
    const about = { owners: [CREDENTIAL.text(info, "owner")], identity: identityOf(info) };
    if (purpose === "SERVICE") return about;
    const problem = `Credential "${name}" has the purpose ${purpose || "(none)"}, not SERVICE.`;
    const remedy = "Name a service credential; a storage credential cannot be used by code in a job.";
    return { ...about, obstacle: { problem, remedy } };
  },
  residual: () => [],
};

/** ACCESS on a Unity Catalog service credential for the job's run-as service principal. */
export const unityCatalogCredential = grantKind({
  of: SERVICE_CREDENTIALS,
  name: "unity_catalog_credential",
  description: "Name of a Unity Catalog service credential.",
  // Object names hold no period, slash, space or control character; `*` would be a wildcard.
  pattern: /^[^\s./\\*?\p{C}]{1,255}$/u,
  expected: "one exact name: no wildcard, period, slash, space or invisible character",
  manifest: (credential) => ({ kind: "unity_catalog_credential", credential }),
  revocation: {
    lag: "a managed identity token already vended lives on for up to 24 hours; an AWS session for up to 1 hour",
    hardStop: "remove the role assignment of the credential's cloud identity",
  },
});
