import type { RuleInfo } from "./rule.ts";
import { REMEDIES } from "./remedies.ts";

/** A setting that signs in with something stored, even where the value itself is kept in a secret scope. */
export interface Practice extends RuleInfo {
  /** Test of the last part of the setting's path. */
  readonly setting: RegExp;
}

/** Sources: OWASP NHI Top 10 (2025), items 4 and 7; docs.databricks.com on legacy credential patterns. */
export const PRACTICES: readonly Practice[] = [
  {
    id: "practice-storage-account-key",
    name: "Storage account key in Spark configuration",
    risk: "The key opens the whole storage account to everybody who can run code on the cluster, past Unity Catalog.",
    remedy: REMEDIES.storage,
    owasp: "NHI4",
    setting: /(?:^|\.)fs\.azure\.(?:account\.key|sas)\./,
  },
  {
    id: "practice-oauth-client-secret",
    name: "OAuth client secret in Spark configuration",
    risk: "The secret must be stored and rotated, and works from anywhere.",
    remedy: REMEDIES.entra,
    owasp: "NHI4",
    setting: /(?:^|\.)fs\.azure\.account\.oauth2\.client\.secret|(?:^|[._])client_?secret$/i,
  },
  {
    id: "practice-s3-access-key",
    name: "S3 access key in Spark configuration",
    risk: "The key works from anywhere until it is rotated by hand.",
    remedy: REMEDIES.aws,
    owasp: "NHI4",
    setting: /(?:^|\.)fs\.s3[an]?\.(?:access|secret)\.key$/,
  },
  {
    id: "practice-instance-profile",
    name: "Instance profile",
    risk: "Everybody who can run code on the cluster has the role; it is bound to no job.",
    remedy: "Use a Unity Catalog storage or service credential, granted to the job's run-as principal alone.",
    owasp: "NHI4",
    setting: /^instance_profile_arn$/,
  },
  {
    id: "practice-personal-access-token",
    name: "Databricks token handed to a job",
    risk: "A personal access token outlives the job, and every run has all rights of its owner.",
    remedy: REMEDIES.databricks,
    owasp: "NHI7",
    setting: /^databricks_(?:api_)?token$/i,
  },
];

/** What is no finding and stops all the same: nobody knows what is in it. */
export const UNSCANNED_RULE: RuleInfo = {
  id: "not-scanned",
  name: "File that cannot be scanned",
  risk: "What it holds is not known, and it would be uploaded.",
  remedy:
    "Leave it out of the upload (`sync.exclude`), or store it so that it can be read: whole, unencrypted, smaller.",
  owasp: "NHI2",
};

export const SCOPE_RULE: RuleInfo = {
  id: "scope-of-another-target",
  name: "Secret scope of another target",
  risk: "A job of one environment reads the secrets of another.",
  remedy:
    "Name a scope of this target (`${bundle.target}` in the scope's name), or allow it under `scan.scopes` in `policy.yml`.",
  owasp: "NHI8",
};
