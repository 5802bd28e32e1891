import type { FormatRule, Rule } from "./rule.ts";
import { REMEDIES } from "./remedies.ts";

const token = (
  id: string,
  name: string,
  risk: string,
  keywords: readonly string[],
  pattern: RegExp,
  extra: Partial<FormatRule> = {},
): FormatRule => ({
  type: "format",
  id,
  name,
  risk,
  remedy: REMEDIES.pipeline,
  owasp: "NHI2",
  keywords,
  exactCase: true,
  prefix: keywords[0] ?? "",
  pattern,
  entropy: 3,
  ...extra,
});

const CODE_RISK = "Whoever has it reads, and often changes, code and pipelines as its owner.";
const PUBLISH_RISK = "Whoever has it publishes packages that others install.";

/** Formats: docs.github.com (token formats), docs.gitlab.com (token prefixes), pypi.org and docs.npmjs.com. */
export const CODE_HOST_RULES: readonly Rule[] = [
  token(
    "github-token",
    "GitHub token",
    CODE_RISK,
    ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
    /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36}(?![A-Za-z0-9])/y,
  ),
  token(
    "github-fine-grained-token",
    "GitHub fine-grained personal access token",
    CODE_RISK,
    ["github_pat_"],
    /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])/y,
  ),
  token(
    "gitlab-token",
    "GitLab token",
    CODE_RISK,
    ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glagent-", "gloas-"],
    /(?<![A-Za-z0-9])gl(?:pat|dt|rt|cbt|ptt|agent|oas)-[\w.-]{20,120}/y,
  ),
  token(
    "atlassian-token",
    "Atlassian API token (Jira, Confluence, Bitbucket)",
    CODE_RISK,
    ["ATATT3xFfGF0", "ATCTT3xFfGN0", "ATBB"],
    /(?<![A-Za-z0-9])(?:AT[AC]TT3xFfG[FN]0[\w=-]{50,300}|ATBB[A-Za-z0-9]{32}(?![A-Za-z0-9]))/y,
  ),
  token("pypi-token", "PyPI upload token", PUBLISH_RISK, ["pypi-AgE"], /(?<![\w-])pypi-AgE[\w-]{50,400}/y),
  token(
    "npm-token",
    "npm access token",
    PUBLISH_RISK,
    ["npm_"],
    /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/y,
  ),
  token(
    "docker-hub-token",
    "Docker Hub access token",
    PUBLISH_RISK,
    ["dckr_pat_", "dckr_oat_"],
    /(?<![A-Za-z0-9])dckr_[po]at_[\w-]{27,32}(?![\w-])/y,
  ),
  token(
    "terraform-cloud-token",
    "HCP Terraform API token",
    "Whoever has it reads state, which holds every secret of the infrastructure.",
    [".atlasv1."],
    /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}(?![\w-])/y,
    { back: 14, prefix: "" },
  ),
  token(
    "vault-token",
    "HashiCorp Vault token",
    "Whoever has it reads what its policies allow.",
    ["hvs.", "hvb.", "hvr."],
    /(?<![\w.])hv[sbr]\.[\w-]{24,300}/y,
    {
      remedy:
        "Let the job log in to Vault with a token of its own identity: `unity_catalog_credential: <name>` in `access.yml`. Revoke the token.",
    },
  ),
  token(
    "dbt-cloud-token",
    "dbt platform token",
    "Whoever has it runs jobs and reads their credentials' effects.",
    ["dbtc_", "dbts_", "dbtu_"],
    /(?<![A-Za-z0-9])dbt[csu]_[\w-]{36,90}(?![\w-])/y,
    { remedy: REMEDIES.service },
  ),
  token(
    "digitalocean-token",
    "DigitalOcean token",
    "Whoever has it controls the team's resources.",
    ["dop_v1_", "doo_v1_", "dor_v1_"],
    /(?<![A-Za-z0-9])do[por]_v1_[0-9a-f]{64}(?![0-9a-f])/y,
    { remedy: REMEDIES.service },
  ),
];
