import { MANIFEST_FILE } from "../core/access/manifest.ts";
import { ENTRA_EXCHANGE_AUDIENCE, ENTRA_ISSUER_AUDIENCE } from "../core/ci/azure-devops/subject.ts";
import { pipelineClaims } from "./azure/claims.ts";
import { DEPLOYER, JOB_RUNNER, REGISTRAR, REPORT_RUNNER, TENANT_ID } from "./defaults.ts";
import { githubClaims } from "./github/claims.ts";
import { textOf } from "./http/json.ts";
import type { Sandbox } from "./sandbox.ts";

/** The credential that examples/job-access declares for `nightly_ingest`. */
export const CREDENTIAL = "hr-graph-prod";

export interface JobAccessOptions {
  /** Subject of the ID tokens of the registrar's job in a GitHub workflow; default: that of the deploying job. */
  readonly registrarSubject?: string;
  /** The Azure DevOps connection that is the registrar's, and that it trusts alone; default: it trusts what the deployers do. */
  readonly registrarConnection?: { readonly id: string; readonly name: string };
}

/**
 * Prepares a sandbox for examples/job-access: the principals of its jobs, its credential, and its registrar, who trusts
 * the same runs as the deployers do.
 */
export function prepareJobAccess(
  sandbox: Sandbox,
  { registrarSubject, registrarConnection }: JobAccessOptions = {},
): void {
  const { account, azure, entra, github, workspace } = sandbox;
  // Only a metastore admin is shown every credential, and so sees that none is a twin.
  workspace.serviceCredentials.metastoreOwner = REGISTRAR.applicationId;
  workspace.tokenManagement.restricted = true;
  const { applicationId } = REGISTRAR;
  account.addServicePrincipal(REGISTRAR);
  account.addServicePrincipal(REPORT_RUNNER);
  const audiences = [`${workspace.host}/oidc/v1/token`, account.accountId];
  const ofGitHub = { issuer: github.issuer, subject: registrarSubject ?? textOf(githubClaims({})["sub"]) };
  account.addFederationPolicy(applicationId, { oidc: { ...ofGitHub, audiences } });

  entra.addApplication({ clientId: applicationId, tenantId: TENANT_ID, kind: "managed-identity" });
  const pipeline = {
    name: "pipeline",
    issuer: azure.issuer,
    subject: textOf(pipelineClaims(azure.run)["sub"]),
  };
  const own =
    registrarConnection &&
    azure.addConnection({ ...registrarConnection, clientId: applicationId, tenantId: TENANT_ID });
  const ofAzure = [
    ...(own ? [] : [pipeline]),
    ...(own ? [own] : azure.connections).map((one) => ({
      name: one.name,
      issuer: azure.issuerOf(one),
      subject: azure.subjectOf(one),
    })),
  ];
  entra.addCredential(applicationId, { name: "github", ...ofGitHub });
  for (const { name, issuer, subject } of ofAzure) {
    const audience = subject.startsWith("/eid1/") ? ENTRA_ISSUER_AUDIENCE : ENTRA_EXCHANGE_AUDIENCE;
    account.addFederationPolicy(applicationId, { oidc: { issuer, subject, audiences: [audience] } });
    entra.addCredential(applicationId, { name, issuer, subject });
  }
  addCredential(sandbox, CREDENTIAL);
}

/** A service credential that the registrar manages; the deployer may see it, and grant nothing. */
export function addCredential({ workspace }: Sandbox, name: string): void {
  workspace.serviceCredentials.add({ name, isolated: true });
  workspace.serviceCredentials.grant(name, REGISTRAR.applicationId, "MANAGE");
  workspace.serviceCredentials.grant(name, DEPLOYER.applicationId, "BROWSE");
}

/** A secret and a connection for a job of examples/job-access, in a catalog that this workspace alone can use. */
export const SECRET = "main.crm.partner_key";
export const CONNECTION = "partner_api";

export function addKept({ workspace }: Sandbox): void {
  const { grants, kept, unityCatalog, workspaceId } = workspace;
  unityCatalog.addSchema("main.crm");
  unityCatalog.isolateCatalog("main", [workspaceId]);
  kept.addSecret(SECRET, "sandbox-partner-key-4711");
  kept.addConnection(CONNECTION);
  grants.grant("catalog", "main", "account users", "USE_CATALOG");
  grants.grant("schema", "main.crm", "account users", "USE_SCHEMA");
}

/** An app registration that the registrar owns, and a credential behind a user-assigned identity of its own. */
export const APPLICATION = "7d0c9e1b-52aa-4c1f-8f3e-0b6a4d2c9e10";
export const IDENTITY_CREDENTIAL = "partner-identity";
export const EXCHANGE_AUDIENCE = "api://AzureADTokenExchange";

export function addApplication(sandbox: Sandbox): void {
  const { directory, entra, workspace } = sandbox;
  entra.addApplication({ clientId: APPLICATION, tenantId: TENANT_ID, owners: [REGISTRAR.applicationId] });
  const { id } = directory.addIdentity("lake-nightly", TENANT_ID);
  directory.readers.add(REGISTRAR.applicationId);
  workspace.serviceCredentials.add({ name: IDENTITY_CREDENTIAL, isolated: true, managedIdentity: id });
  workspace.serviceCredentials.grant(IDENTITY_CREDENTIAL, REGISTRAR.applicationId, "MANAGE");
  workspace.serviceCredentials.grant(IDENTITY_CREDENTIAL, DEPLOYER.applicationId, "BROWSE");
}

/** Whether code of the two jobs signs in as the application, with the token that Unity Catalog vends to it. */
export async function playedApplication({ directory, workspace }: Sandbox): Promise<readonly string[]> {
  const { serviceCredentials } = workspace;
  const played = [JOB_RUNNER, REPORT_RUNNER].map(async ({ applicationId }) => {
    if (serviceCredentials.played(IDENTITY_CREDENTIAL, applicationId) !== "vended") return "refused";
    const identity = serviceCredentials.identityOf(IDENTITY_CREDENTIAL);
    return directory.signsIn(APPLICATION, await directory.identityToken(identity, EXCHANGE_AUDIENCE));
  });
  return Promise.all(played);
}

/** What code of the two jobs gets of them: nightly_ingest, daily_report. */
export function playedKept({ workspace: { kept } }: Sandbox): readonly string[] {
  return [JOB_RUNNER, REPORT_RUNNER].flatMap(({ applicationId }) => [
    kept.reads(SECRET, applicationId),
    kept.calls(CONNECTION, applicationId),
  ]);
}

/** What code of the two jobs gets when it asks for the credential: nightly_ingest, daily_report. */
export function playedJobs({ workspace }: Sandbox): readonly string[] {
  const runners = [JOB_RUNNER, REPORT_RUNNER];
  return runners.map(({ applicationId }) => workspace.serviceCredentials.played(CREDENTIAL, applicationId));
}

/** What the manifest beside the deployed sources tells code that it may use, as "job purpose"; undefined without one. */
export function purposes({ workspace }: Sandbox): readonly string[] | undefined {
  const file = [...workspace.files.objects.values()].find((one) => one.path.endsWith(`/${MANIFEST_FILE}`));
  if (file === undefined) return undefined;
  const { jobs } = JSON.parse(file.content.toString()) as {
    jobs: Readonly<Record<string, { readonly purposes: object }>>;
  };
  return Object.entries(jobs).flatMap(([job, one]) =>
    Object.keys(one.purposes).map((purpose) => `${job} ${purpose}`),
  );
}
