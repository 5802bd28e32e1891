import assert from "node:assert/strict";
import { detect } from "../../../../core/scan/detect/detector.ts";
import { fileKind } from "../../../../core/scan/detect/file-kind.ts";
import { withoutOverlaps } from "../../../../core/scan/detect/match.ts";

function found(file: string, text: string): string[] {
  const bytes = Buffer.from(text);
  const options = { kind: fileKind(file), binary: false, from: 0, to: bytes.length };
  return withoutOverlaps(detect(bytes, bytes.toString("latin1"), options)).map(({ value }) => value);
}

const P = "Harb0ur-Mole7";
const K = "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c";
const SIGNATURE = "q7-Lw_9RkVx2mTzPb4ScHy-8dJf_Ng3uAe6WoXi1Zp0";

/** What those write who do it right. */
const RIGHT: readonly (readonly [file: string, text: string])[] = [
  [
    "a.py",
    'url = "jdbc:sqlserver://srv.database.windows.net:1433;database=db;user=name@srv;password={{secrets/s/k}};encrypt=true"',
  ],
  ["a.py", 'url = f"jdbc:sqlserver://srv.database.windows.net:1433;database=db;user=name@srv;password={pw}"'],
  [
    "a.py",
    'url = "jdbc:sqlserver://srv.database.windows.net:1433;database=db;user=name@srv;password=${var.pw};encrypt=true"',
  ],
  [
    "a.py",
    'url = "jdbc:sqlserver://srv.database.windows.net:1433;database=db;user=name@srv;password=" + dbutils.secrets.get("s","k") + ";encrypt=true"',
  ],
  ["a.py", 'url = "jdbc:sqlserver://srv.database.windows.net:1433;database=db;user=name@srv;encrypt=true"'],
  [
    "a.yml",
    "url: jdbc:sqlserver://srv.database.windows.net:1433;database=db;user=name@srv;encrypt=true;trustServerCertificate=false",
  ],
  [
    "a.scala",
    'val url = s"jdbc:sqlserver://srv.database.windows.net:1433;database=db;user=name@srv;password=$pw;encrypt=true"',
  ],
  ["a.md", "Connect with `postgresql://<user>:<password>@host:5432/db`."],
  ["a.py", 'u = "https://<user>:<password>@host/x"'],
  ["a.py", 's = "Server=x;User Id=u;password="+password+";"'],
  ["a.py", "s = 'user=u;password='+password+';encrypt=true'"],
  ["a.py", 'pw = conn.split("password=")[1].split(";")[0]'],
  ["a.py", 'if line.startswith("password="): x = line.split("=")[1]'],
  ["a.sh", 'PASSWORD="${VAR:?missing}"'],
  ["a.sh", "export DB_PASSWORD=${DB_PASSWORD:?set the password}"],
  [
    "a.json",
    '{"typeProperties":{"connectionString":"Server=x","encryptedCredential":"ew0KICAiVmVyc2lvbiI6ICIyMDE3LTExLTMwIiwNCiAgIlByb3RlY3Rpb25Nb2RlIjogIktleSINCn0="}}',
  ],
  ["a.json", '{"password": "@parameters(\'dbPassword\')"}'],
  ["a.json", '{"password": "[parameters(\'dbPassword\')]"}'],
  ["a.json", '{"password": "@{linkedService().password}"}'],
  ["a.json", '{"connectionString":"Server=x;User ID=u;Password=@{linkedService().pw};"}'],
  ["a.json", '{"password": "@pipeline().parameters.pw1"}'],
  ["a.json", '{"password": "@linkedService().dbPassword1"}'],
  ["a.py", 'url = "postgresql://postgres:postgres@localhost:5432/db"'],
  ["a.py", 'url = "mysql://airflow:airflow@127.0.0.1/airflow"'],
  ["docker-compose.yml", "  url: postgresql+psycopg2://airflow:airflow@postgres/airflow"],
  ["a.py", 'password = getpass.getpass("password1:")'],
  ["a.java", 'String c = "jdbc:x;user=u;password="+pw1+";a=b";'],
  ["a.py", 'c = "user=" + user + ";password=" + pw1 + ";a=b"'],
];

/** What holds a credential, by the ways in which data teams write it down; the third is what must be found. */
const WRONG: readonly (readonly [file: string, text: string, value: string])[] = [
  ["a.py", `x = os.environ.get("DB_PASSWORD", "${P}")`, P],
  ["a.py", `x = os.getenv('DB_PASSWORD', '${P}')`, P],
  ["a.py", `x = cfg.get("db_password", "${P}")`, P],
  ["a.py", `x = config.get("db", "password", fallback="${P}")`, P],
  ["a.py", `x = os.environ.get("DB_PASSWORD") or "${P}"`, P],
  ["a.scala", `val x = sys.env.getOrElse("DB_PASSWORD", "${P}")`, P],
  ["a.scala", `val x = conf.getOption("db.password").getOrElse("${P}")`, P],
  ["a.r", `x <- Sys.getenv("DB_PASSWORD", unset = "${P}")`, P],
  ["a.r", `x <- Sys.getenv("DB_PASSWORD", "${P}")`, P],
  ["a.js", `const x = process.env.DB_PASSWORD || "${P}";`, P],
  ["a.js", `const x = process.env.DB_PASSWORD ?? "${P}";`, P],
  ["a.sh", 'x="${DB_PASSWORD:-' + P + '}"', P],
  ["a.yml", "password: ${DB_PASSWORD:-" + P + "}", P],
  ["a.yml", "password: \"{{ env_var('DB_PASSWORD', '" + P + "') }}\"", P],
  ["a.sh", `databricks secrets put-secret my-scope db-key --string-value "${P}"`, P],
  ["a.sh", `databricks secrets put-secret my-scope db-key --string-value ${P}`, P],
  ["a.sh", `databricks secrets put --scope s --key k --string-value ${P}`, P],
  ["a.tf", `resource "databricks_secret" "x" {\n  key = "k"\n  string_value = "${P}"\n  scope = "s"\n}`, P],
  ["a.py", `w.secrets.put_secret(scope="s", key="k", string_value="${P}")`, P],
  [
    "a.py",
    'u = "https://prod-12.westeurope.logic.azure.com:443/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=q7-Lw_9RkVx2mTzPb4ScHy-8dJf_Ng3uAe6WoXi1Zp0"',
    SIGNATURE,
  ],
  [
    "a.py",
    'u = "https://defaultabc.de.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=r3_Kd-7TmWy5pNzQc2VbHx-6sLg_Jf9uRe4XoAi8Yt1"',
    "r3_Kd-7TmWy5pNzQc2VbHx-6sLg_Jf9uRe4XoAi8Yt1",
  ],
  ["a.py", 'delta_sharing_token = "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c"', K],
  ["a.py", 'output_storage_key = "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c"', K],
  ["a.py", 'text_analytics_key = "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c"', K],
  ["a.py", 'input_api_key = "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c"', K],
  ["a.py", 'image_search_key = "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c"', K],
  ["a.py", 'change_feed_secret = "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c"', K],
  ["a.py", 'dbPassword = "' + P + '"', P],
  ["a.java", 'private String dbUserPassword = "' + P + '";', P],
  ["a.properties", "my.service.db.password=" + P, P],
  ["a.py", `conn = psycopg2.connect("host=h dbname=d user=u password=${P}")`, P],
  ["a.py", `conn = psycopg2.connect("host=h user=u password='${P}' dbname=d")`, P],
  ["a.py", `conn = pyodbc.connect("Driver={ODBC Driver 18 for SQL Server};Server=s;UID=u;PWD={${P}};")`, P],
  ["a.py", `conn = pyodbc.connect("DRIVER=x;SERVER=s;UID=u;PWD=${P}")`, P],
  ["a.sql", `DECLARE @password VARCHAR(30) = '${P}';`, P],
  ["a.sql", `DECLARE VARIABLE db_password STRING DEFAULT '${P}';`, P],
  ["a.sql", `DECLARE db_password STRING DEFAULT '${P}';`, P],
  ["a.json", `{"parameters":{"dbPassword":{"type":"string","defaultValue":"${P}"}}}`, P],
  ["a.bicep", `param dbPassword string = '${P}'`, P],
  ["profiles.yml", `      user: u\n      pass: ${P}\n`, P],
  ["a.py", `r = requests.get(url, auth=("user1", "${P}"))`, P],
  ["a.py", `r = requests.get(url, auth=HTTPBasicAuth("user1", "${P}"))`, P],
  ["a.java", `Connection c = DriverManager.getConnection(url, "sa", "${P}");`, P],
  ["a.scala", `DriverManager.getConnection(jdbcUrl, "sa", "${P}")`, P],
  ["a.txt", `password: ${P}`, P],
  ["a.md", `- password: ${P}`, P],
  ["a.md", `Password = ${P}`, P],
  ["a.csv", `user,password\nx,y\npassword: ${P}`, P],
  ["a.py", `# password: ${P}`, P],
  ["a.sql", `-- password: ${P}`, P],
  ["a.java", `// password=${P}`, P],
  ["a.py", `x = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"`, "ghs_16C7e42F292c6912E7710c838347Ae178B4a"],
];

describe("what data teams write", () => {
  for (const [file, text] of RIGHT) it(`is right: ${text}`, () => assert.deepEqual(found(file, text), []));
  for (const [file, text, value] of WRONG)
    it(`holds a credential: ${text.slice(0, 100)}`, () => assert.ok(found(file, text).includes(value)));
});
