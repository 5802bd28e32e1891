import type { Random } from "./random.ts";

/** A text that looks like a credential and is none: a file's extension and content. */
export type LookAlike = (random: Random) => readonly [extension: string, text: string];

/** Look-alikes in configuration, data and documents. */
export const CONFIGURATION_LOOK_ALIKES: readonly LookAlike[] = [
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
          resolved: "https://packages.example.com/x/-/x-1.0.0.tgz",
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
