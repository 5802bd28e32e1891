import { Buffer } from "node:buffer";
import type { Random } from "./random.ts";

/** A kind of credential that is planted. `name` is what code would call it. */
export interface Kind {
  readonly kind: string;
  readonly name: string;
  readonly make: (random: Random) => string;
  /** True if the value is known without its name, so that it may stand anywhere. */
  readonly known: boolean;
  /** Its own ways of standing in a file, where the common ones do not fit: extension and text. */
  readonly forms?: readonly ((value: string, random: Random) => readonly [extension: string, text: string])[];
}

const known = (kind: string, name: string, make: Kind["make"]): Kind => ({ kind, name, make, known: true });
const named = (kind: string, name: string, make: Kind["make"]): Kind => ({ kind, name, make, known: false });

const key64 = (random: Random): string => random.base64(64);
const key32 = (random: Random): string => random.base64(32);
const password = (random: Random): string => random.password();
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Formats as their vendors document them. */
export const NAMED_KINDS: readonly Kind[] = [
  known("Databricks PAT", "token", (r) => `dapi${r.hex(32)}`),
  known("Databricks PAT with suffix", "databricks_token", (r) => `dapi${r.hex(32)}-${r.pick(["2", "3"])}`),
  known("Databricks OAuth secret", "oauth_secret", (r) => `dose${r.hex(32)}`),
  known(
    "Entra client secret",
    "client_secret",
    (r) =>
      `${r.alnum(3)}8Q~${r.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", 33)}k`,
  ),
  known("Azure Storage key (signed)", "blob_key", (r) => `${r.alnum(76)}+ASt${r.alnum(5)}Q==`),
  known("Azure SQL/Batch signed key", "batch_key", (r) => `${r.alnum(76)}+ABa${r.alnum(5)}g==`),
  known("Event Hubs signed key", "hub_key", (r) => `${r.alnum(33)}+AEhB${r.alnum(5)}=`),
  known("Azure AI Search key", "search_key", (r) => `${r.alnum(42)}AzSeA${r.alnum(5)}`),
  known("Azure Container Registry key", "registry_key", (r) => `${r.alnum(42)}+ACRB${r.alnum(5)}`),
  known("Azure AI services key", "ai_key", (r) => `${r.alnum(52)}JQQJ99${r.alnum(10)}AC${r.alnum(14)}`),
  known("Azure DevOps PAT (84)", "pat", (r) => `${r.alnum(76)}AZDO${r.alnum(4)}`),
  known(
    "AWS access key ID",
    "aws_access_key_id",
    (r) => `AKIA${r.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}`,
  ),
  known(
    "AWS session token",
    "aws_session_token",
    (r) => `IQoJb3JpZ2luX2Vj${r.base64(300).replace(/=+$/, "")}`,
  ),
  known("Google API key", "maps_key", (r) => `AIza${r.url64(35)}`),
  known("Google OAuth client secret", "google_client_secret", (r) => `GOCSPX-${r.url64(28)}`),
  known("GitHub token", "gh_token", (r) => `${r.pick(["ghp_", "gho_", "ghs_"])}${r.alnum(36)}`),
  known("GitHub fine-grained token", "github_pat", (r) => `github_pat_${r.alnum(22)}_${r.alnum(59)}`),
  known("GitLab token", "gitlab_token", (r) => `glpat-${r.url64(20)}`),
  known("PyPI token", "pypi_token", (r) => `pypi-AgEIcHlwaS5vcmc${r.url64(150)}`),
  known("npm token", "npm_token", (r) => `npm_${r.alnum(36)}`),
  known("Docker Hub token", "docker_token", (r) => `dckr_pat_${r.url64(27)}`),
  known("HCP Terraform token", "tfe_token", (r) => `${r.alnum(14)}.atlasv1.${r.alnum(67)}`),
  known("Vault token", "vault_token", (r) => `hvs.${r.url64(95)}`),
  known("dbt token", "dbt_token", (r) => `dbtc_${r.alnum(40)}`),
  known("OpenAI key", "openai_key", (r) => `sk-proj-${r.url64(74)}T3BlbkFJ${r.url64(74)}`),
  known("Anthropic key", "anthropic_key", (r) => `sk-ant-api03-${r.url64(93)}AA`),
  known("Hugging Face token", "hf", (r) => `hf_${r.letters(34)}`),
  known("Groq key", "groq", (r) => `gsk_${r.alnum(52)}`),
  known("LangSmith key", "langsmith", (r) => `lsv2_pt_${r.hex(32)}_${r.hex(10)}`),
  known("Slack token", "slack", (r) => `xoxb-${r.digits(12)}-${r.digits(12)}-${r.alnum(24)}`),
  known(
    "Slack webhook",
    "hook",
    (r) => `https://hooks.slack.com/services/T${r.upper(8)}/B${r.upper(10)}/${r.alnum(24)}`,
  ),
  known("SendGrid key", "sendgrid", (r) => `SG.${r.url64(22)}.${r.url64(43)}`),
  known("Stripe key", "stripe", (r) => `sk_live_${r.alnum(24)}`),
  known("Grafana token", "grafana", (r) => `glsa_${r.alnum(32)}_${r.hex(8)}`),
  known(
    "Dynatrace token",
    "dynatrace",
    (r) =>
      `dt0c01.${r.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 24)}.${r.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 64)}`,
  ),
  known("New Relic key", "newrelic", (r) => `NRAK-${r.upper(27)}`),
  known(
    "JWT",
    "jwt",
    (r) =>
      `${part({ alg: "RS256", typ: "JWT", kid: r.hex(8) })}.${part({ iss: "https://login.example.net", sub: r.uuid(), iat: 1750000000 })}.${r.url64(342)}`,
  ),
  known(
    "Postgres URL",
    "dsn",
    (r) => `postgresql://loader:${r.alnum(14)}@db${r.digits(2)}.corp.internal:5432/sales`,
  ),
  known("Redis URL", "cache", (r) => `redis://:${r.alnum(18)}@cache${r.digits(2)}.corp.internal:6379/0`),
  known(
    "pip index URL",
    "index_url",
    (r) => `https://build:${r.base32(52)}@pkgs.dev.azure.com/org/_packaging/feed/pypi/simple/`,
  ),
  known(
    "Storage SAS URL",
    "sas",
    (r) =>
      `https://acct${r.digits(3)}.blob.core.windows.net/raw?sv=2024-11-04&ss=b&srt=sco&sp=rl&se=2027-01-01T00:00:00Z&sig=${encodeURIComponent(key32(r))}`,
  ),
  known(
    "Azure Storage connection string",
    "conn",
    (r) =>
      `DefaultEndpointsProtocol=https;AccountName=lake${r.digits(3)};AccountKey=${key64(r)};EndpointSuffix=core.windows.net`,
  ),
  known(
    "Event Hubs connection string",
    "eh",
    (r) =>
      `Endpoint=sb://ns${r.digits(3)}.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${key32(r)};EntityPath=in`,
  ),
  named("AWS secret access key", "aws_secret_access_key", (r) => r.base64(30)),
  named("Azure OpenAI key (hex)", "azure_openai_api_key", (r) => r.hex(32)),
  named("Cosmos DB key", "cosmos_master_key", key64),
  named("Snowflake password", "snowflake_password", password),
  named("Database password", "db_password", password),
  named("Password by pwd", "etl_pwd", password),
  named("Generic API key", "partner_api_key", (r) => r.alnum(32)),
  named("Generic secret", "webhook_secret", (r) => r.hex(40)),
  named("Generic token", "collibra_token", (r) => r.url64(44)),
  named("Weights & Biases key", "wandb_api_key", (r) => r.hex(40)),
  named("Datadog key", "dd_api_key", (r) => r.hex(32)),
  named("Client secret without signature", "fivetran_client_secret", (r) => r.alnum(40)),
];
