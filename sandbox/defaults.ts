import type { NewServicePrincipal } from "./identity/principals.ts";

export const ACCOUNT_ID = "8a6c1f0e-3b7d-4c52-9f10-2d4be7c85a31";
export const WORKSPACE_ID = "7405608901234567";

/** The principal that deploys; its federation policy fits the default claims (environment `prod` of example-org/lake). */
export const DEPLOYER = {
  applicationId: "5f8a6d3c-91b2-4e07-8c4d-6a1f0b9e2d75",
  displayName: "lake-deployer",
} as const satisfies NewServicePrincipal;

/** May read everything and change nothing; its federation policy fits pull requests of example-org/lake. */
export const PLANNER = {
  applicationId: "2b7e41d9-0c6f-4a83-b5e2-f93d18a7c604",
  displayName: "lake-planner",
  workspace: "read",
} as const satisfies NewServicePrincipal;

/** Runs the jobs of the example bundle; nobody can get a token for it. */
export const JOB_RUNNER = {
  applicationId: "c41d0f6a-7e25-4b9c-a8d3-50e6b2f7194e",
  displayName: "lake-jobs",
} as const satisfies NewServicePrincipal;

/** Administers the account; its federation policy fits the environment `platform` of example-org/lake. */
export const ACCOUNT_ADMIN = {
  applicationId: "e07b35c2-f418-4d96-9a2b-1c8d6e4f0a93",
  displayName: "account-admin",
  workspace: "none",
  accountAdmin: true,
} as const satisfies NewServicePrincipal;

export const TENANT_ID = "6f2c8a15-d3b4-4e97-a0c6-91b7e5d8f243";

/** The managed identity that deploys from Azure DevOps: trusted by Entra ID and, with the same subjects, by Databricks. */
export const AZURE_DEPLOYER = {
  applicationId: "9d4e7b02-6a1c-4f85-b3d9-c82f5a07e164",
  displayName: "lake-deployer-azure",
} as const satisfies NewServicePrincipal;

/** Service connections for it: of the Entra issuer, and of the issuer that ends. */
export const CONNECTION = {
  id: "d5b0f8c3-1e67-4a92-8f4d-3c9a7e2b6015",
  name: "databricks-prod",
} as const;
export const OLD_CONNECTION = {
  id: "48c1e9a7-f036-4d5b-92e8-b7d4a16c0f53",
  name: "databricks-legacy",
} as const;
/** A service connection with a stored secret. */
export const SECRET_CONNECTION = {
  id: "a3e6d27b-95f8-4c10-b64e-0f1d8c5a7b92",
  name: "databricks-secret",
} as const;

/** The connection of the registrar's stage, where it has one of its own. */
export const REGISTRAR_CONNECTION = {
  id: "7f2b9c04-6d1e-4a38-b5c7-e90d3f1a8264",
  name: "databricks-registrar",
} as const;

/** Registers the access of jobs (examples/job-access); its federation policy fits the same runs as the deployer's. */
export const REGISTRAR = {
  applicationId: "9d1c7a52-0b34-4e8f-a6d5-2c7e8f901b63",
  displayName: "trust-registrar",
  accountAdmin: true,
  workspaceAdmin: true,
} as const satisfies NewServicePrincipal;

/** Runs the second job of examples/job-access. */
export const REPORT_RUNNER = {
  applicationId: "3f2b9c10-77aa-4d5e-8b21-0a9c8d7e6f54",
  displayName: "report-job",
} as const satisfies NewServicePrincipal;
