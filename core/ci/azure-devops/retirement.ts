import {
  ENTRA_EXCHANGE_AUDIENCE,
  ENTRA_ISSUER_AUDIENCE,
  entraConnectionSubject,
  readableSubject,
  subjectKind,
  type EntraConnection,
} from "./subject.ts";

interface RetirementContext extends EntraConnection {
  /** The `sub` claim of the token that was used. */
  readonly subject: string;
  /** The sign-in host of the tenant, with a slash at its end. */
  readonly authority: string;
  /** `environment` of the connection: `AzureCloud`, `AzureUSGovernment`, …; "" where it says none. */
  readonly environment: string;
  readonly exchange: "databricks" | "entra";
}

/**
 * The warning for a service connection whose tokens still come from the Azure DevOps issuer, or undefined. That issuer
 * ends for connections of the public cloud on 2027-07-01 (learn.microsoft.com/azure/devops/pipelines/release/
 * convert-service-connections); a converted connection has another issuer and subject, which must be trusted before.
 */
export function issuerRetirementWarning(context: RetirementContext): string | undefined {
  const { subject, authority, environment, exchange, tenantId } = context;
  // Connections of other clouds stay with the old issuer.
  const isPublic = environment === "" || environment === "AzureCloud";
  if (subjectKind(subject) !== "connection" || !isPublic) return undefined;
  const place =
    exchange === "entra"
      ? "a federated credential of the application or managed identity"
      : "a federation policy of the service principal";
  return [
    "The service connection still uses the Azure DevOps issuer, which ends on 2027-07-01.",
    `Before you convert the connection, add ${place} with:`,
    `  issuer:   ${authority}${tenantId}/v2.0`,
    `  subject:  ${readableSubject(entraConnectionSubject(context))}   (without the blanks)`,
    `  audience: ${exchange === "entra" ? ENTRA_EXCHANGE_AUDIENCE : ENTRA_ISSUER_AUDIENCE}`,
    "Keep the old one until the connection is converted. See docs/migrate.md.",
  ].join("\n");
}
