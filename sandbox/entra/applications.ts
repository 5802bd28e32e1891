import type { Cloud } from "./clouds.ts";

/** What an application trusts from outside; compared exactly, letter case included. */
export interface FederatedCredential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** Milliseconds since the epoch; before it, the token endpoint does not know the credential. */
  readonly inForceAt: number;
  readonly description?: string;
}

/** The audience is that of the cloud unless said otherwise. */
export type NewFederatedCredential = Pick<FederatedCredential, "name" | "issuer" | "subject"> &
  Partial<Pick<FederatedCredential, "audience">>;

/** An app registration or a user-assigned managed identity. */
export interface EntraApplication {
  readonly clientId: string;
  readonly tenantId: string;
  readonly cloud: Cloud;
  readonly kind: "application" | "managed-identity";
  /** Whether the tenant has a service principal for it. */
  readonly servicePrincipal: boolean;
  readonly credentials: FederatedCredential[];
  /** Application IDs of those who may change it. */
  readonly owners: readonly string[];
}

export type NewEntraApplication = Pick<EntraApplication, "clientId" | "tenantId"> & Partial<EntraApplication>;

/** The most that one application may have (Microsoft Entra documentation). */
export const MOST_CREDENTIALS = 20;

export function entraApplication(application: NewEntraApplication): EntraApplication {
  return {
    cloud: "public",
    kind: "application",
    servicePrincipal: true,
    credentials: [],
    owners: [],
    ...application,
  };
}
