/** Application ID of Azure DevOps in Entra ID, the same in every tenant. */
export const AZURE_DEVOPS_APPLICATION = "499b84ac-1321-427f-aa17-267ca6975798";

/** The audience of pipeline tokens and of those of the Azure DevOps issuer; also what every federated credential says. */
export const ENTRA_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange";

/** The audience in the tokens of the Entra issuer: the same purpose, written as Entra's own identifier. */
export const ENTRA_ISSUER_AUDIENCE = "fb60f99c-7a34-4190-8149-302f77469936";

/**
 * Who an Azure DevOps ID token speaks for: the pipeline, a service connection of the Azure DevOps issuer, or one of the
 * Entra issuer.
 */
export type SubjectKind = "pipeline" | "connection" | "entra-connection";

/** The kind of a `sub` claim, or undefined if it is none that Azure DevOps issues. */
export function subjectKind(subject: string): SubjectKind | undefined {
  if (subject.startsWith("p://")) return "pipeline";
  if (subject.startsWith("sc://")) return "connection";
  return /^\/eid1\/.*\/sc\//.test(subject) ? "entra-connection" : undefined;
}

/**
 * A subject with blanks between its segments. The agent masks the subject of a service connection as a whole wherever
 * it prints it; in this form it stays readable. Subjects of other CIs are returned as they are.
 */
export function readableSubject(subject: string): string {
  if (subjectKind(subject) === undefined) return subject;
  const [, scheme = "", rest = ""] = /^(\w+:\/\/|\/)(.*)$/s.exec(subject) ?? [];
  return [scheme, ...rest.split("/").flatMap((segment, at) => (at === 0 ? [segment] : ["/", segment]))].join(
    " ",
  );
}

/** What makes up the subject of a service connection at the Entra issuer; all are UUIDs. */
export interface EntraConnection {
  readonly tenantId: string;
  readonly organisationId: string;
  readonly connectionId: string;
}

/**
 * The subject that a service connection has (or will have after its conversion) at the Entra issuer of the public cloud:
 * `/eid1/c/pub/t/<tenant>/a/<Azure DevOps>/sc/<organisation>/<connection>`. Identifiers only, so it survives renames.
 */
export function entraConnectionSubject({ tenantId, organisationId, connectionId }: EntraConnection): string {
  const tenant = encodeGuid(tenantId);
  const application = encodeGuid(AZURE_DEVOPS_APPLICATION);
  return `/eid1/c/pub/t/${tenant}/a/${application}/sc/${organisationId}/${connectionId}`.replace(
    /[0-9A-F-]{36}/g,
    (id) => id.toLowerCase(),
  );
}

/** base64url of the 16 bytes of a UUID in the order of .NET: the first three groups little-endian. */
function encodeGuid(guid: string): string {
  const [a = "", b = "", c = "", d = "", e = ""] = guid.split("-");
  const reversed = [a, b, c].map((group) => Buffer.from(group, "hex").reverse());
  return Buffer.concat([...reversed, Buffer.from(d + e, "hex")]).toString("base64url");
}
