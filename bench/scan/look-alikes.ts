import { CONFIGURATION_LOOK_ALIKES, type LookAlike } from "./look-alikes-configuration.ts";
import type { Random } from "./random.ts";

/** References: what the documentation of Databricks, GitHub, Azure and Terraform tells people to write. */
const REFERENCES: readonly string[] = [
  "{{secrets/prod-scope/db-password}}",
  "${var.db_password}",
  "${secrets.DB_PASSWORD}",
  "${{ secrets.DB_PASSWORD }}",
  "$(dbPassword)",
  "${DB_PASSWORD}",
  "%DB_PASSWORD%",
  "<your-password>",
  "changeme",
  "xxxxxxxxxxxxxxxx",
  "********",
  "REPLACE_WITH_TOKEN",
  "your-token-here",
  "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/db)",
];

const REFERENCE_PLACES: readonly ((reference: string) => readonly [string, string])[] = [
  (v) => ["py", `db_password = "${v}"\n`],
  (v) => ["scala", `val apiToken = "${v}"\n`],
  (v) => ["r", `client_secret <- "${v}"\n`],
  (v) => ["sql", `CREATE CONNECTION c TYPE postgresql OPTIONS (user 'etl', password '${v}');\n`],
  (v) => ["yml", `spark_env_vars:\n  DB_PASSWORD: "${v}"\n`],
  (v) => ["json", `{"spark_conf": {"fs.azure.account.key.lake.dfs.core.windows.net": "${v}"}}\n`],
  (v) => ["properties", `spring.datasource.password=${v}\n`],
  (v) => ["tf", `  admin_password = "${v}"\n`],
  (v) => ["sh", `export API_TOKEN="${v}"\n`],
  (v) => ["py", `url = f"jdbc:postgresql://h/db?user=etl&password=${v}"\n`],
  (v) => ["ipynb", JSON.stringify({ cells: [{ cell_type: "code", source: [`password = "${v}"\n`] }] })],
];

const py =
  (text: LookAlikeText): LookAlike =>
  (random) => ["py", `${text(random)}\n`];
type LookAlikeText = (random: Random) => string;

const CODE: readonly LookAlike[] = [
  py(() => 'password = dbutils.secrets.get(scope="prod", key="db-password")'),
  py(() => 'token = os.environ["DATABRICKS_TOKEN"]'),
  py(() => 'token = os.environ.get("API_TOKEN", "")'),
  py(() => 'client_secret = config["oauth"]["client_secret"]'),
  py(() => "password = getpass.getpass()"),
  py(() => 'password = args.password or input("password: ")'),
  py((r) => `idempotency_token = "${r.uuid()}"`),
  py((r) => `page_token = "${r.url64(40)}"`),
  py((r) => `next_page_token="${r.alnum(32)}"`),
  py((r) => `continuation_token = "${r.base64(30)}"`),
  py((r) => `keyHash = "${r.hex(64)}"`),
  py((r) => `password_hash = "${r.hex(64)}"`),
  py((r) => `password = "$2b$12$${r.alnum(53)}"`),
  py(() => 'secret_name = "prod-sql-password"'),
  py(() => 'secret_scope = "kv-prod-weu-01"'),
  py(() => 'password_column = "pwd_hash_v2"'),
  py(() => 'token_type = "Bearer"'),
  py(() => 'tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")'),
  py(() => 'pad_token = "<|endoftext|>"'),
  py(() => 'eos_token="</s>2024"'),
  py(() => "max_tokens = 4096"),
  py(() => 'api_key_header = "X-API-Key-2"'),
  py(() => 'PASSWORD_FIELD = "user_password_1"'),
  py(() => 'raise ValueError("password: must have at least 12 characters and 1 digit")'),
  py(() => 'StructField("password", StringType(), True)'),
  py(() => 'df = df.withColumn("token", sha2(col("token"), 256))'),
  py(() => 'df.select("password", "user_id2")'),
  py(() => 'df.withColumnRenamed("password", "pwd_hash_v2")'),
  py(() => 'headers = {"Authorization": f"Bearer {token}"}'),
  py(() => 'headers = {"Authorization": "Bearer " + token}'),
  py(() => 'token = "dapi" + "X" * 32'),
  py(() => 'example = "dapi1234567890abcdef1234567890abcdef"'),
  py(() => 'example = "dapi1a2b3c45d67890e1f234567a8bc9012d"'),
  py((r) => `short = "dapi${r.hex(20)}"`),
  py((r) => `digest = "adapi${r.hex(40)}"`),
  py(() => 'aws_access_key_id = "AKIAIOSFODNN7EXAMPLE"'),
  py(() => 'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"'),
  py((r) => `commit = "${r.hex(40)}"  # pinned`),
  py((r) => `run_id = "${r.uuid()}"`),
  py((r) => `client_id = "${r.uuid()}"`),
  py((r) => `tenant_id = "${r.uuid()}"; secret_id = "${r.word()}"`),
  py((r) => `etag = "${r.hex(32)}"`),
  py((r) => `checkpoint = "dbfs:/checkpoints/${r.hex(32)}"`),
  py((r) => `img = "data:image/png;base64,${r.base64(900)}"`),
  py(() => 'password = "password"'),
  py(() => 'assert login("user", password="test")'),
  py(() => 'token = "token"'),
  py(() => 'dsn = "postgresql://localhost:5432/sales"'),
  py(() => 'dsn = "postgresql://etl:${DB_PASSWORD}@db01/sales"'),
  py(() => 'dsn = f"postgresql://{user}:{password}@{host}/sales"'),
  py(() => 'dsn = "postgresql://user:password@localhost/db"'),
  py(() => 'repo = "git@github.com:example-org/lake.git"'),
  py(() => 'url = "https://docs.databricks.com/en/dev-tools/auth/pat.html#token"'),
  py((r) => `url = "https://api.corp.internal/cb?code=${r.hex(8)}&state=${r.hex(12)}"`),
  py((r) => `url = "https://x.corp.internal/p?sig=${r.hex(12)}"`),
  py(() => 'conn = "AccountName=x;AccountKey=<key>;EndpointSuffix=core.windows.net"'),
  py(() => 'conn = f"AccountName=x;AccountKey={key};EndpointSuffix=core.windows.net"'),
  py(
    () => 'key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="',
  ),
  py(
    () =>
      'jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"',
  ),
  py(() => 'key = "-----BEGIN RSA PRIVATE KEY-----\\n...\\n-----END RSA PRIVATE KEY-----"'),
  py((r) => `cert = """-----BEGIN CERTIFICATE-----\n${r.base64(400)}\n-----END CERTIFICATE-----"""`),
  py((r) => `pub = "ssh-rsa ${r.base64(270)} etl@corp"`),
  py((r) => `public_key = "${r.base64(90)}"`),
  py((r) => `partition_key = "${r.hex(32)}"`),
  py((r) => `primary_key = "customer_${r.digits(4)}"`),
  py(() => 'spark.conf.set("spark.databricks.token.refresh", "enabled1")'),
  py(() => 'provider = dbutils.credentials.getServiceCredentialsProvider("hr-graph-prod")'),
  py(() => 'client_secret = SecretClient(vault_url).get_secret("sp-secret").value'),
  py((r) => `version = "sha256:${r.hex(64)}"`),
  py(() => "password: str = Field(..., min_length=12)"),
  py(() => 'if token == "abc-2024-test": pass'),
  py(() => 'print("token: 12 of 40 processed")'),
  py(() => 'secret_path = "/run/secrets/db_password2"'),
  py(() => 'password_file = "/Volumes/prod/cfg/pw1.txt"'),
  py(() => "credentials = DefaultAzureCredential()"),
  py(() => 'csrf_token = form["csrf"]'),
  py(() => 'secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbC123"'),
];

/** One file a look-alike: each reference in a place of its own, and everything else once. */
export const LOOK_ALIKES: readonly LookAlike[] = [
  ...REFERENCES.flatMap((reference, index) =>
    [0, 4, 8].map((step): LookAlike => {
      const place = REFERENCE_PLACES[(index + step) % REFERENCE_PLACES.length];
      return () => place?.(reference) ?? ["txt", ""];
    }),
  ),
  ...CODE,
  ...CONFIGURATION_LOOK_ALIKES,
];
