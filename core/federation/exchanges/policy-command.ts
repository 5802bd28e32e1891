import { shellQuoted } from "../../base/shell-quoted.ts";
import type { PolicyClaims } from "../../ci/pipeline-claims.ts";
import { databricksCloud } from "../clouds.ts";

interface PolicyOwner {
  /** Origin of the workspace. */
  readonly host: string;
  readonly accountId: string | undefined;
  /** Application ID of the service principal. */
  readonly clientId: string;
}

/**
 * The commands, for bash, by which an account admin adds the policy for exactly these claims. The policy API wants the
 * numeric ID of the service principal, which its application ID does not tell: the second line looks it up.
 */
export function policyCommand({ issuer, subject, audience }: PolicyClaims, owner: PolicyOwner): string {
  const accountHost = databricksCloud(owner.host)?.accountHost ?? owner.host;
  const account = owner.accountId === undefined ? "" : ` --account-id ${shellQuoted(owner.accountId)}`;
  const policy = { oidc_policy: { issuer, audiences: [audience], subject } };
  const filter = `applicationId eq "${owner.clientId}"`;
  return [
    `databricks auth login --host ${shellQuoted(accountHost)}${account} --profile account`,
    `id=$(databricks account service-principals list --filter ${shellQuoted(filter)} --profile account --output json | jq -r '.[0].id')`,
    `databricks account service-principal-federation-policy create "$id" --profile account --json ${shellQuoted(JSON.stringify(policy))}`,
  ].join("\n");
}
