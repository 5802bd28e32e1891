import type { Rule } from "./rule.ts";
import { REMEDIES } from "./remedies.ts";

/** Formats: docs.databricks.com, "Databricks personal access token authentication" and "OAuth M2M". */
export const DATABRICKS_RULES: readonly Rule[] = [
  {
    type: "format",
    id: "databricks-personal-access-token",
    name: "Databricks personal access token",
    risk: "Whoever has it acts as the user or service principal it was made for, in the whole workspace, until it is revoked.",
    remedy: REMEDIES.databricks,
    owasp: "NHI2",
    keywords: ["dapi"],
    prefix: "dapi",
    pattern: /(?<![A-Za-z0-9])dapi[0-9a-f]{32}(?:-\d{1,2})?(?![0-9A-Za-z])/y,
    entropy: 2.6,
  },
  {
    type: "format",
    id: "databricks-oauth-secret",
    name: "Databricks OAuth secret of a service principal",
    risk: "With the principal's application ID, which is no secret, it yields tokens for the whole account for up to two years.",
    remedy: REMEDIES.databricks,
    owasp: "NHI2",
    keywords: ["dose"],
    prefix: "dose",
    pattern: /(?<![A-Za-z0-9])dose[0-9a-f]{32}(?![0-9A-Za-z])/y,
    entropy: 2.6,
  },
  {
    type: "named",
    id: "delta-sharing-bearer-token",
    name: "Delta Sharing bearer token",
    risk: "Whoever has the profile file reads every table of the share.",
    remedy:
      "Use Databricks-to-Databricks sharing or OIDC federation for recipients. Rotate the recipient's token.",
    owasp: "NHI2",
    keywords: ["bearertoken", "bearer_token"],
    named: /(?:^|_)bearer_token$/,
    judge: "random",
  },
  {
    type: "named",
    id: "databricks-token-value",
    name: "Databricks token given by name",
    risk: "Whoever has it acts as its owner in the workspace.",
    remedy: REMEDIES.databricks,
    owasp: "NHI2",
    keywords: [
      "databricks_token",
      "databricks.token",
      "databricks-token",
      "databrickstoken",
      "databricks_api_token",
    ],
    named: /databricks_(?:api_|access_)?token$/,
    judge: "random",
  },
  {
    type: "format",
    id: "databricks-secret-value",
    name: "Value of a Databricks secret, where it is put into its scope",
    risk: "Whoever reads the file has the secret, whatever the scope allows.",
    remedy:
      "Put the value in by hand (`databricks secrets put-secret scope key` asks for it), or from a vault; better, let the job's identity replace the secret. Change the value.",
    owasp: "NHI2",
    keywords: ["string-value", "string_value", "stringvalue"],
    pattern: /string[-_]?value(?:["']?\s{0,20}[:=]\s{0,20}["']|[ =]{1,4}["']?)(?<value>[^\s"'`,;)]{4,512})/iy,
    test: (value, around) => /secret/i.test(around) && /[^a-z.]/.test(value),
    judged: true,
    textOnly: true,
  },
];
