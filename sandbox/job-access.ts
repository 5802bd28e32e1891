import { DEPLOYER, JOB_RUNNER, REGISTRAR, REPORT_RUNNER } from "./defaults.ts";
import { githubClaims } from "./github/claims.ts";
import { textOf } from "./http/json.ts";
import type { Sandbox } from "./sandbox.ts";

/** The credential that examples/job-access declares for `nightly_ingest`. */
export const CREDENTIAL = "hr-graph-prod";

/** Prepares a sandbox for examples/job-access: the principals of its jobs, its registrar, and its credential. */
export function prepareJobAccess({ account, github, workspace }: Sandbox): void {
  const { applicationId } = REGISTRAR;
  account.addServicePrincipal(REGISTRAR);
  account.addServicePrincipal(REPORT_RUNNER);
  const audiences = [`${workspace.host}/oidc/v1/token`, account.accountId];
  const oidc = { issuer: github.issuer, audiences, subject: textOf(githubClaims({})["sub"]) };
  account.addFederationPolicy(applicationId, { oidc });
  workspace.serviceCredentials.add({ name: CREDENTIAL });
  workspace.serviceCredentials.grant(CREDENTIAL, applicationId, "MANAGE");
  // The deployer may see the credential, and grant nothing.
  workspace.serviceCredentials.grant(CREDENTIAL, DEPLOYER.applicationId, "BROWSE");
}

/** What code of the two jobs gets that asks for the credential. */
export function playedJobs({ workspace }: Sandbox): { readonly ingest: string; readonly report: string } {
  const { serviceCredentials } = workspace;
  return {
    ingest: serviceCredentials.played(CREDENTIAL, JOB_RUNNER.applicationId),
    report: serviceCredentials.played(CREDENTIAL, REPORT_RUNNER.applicationId),
  };
}
