import { execFile } from "node:child_process";
import { access, constants, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { GITHUB } from "../../../core/ci/github/dialect.ts";
import { cliEnvironment } from "../../../core/cli/environment.ts";
import { makePrivateFolder } from "../../../core/cli/private-folder.ts";
import { listen } from "../support/servers.ts";

/** The real CLI on PATH (not the stand-in, which is a script), or undefined. */
export async function realCli(): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const file = path.join(folder, "databricks");
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!found) continue;
    const { stdout } = await run(file, ["version", "-o", "json"], "/", {});
    return stdout.includes("standin") ? undefined : file;
  }
  return undefined;
}

export interface Asked {
  /** The hosts that the CLI asked a token for, each once. */
  readonly hosts: readonly string[];
  /** How many requests of any kind the approved and the other workspace saw. */
  readonly approved: number;
  readonly other: number;
  readonly output: string;
}

/**
 * Two workspaces and a token service that refuses every token but writes down for which host it was asked: what the CLI
 * takes for its workspace shows without its getting anywhere.
 */
export async function startRig() {
  const seen = { approved: 0, other: 0 };
  const asked = new Map<string, Set<string>>();
  const workspace = (which: "approved" | "other") =>
    listen((_, response) => {
      seen[which]++;
      response.writeHead(404, { "content-type": "application/json" }).end("{}");
    });
  const approved = await workspace("approved");
  const other = await workspace("other");
  const tokens = await listen((request, response) => {
    asked.get(request.url ?? "")?.add(String(request.headers["x-databricks-host"]));
    response.writeHead(403).end("refused");
  });
  let runs = 0;
  return {
    approved: approved.url,
    other: other.url,
    async ask(cli: string, bundleRoot: string, target?: string): Promise<Asked> {
      const name = `/${String(++runs)}`;
      const hosts = new Set<string>();
      asked.set(name, hosts);
      const before = { ...seen };
      const folder = await makePrivateFolder(tmpdir());
      const env = cliEnvironment({
        environment: process.env,
        platform: { os: "linux", arch: "x64" },
        host: approved.url,
        tokenServiceUrl: `${tokens.url}${name}`,
        variables: {},
        dialect: GITHUB,
        folder,
        product: { name: "test", version: "0" },
      });
      const args = ["bundle", "summary", "-o", "json", ...(target === undefined ? [] : ["--target", target])];
      const { stdout, stderr } = await run(cli, args, bundleRoot, {
        ...env,
        DATABRICKS_BUNDLE_ROOT: bundleRoot,
      });
      await rm(folder.root, { recursive: true });
      return {
        hosts: [...hosts],
        approved: seen.approved - before.approved,
        other: seen.other - before.other,
        output: stderr + stdout,
      };
    },
    stop: () => Promise.all([approved.stop(), other.stop(), tokens.stop()]),
  };
}

function run(file: string, args: string[], cwd: string, env: Record<string, string>) {
  return new Promise<{ stdout: string; stderr: string }>((resolve) => {
    execFile(file, args, { cwd, env, timeout: 20_000 }, (_, stdout, stderr) => resolve({ stdout, stderr }));
  });
}
