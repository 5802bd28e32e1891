import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { realCli } from "../../../sandbox/runner/find-cli.ts";
import { Scratch, type FreshFolder } from "../../../sandbox/runner/scratch.ts";
import { listen, type RunningServer } from "../support/servers.ts";

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the CLI in `cwd` with nothing in its environment but PATH, a fresh HOME and `env`. */
export async function runCli(
  cwd: string,
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<CliResult> {
  const scratch = new Scratch();
  const child = spawn((await realCli()) ?? "", args, {
    cwd,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: await scratch.fresh("home"),
      DATABRICKS_CONFIG_FILE: "/dev/null",
      DATABRICKS_CACHE_ENABLED: "false",
      DATABRICKS_RATE_LIMIT: "10000",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  }).finally(() => scratch.remove());
  return { code, ...output };
}

/** A new folder with these files, by relative path. */
export async function folderWith(
  files: Readonly<Record<string, string>>,
  freshFolder: FreshFolder,
): Promise<string> {
  const folder = await freshFolder("bundle");
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

/** A metadata service that hands out one token to whoever asks: just enough for the CLI's `metadata-service` type. */
export async function metadataService(
  accessToken: string,
): Promise<RunningServer & { readonly served: () => number }> {
  let served = 0;
  const server = await listen((request, response) => {
    served += 1;
    const known = request.headers["x-databricks-metadata-version"] === "1";
    const expires = Math.floor(Date.now() / 1000) + 3_000;
    response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify({ access_token: accessToken, token_type: "Bearer", expires_on: expires }));
  });
  return { ...server, served: () => served };
}
