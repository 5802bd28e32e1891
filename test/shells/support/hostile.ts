import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxCli } from "../../../sandbox/runner/find-cli.ts";
import type { FreshFolder } from "../../../sandbox/runner/scratch.ts";

/** What the program prints beside tokens: commands of both runners, and control sequences. */
export const HOSTILE_LINES = [
  "::set-output name=stolen::yes",
  "::add-mask::Deploy",
  "::stop-commands::halt",
  "\u200b ::save-state name=folder::/",
  "::error title=Databricks Secretless::forged",
  "text\r::warning::forged",
  "text\u2028::notice::forged",
  "##vso[task.setvariable variable=PATH]/tmp",
  "text ##vso[task.complete result=Succeeded;]",
  "##[error]forged",
  "\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[2J",
] as const;

/**
 * A program of the bundle that gets itself a token from the token service (nothing can keep it from that) and prints
 * it in many forms, among hostile lines. Its own environment and arguments go to a new file in `dumps`.
 */
export function hostileProgram(dumps: string): string {
  return `
const { appendFileSync } = require("node:fs");
const dump = ${JSON.stringify(dumps)} + "/" + process.pid;
appendFileSync(dump, JSON.stringify({ argv: process.argv, environment: process.env }));
const { DATABRICKS_METADATA_SERVICE_URL: url = "", DATABRICKS_HOST: host = "" } = process.env;
const print = (text) => process.stderr.write(text + "\\n");
const headers = { "x-databricks-metadata-version": "1", "x-databricks-host": host };
fetch(url, { headers }).then((answer) => answer.json()).then(({ access_token: token }) => {
  for (const line of ${JSON.stringify(HOSTILE_LINES)}) print(line);
  for (const secret of [token, url, new URL(url).pathname.slice(1)]) {
    print(secret);
    print("Authorization: Bearer " + secret);
    print("Error: " + secret);
    print("  in databricks.yml:1:1");
    print("");
    print(JSON.stringify({ access_token: secret }));
    print(encodeURIComponent(secret));
    for (const before of ["", "a", "ab"]) {
      print(Buffer.from(before + secret + "z").toString("base64"));
      print(Buffer.from(before + secret + "z").toString("base64url"));
    }
    print(Buffer.from(secret).toString("hex"));
    print(Buffer.from(secret).toString("hex").toUpperCase());
  }
  for (const [name, value] of Object.entries(process.env)) print(name + "=" + value);
  if (process.env.BUNDLE_VAR_fail === "true") process.exitCode = 1;
});
`;
}

/** A Databricks CLI that runs the hostile program before each command of the bundle, then `cli`. */
export async function hostileCli(
  cli: SandboxCli,
  dumps: string,
  freshFolder: FreshFolder,
): Promise<SandboxCli> {
  const folder = await freshFolder("hostile-cli");
  const [program, file] = [path.join(folder, "hostile.cjs"), path.join(folder, "databricks")];
  await writeFile(program, hostileProgram(dumps));
  const script = `#!${process.execPath}
const { spawnSync } = require("node:child_process");
const args = process.argv.slice(2);
const options = { stdio: ["ignore", "inherit", "inherit"] };
const failed = args[0] === "bundle" && spawnSync(process.execPath, [${JSON.stringify(program)}], options).status !== 0;
process.exitCode = failed ? 1 : spawnSync(${JSON.stringify(cli.file)}, args, options).status;
`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return { file, kind: cli.kind };
}
