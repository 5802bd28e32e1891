import type { Random } from "./random.ts";

/** A text that looks like a credential and is none: a file's extension and content. */
export type LookAlike = (random: Random) => readonly [extension: string, text: string];

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

const OTHER: readonly LookAlike[] = [
  (r) => [
    "lvdash.json",
    JSON.stringify({
      pages: [
        {
          name: r.hex(8),
          displayName: "Token use",
          layout: [
            {
              widget: {
                name: r.hex(8),
                spec: {
                  encodings: { x: { fieldName: "password_resets_2024", displayName: "password resets" } },
                },
              },
            },
          ],
        },
      ],
    }),
  ],
  (r) => [
    "lvdash.json",
    JSON.stringify({
      datasets: [
        {
          name: r.hex(8),
          displayName: "secret_rotation_q3",
          queryLines: ["SELECT token_count, api_key_age FROM sec.keys\n"],
        },
      ],
    }),
  ],
  () => ["lvdash.json", JSON.stringify({ widget: { name: "api_key", value: "SUM(token_count_30d)" } })],
  (r) => [
    "json",
    JSON.stringify({
      packages: {
        "node_modules/x": {
          integrity: `sha512-${r.base64(64)}`,
          resolved: "https://registry.npmjs.org/x/-/x-1.0.0.tgz",
        },
      },
    }),
  ],
  (r) => [
    "json",
    JSON.stringify({
      access_key_age_days: 90,
      secret_version: r.hex(32),
      token_endpoint: "https://login.microsoftonline.com/x/oauth2/v2.0/token",
    }),
  ],
  (r) => ["json", JSON.stringify({ nextPageToken: r.url64(60), requestId: r.uuid() })],
  () => [
    "json",
    JSON.stringify({
      properties: {
        password: { type: "string", description: "Password1 of the user" },
        token: { type: "string" },
      },
    }),
  ],
  (r) => [
    "jsonl",
    Array.from({ length: 20 }, () =>
      JSON.stringify({ user_token_count: r.digits(4), session: r.hex(32) }),
    ).join("\n"),
  ],
  (r) => [
    "csv",
    `user,password_hash,token_count\n${Array.from({ length: 30 }, () => `${r.word()},${r.hex(64)},${r.digits(3)}`).join("\n")}\n`,
  ],
  (r) => [
    "csv",
    `id,uuid,etag\n${Array.from({ length: 30 }, () => `${r.digits(5)},${r.uuid()},${r.base64(24)}`).join("\n")}\n`,
  ],
  (r) => ["txt", `${r.base64(6000)}\n`],
  (r) => ["txt", `${r.hex(8000)}\n`],
  (r) => ["parquet", `PAR1\0\0${r.letters(4000)}\0password\0\x15secret=\0PAR1`],
  () => ["md", "Set `DATABRICKS_TOKEN=<personal-access-token>` and `password: your-password`.\n"],
  () => ["md", "Use `dapiXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX` as token, then `export TOKEN=...`.\n"],
  () => ["md", "The secret: never store it. The password is read from the vault, token by token.\n"],
  () => [
    "yml",
    "steps:\n  - run: ./deploy.sh\n    env:\n      ARM_CLIENT_SECRET: ${{ secrets.ARM_CLIENT_SECRET }}\n",
  ],
  () => ["yml", "variables:\n  db_password:\n    description: set by the pipeline\n"],
  () => ["yml", "variables:\n  secret_scope:\n    default: prod-scope-01\n  token_ttl:\n    default: 3600\n"],
  () => ["yml", "permissions:\n  id-token: write\n  contents: read\n"],
  () => ["yml", "resources:\n  secret_scopes:\n    prod:\n      name: kv-prod-01\n"],
  () => [
    "yml",
    "token_url: https://login.microsoftonline.com/common/oauth2/token\npassword_policy: strong12\n",
  ],
  () => ["yml", "password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n"],
  (r) => ["yml", `api_key: ENC[AES256_GCM,data:${r.base64(20)},iv:${r.base64(12)},type:str]\n`],
  () => ["tf", 'variable "admin_password" {\n  type      = string\n  sensitive = true\n}\n'],
  () => [
    "tf",
    '  client_secret = azuread_application_password.sp.value\n  token = data.vault_generic_secret.t.data["token"]\n',
  ],
  () => [
    "sh",
    'TOKEN=$(az account get-access-token --query accessToken -o tsv)\nexport PASSWORD="$DB_PASSWORD"\n',
  ],
  () => ["sh", 'curl -u "$USER:$PASS" https://x\ncurl --user ${U}:${P} https://y\nmysql -u root -p\n'],
  () => ["sql", "SELECT password, token FROM users WHERE token = 'active2' ;\n"],
  () => ["sql", "SELECT secret('prod', 'db-password'), password_hash FROM t WHERE name = 'api_key_1';\n"],
  () => ["sql", "ALTER TABLE u ADD COLUMN password STRING COMMENT 'hash of the password, see SEC-2041';\n"],
  () => [
    "scala",
    'val password = dbutils.secrets.get("prod", "db-password")\nval token = sys.env("TOKEN1")\n',
  ],
  () => ["scala", 'val secretKey = spark.conf.get("spark.app.secretKey2")\n'],
  () => ["r", 'pw <- dbutils.secrets.get("prod", "pw1")\npassword <- Sys.getenv("DB_PASSWORD_2")\n'],
  () => [
    "ps1",
    "$password = Read-Host -AsSecureString\n$s = ConvertTo-SecureString $env:PW -AsPlainText -Force\n",
  ],
  (r) => [
    "ipynb",
    JSON.stringify({
      cells: [
        {
          cell_type: "code",
          id: r.hex(8),
          outputs: [{ data: { "image/png": r.base64(3000) } }],
          source: ["plt.show()"],
        },
      ],
    }),
  ],
  () => [
    "ipynb",
    JSON.stringify({
      cells: [
        { cell_type: "code", source: ['token = dbutils.secrets.get("a", "b1")\n', 'print("token: ok12")'] },
      ],
    }),
  ],
  () => [
    "properties",
    "password.encoder=bcrypt2\ntoken.validity=3600s\njavax.net.ssl.trustStorePassword=changeit\n",
  ],
  () => ["xml", "<property><name>hive.password</name><value>${hive.password}</value></property>\n"],
  () => ["env", "DB_PASSWORD=\nAPI_KEY=<insert key>\nTOKEN_PATH=/var/run/token1\n"],
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
  ...OTHER,
];
