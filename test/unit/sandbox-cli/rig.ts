import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import { textOf } from "../../../sandbox/http/json.ts";
import type { LoggedRequest } from "../../../sandbox/http/log.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../sandbox/sandbox.ts";

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What the command asked of the workspace, in the order of arrival. */
  readonly requests: readonly LoggedRequest[];
  /** `X-Databricks-Host` of each request to the metadata service. */
  readonly hosts: readonly string[];
}

/** Files of a bundle by relative path. */
export type BundleFiles = Readonly<Record<string, string>>;

/** One CLI with a sandbox and a metadata service of its own. */
export class Rig {
  readonly sandbox: Sandbox;
  readonly cli: string;
  readonly folder: string;
  /** Life of the next tokens as the metadata service reports it, in seconds. */
  tokenLife = 3600;
  /** The metadata service answers for every host, as ours never would. */
  anyHost = false;
  readonly #metadata: Server;
  /** Names of all jobs that ever were, by id. */
  readonly jobNames = new Map<string, string>();
  #hosts: string[] = [];
  #bundles = 0;

  private constructor(sandbox: Sandbox, cli: string, folder: string) {
    this.sandbox = sandbox;
    this.cli = cli;
    this.folder = folder;
    this.#metadata = createServer((request, response) => {
      const host = String(request.headers["x-databricks-host"]);
      this.#hosts.push(host);
      if (
        request.headers["x-databricks-metadata-version"] !== "1" ||
        (host !== sandbox.workspace.host && !this.anyHost)
      ) {
        response.writeHead(403).end("refused");
        return;
      }
      void this.#token().then((access_token) => {
        const expires_on = Math.floor(Date.now() / 1000) + this.tokenLife;
        response.end(JSON.stringify({ access_token, token_type: "Bearer", expires_on }));
      });
    });
  }

  static async start(cli: string, options: SandboxOptions = {}): Promise<Rig> {
    const sandbox = await startSandbox(options);
    // As the CLI sees it: the temporary folder of macOS is a link.
    const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "sandbox-cli-")));
    const rig = new Rig(sandbox, cli, folder);
    await new Promise<void>((resolve) => rig.#metadata.listen(0, "127.0.0.1", resolve));
    return rig;
  }

  async stop(): Promise<void> {
    this.#metadata.closeAllConnections();
    await new Promise((resolve) => this.#metadata.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
    await this.sandbox.stop();
  }

  /** Writes a bundle into a new folder, as a fresh checkout. */
  async checkout(files: BundleFiles): Promise<string> {
    this.#bundles += 1;
    const folder = path.join(this.folder, `bundle-${this.#bundles}`);
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
    return folder;
  }

  async run(
    cwd: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<CliResult> {
    const before = this.sandbox.requests.length;
    this.#hosts = [];
    const port = (this.#metadata.address() as AddressInfo).port;
    const child = spawn(this.cli, args, {
      cwd,
      env: {
        PATH: "/usr/bin:/bin",
        HOME: this.folder,
        DATABRICKS_HOST: this.sandbox.workspace.host,
        DATABRICKS_AUTH_TYPE: "metadata-service",
        DATABRICKS_METADATA_SERVICE_URL: `http://127.0.0.1:${port}/token`,
        DATABRICKS_CONFIG_FILE: "/dev/null",
        DATABRICKS_CACHE_ENABLED: "false",
        DATABRICKS_CLI_DISABLE_TELEMETRY: "1",
        DATABRICKS_RATE_LIMIT: "1000000",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject).on("close", resolve);
    });
    for (const { id, settings } of this.sandbox.workspace.jobs.all.values()) {
      this.jobNames.set(id, textOf(settings["name"]));
    }
    return { code, stdout, stderr, requests: this.sandbox.requests.slice(before), hosts: this.#hosts };
  }

  async #token(): Promise<string> {
    const { github, workspace } = this.sandbox;
    const url = `${workspace.host}/oidc/v1/token`;
    const answer = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        subject_token: await github.mint({ audience: url }),
        client_id: DEPLOYER.applicationId,
        scope: "all-apis",
      }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}
