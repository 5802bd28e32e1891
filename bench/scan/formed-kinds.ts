import type { Kind } from "./kinds.ts";
import type { Random } from "./random.ts";

const formed = (kind: string, make: Kind["make"], ...forms: NonNullable<Kind["forms"]>): Kind => ({
  kind,
  name: "",
  make,
  known: false,
  forms,
});

const key64 = (random: Random): string => random.base64(64);
const password = (random: Random): string => random.password();
const pem = (random: Random, label: string): string =>
  `-----BEGIN ${label}-----\n${(random.base64(600).match(/.{1,64}/g) ?? []).join("\n")}\n-----END ${label}-----`;

/** Kinds that stand in files in ways of their own. */
export const FORMED_KINDS: readonly Kind[] = [
  formed(
    "Storage key in Spark configuration",
    key64,
    (v, r) => [
      "py",
      `spark.conf.set("fs.azure.account.key.lake${r.digits(3)}.dfs.core.windows.net", "${v}")\n`,
    ],
    (v, r) => [
      "yml",
      `      spark_conf:\n        spark.hadoop.fs.azure.account.key.lake${r.digits(3)}.blob.core.windows.net: ${v}\n`,
    ],
    (v, r) => [
      "scala",
      `spark.sparkContext.hadoopConfiguration.set("fs.azure.account.key.lake${r.digits(3)}.dfs.core.windows.net", "${v}")\n`,
    ],
    (v, r) => ["conf", `spark.hadoop.fs.azure.account.key.lake${r.digits(3)}.dfs.core.windows.net ${v}\n`],
  ),
  formed(
    "S3A secret in Spark configuration",
    (r) => r.base64(30),
    (v) => ["py", `sc._jsc.hadoopConfiguration().set("fs.s3a.secret.key", "${v}")\n`],
    (v) => ["json", `{"spark_conf": {"spark.hadoop.fs.s3a.secret.key": "${v}"}}\n`],
    (v) => [
      "sql",
      `COPY INTO t FROM 's3://b/p' WITH (CREDENTIAL (AWS_ACCESS_KEY = '{{secrets/s/k}}', AWS_SECRET_KEY = '${v}')) FILEFORMAT = CSV;\n`,
    ],
  ),
  formed(
    "OAuth client secret in Spark configuration",
    (r) => r.alnum(40),
    (v) => [
      "py",
      `spark.conf.set("fs.azure.account.oauth2.client.secret.lake.dfs.core.windows.net", "${v}")\n`,
    ],
    (v) => ["yml", `spark_conf:\n  fs.azure.account.oauth2.client.secret: "${v}"\n`],
  ),
  formed(
    "JDBC URL password",
    password,
    (v) => [
      "py",
      `url = "jdbc:sqlserver://sql01:1433;databaseName=hr;user=etl;password=${v};encrypt=true"\n`,
    ],
    (v) => ["scala", `val url = "jdbc:mysql://db01:3306/sales?user=etl&password=${v}&useSSL=true"\n`],
    (v) => ["yml", `    jdbc_url: jdbc:db2://db01:50000/HR:user=etl;password=${v};\n`],
    (v) => ["properties", `spring.datasource.url=jdbc:sqlserver://sql01;user=etl;password=${v}\n`],
  ),
  formed(
    "Reader option password",
    password,
    (v) => [
      "py",
      `df = (spark.read.format("jdbc")\n  .option("user", "etl")\n  .option("password", "${v}")\n  .load())\n`,
    ],
    (v) => ["scala", `spark.read.format("jdbc").option("user", "etl").option("password", "${v}").load()\n`],
    (v) => ["r", `df <- read.jdbc(url, "t", user = "etl", password = "${v}")\n`],
    (v) => ["py", `props = {"user": "etl", "password": "${v}", "driver": "org.postgresql.Driver"}\n`],
  ),
  formed(
    "SQL statement password",
    password,
    (v) => [
      "sql",
      `CREATE CONNECTION pg TYPE postgresql OPTIONS (host 'db01', port '5432', user 'etl', password '${v}');\n`,
    ],
    (v) => ["sql", `CREATE USER etl IDENTIFIED BY '${v}';\n`],
    (v) => ["sql", `ALTER LOGIN etl WITH PASSWORD = '${v}';\n`],
    (v) => [
      "py",
      `spark.sql("CREATE TABLE t USING jdbc OPTIONS (url 'jdbc:x', user 'etl', password '${v}')")\n`,
    ],
  ),
  formed(
    "Kafka JAAS password",
    password,
    (v) => [
      "py",
      `.option("kafka.sasl.jaas.config", "kafkashaded.org.apache.kafka.common.security.plain.PlainLoginModule required username='app' password='${v}';")\n`,
    ],
    (v) => [
      "properties",
      `sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="app" password="${v}";\n`,
    ],
    (v) => ["py", `.option("kafka.ssl.keystore.password", "${v}")\n`],
  ),
  formed(
    "Default of a bundle variable",
    password,
    (v) => [
      "yml",
      `variables:\n  warehouse_password:\n    description: used by the loader\n    default: ${v}\n`,
    ],
    (v) => ["yml", `parameters:\n  - name: smtp_password\n    default: "${v}"\n`],
  ),
  formed(
    "Default of a Terraform variable",
    password,
    (v) => [
      "tf",
      `variable "admin_password" {\n  type      = string\n  sensitive = true\n  default   = "${v}"\n}\n`,
    ],
    (v) => ["tfvars", `sql_admin_password = "${v}"\n`],
  ),
  formed(
    "Task parameter",
    password,
    (v) => ["json", `{"tasks": [{"spark_python_task": {"parameters": ["--password", "${v}"]}}]}\n`],
    (v) => ["yml", `          parameters: ["--user", "etl", "--password", "${v}"]\n`],
    (v) => ["yml", `          base_parameters:\n            sftp_password: ${v}\n`],
  ),
  formed(
    "Shell password",
    password,
    (v) => ["sh", `export PGPASSWORD='${v}'\n`],
    (v) => ["sh", `curl -s -u etl:${v} https://api.corp.internal/v1/jobs\n`],
    (v) => ["sh", `sshpass -p '${v}' sftp etl@files.corp.internal\n`],
    (v) => ["env", `SMTP_PASSWORD=${v}\n`],
    (v) => ["netrc", `machine pkgs.corp.internal login etl password ${v}\n`],
  ),
  formed(
    "R password",
    password,
    (v) => ["r", `con <- dbConnect(odbc(), UID = "etl", PWD = "${v}")\n`],
    (v) => ["r", `Sys.setenv(DB_PASSWORD = "${v}")\n`],
    (v) => ["r", `password <- "${v}"\n`],
  ),
  formed(
    "Function key in a URL",
    (r) => `${r.url64(44)}AzFuA${r.alnum(5)}w==`,
    (v) => ["py", `requests.post("https://fn-load.azurewebsites.net/api/load?code=${v}")\n`],
    (v) => ["json", `{"webhook": "https://fn-load.azurewebsites.net/api/load?code=${v}"}\n`],
  ),
  formed(
    "Basic header",
    (r) => Buffer.from(`etl:${r.alnum(16)}`).toString("base64"),
    (v) => ["py", `headers = {"Authorization": "Basic ${v}"}\n`],
    (v) => ["sh", `curl -H "Authorization: Basic ${v}" https://api.corp.internal\n`],
  ),
  formed(
    "Bearer header",
    (r) => r.alnum(48),
    (v) => ["py", `headers = {"Authorization": "Bearer ${v}"}\n`],
    (v) => ["r", `add_headers(Authorization = "Bearer ${v}")\n`],
  ),
  formed(
    "Docker registry login",
    (r) => Buffer.from(`ci:${r.alnum(24)}`).toString("base64"),
    (v) => ["json", `{"auths": {"registry.corp.internal": {"auth": "${v}"}}}\n`],
  ),
  formed(
    "Private key",
    (r) => pem(r, r.pick(["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY"])),
    (v) => ["pem", `${v}\n`],
    (v) => ["py", `key = """${v}"""\n`],
    (v) => [
      "json",
      JSON.stringify({
        type: "service_account",
        private_key: `${v}\n`,
        client_email: "etl@p.iam.gserviceaccount.com",
      }),
    ],
  ),
  formed(
    "Delta Sharing profile",
    (r) => r.url64(43),
    (v) => [
      "json",
      `{"shareCredentialsVersion": 1, "endpoint": "https://sharing.corp.internal/", "bearerToken": "${v}"}\n`,
    ],
  ),
  formed(
    "Azure DevOps PAT (52)",
    (r) => r.base32(52),
    (v) => ["sh", `export AZURE_DEVOPS_EXT_PAT=${v}\n`],
    (v) => ["py", `ado_pat = "${v}"\n`],
  ),
  formed("PowerShell secure string", password, (v) => [
    "ps1",
    `$s = ConvertTo-SecureString "${v}" -AsPlainText -Force\n`,
  ]),
];
