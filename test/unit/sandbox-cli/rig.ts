import { execFile } from "node:child_process";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import { textOf } from "../../../sandbox/http/json.ts";
import type { LoggedRequest } from "../../../sandbox/http/log.ts";
import { Scratch } from "../../../sandbox/runner/scratch.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../sandbox/sandbox.ts";
import { folderWith } from "../sandbox/cli.ts";
import { listen, type RunningServer } from "../support/servers.ts";

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
  readonly scratch = new Scratch();
  /** Life of the next tokens as the metadata service reports it, in seconds. */
  tokenLife = 3600;
  /** The metadata service answers for every host, as ours never would. */
  anyHost = false;
  /** Names of all jobs that ever were, by id. */
  readonly jobNames = new Map<string, string>();
  #metadata: RunningServer | undefined;
  #hosts: string[] = [];

  private constructor(sandbox: Sandbox, cli: string) {
    this.sandbox = sandbox;
    this.cli = cli;
  }

  static async start(cli: string, options: SandboxOptions = {}): Promise<Rig> {
    const rig = new Rig(await startSandbox(options), cli);
    rig.#metadata = await listen((request, response) => {
      const { "x-databricks-host": host, "x-databricks-metadata-version": version } = request.headers;
      rig.#hosts.push(String(host));
      if (version !== "1" || (host !== rig.sandbox.workspace.host && !rig.anyHost)) {
        response.writeHead(403).end("refused");
        return;
      }
      void rig.#token().then((answer) => response.end(JSON.stringify(answer)));
    });
    return rig;
  }

  async stop(): Promise<void> {
    await this.#metadata?.stop();
    await this.scratch.remove();
    await this.sandbox.stop();
  }

  /** Writes a bundle into a new folder, as a fresh checkout. */
  checkout(files: BundleFiles): Promise<string> {
    return folderWith(files, this.scratch.fresh);
  }

  async run(
    cwd: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<CliResult> {
    const before = this.sandbox.requests.length;
    this.#hosts = [];
    const environment = {
      PATH: "/usr/bin:/bin",
      HOME: await this.scratch.fresh("home"),
      DATABRICKS_HOST: this.sandbox.workspace.host,
      DATABRICKS_AUTH_TYPE: "metadata-service",
      DATABRICKS_METADATA_SERVICE_URL: `${this.#metadata?.url ?? ""}/token`,
      DATABRICKS_CONFIG_FILE: "/dev/null",
      DATABRICKS_CACHE_ENABLED: "false",
      DATABRICKS_CLI_DISABLE_TELEMETRY: "1",
      DATABRICKS_RATE_LIMIT: "1000000",
      ...env,
    };
    const ended = await new Promise<Pick<CliResult, "code" | "stdout" | "stderr">>((resolve) => {
      const child = execFile(this.cli, args, { cwd, env: environment }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
    for (const { id, settings } of this.sandbox.workspace.jobs.all.values()) {
      this.jobNames.set(id, textOf(settings["name"]));
    }
    return { ...ended, requests: this.sandbox.requests.slice(before), hosts: this.#hosts };
  }

  async #token() {
    const { account, tokens, workspace } = this.sandbox;
    const principal = account.principals.withApplicationId(DEPLOYER.applicationId)!;
    const claims = { iss: `${workspace.host}/oidc`, aud: workspace.host };
    const access_token = await tokens.issue(principal, "workspace", claims);
    const expires_on = Math.floor(Date.now() / 1000) + this.tokenLife;
    return { access_token, token_type: "Bearer", expires_on };
  }
}
