import type { Cloud } from "../entra/clouds.ts";

/** An Azure Resource Manager service connection of the project. */
export interface ServiceConnection {
  /** The GUID that a task's input holds. */
  readonly id: string;
  readonly name: string;
  /** `WorkloadIdentityFederation` (default), or one that knows no federation, such as `ServicePrincipal`. */
  readonly scheme: string;
  /** Who issues its ID tokens; the Azure DevOps issuer ends on 2027-07-01. */
  readonly issuer: "azure-devops" | "entra";
  readonly clientId: string;
  readonly tenantId: string;
  readonly cloud: Cloud;
}

export type NewServiceConnection = Pick<ServiceConnection, "id" | "name" | "clientId" | "tenantId"> &
  Partial<ServiceConnection>;

export function serviceConnection(connection: NewServiceConnection): ServiceConnection {
  return { scheme: "WorkloadIdentityFederation", issuer: "entra", cloud: "public", ...connection };
}
