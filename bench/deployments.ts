import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { DEPLOYER } from "../sandbox/defaults.ts";
import type { SandboxCli } from "../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../sandbox/runner/github-job.ts";

/** Milliseconds before each answer of the sandbox: what a workspace in the same region takes. */
const LATENCY = 20;

export interface DeploymentOptions {
  readonly bundle: string;
  readonly cli: SandboxCli;
  /** Folder of the built action. */
  readonly action: string;
  /** More variables of the job. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets the job before the deployment begins. */
  readonly prepare?: (job: GitHubJob) => void;
}

export interface Deployment {
  /** Milliseconds, from the start of the process to its end. */
  readonly first: number;
  /** The same once more with nothing changed and, as on every hosted runner, no local state. */
  readonly again: number;
  /** Requests that the workspace got during the first. */
  readonly requests: number;
  /** Jobs that the workspace has in the end. */
  readonly jobs: number;
}

/** Our step, without its post step. */
export function ourDeployments(options: DeploymentOptions): Promise<Deployment> {
  return twice(options, async (job) => {
    const { env = {}, action } = options;
    const { exitCode, duration, log } = await job.step({}, { action, env });
    if (exitCode !== 0) throw new Error(`the step failed:\n${log}`);
    return duration;
  });
}

/** `databricks bundle deploy` alone, with the CLI's own OIDC of GitHub Actions. */
export function bareDeployments(options: DeploymentOptions): Promise<Deployment> {
  return twice(options, async (job) => {
    const home = await job.freshFolder("bench-home");
    const state = path.join(home, "state");
    await mkdir(state);
    return runCli(job, {
      ...job.env,
      ...options.env,
      HOME: home,
      DATABRICKS_HOST: job.sandbox.workspace.host,
      DATABRICKS_AUTH_TYPE: "github-oidc",
      DATABRICKS_CLIENT_ID: DEPLOYER.applicationId,
      DATABRICKS_CONFIG_FILE: path.join(home, "none"),
      DATABRICKS_BUNDLE_TMP: state,
    });
  });
}

function runCli(job: GitHubJob, env: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const args = ["bundle", "deploy", "--target", "prod"];
    const child = spawn(job.cli.file, args, { cwd: job.checkout, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(performance.now() - started);
      else reject(new Error(`the CLI failed:\n${output}`));
    });
  });
}

/** Deploys into a new sandbox, then once more; `deploy` resolves to milliseconds. */
async function twice(
  options: DeploymentOptions,
  deploy: (job: GitHubJob) => Promise<number>,
): Promise<Deployment> {
  const job = await startGitHubJob({ bundle: options.bundle, cli: options.cli, latency: LATENCY });
  try {
    options.prepare?.(job);
    const first = await deploy(job);
    const requests = job.sandbox.requests.filter(({ system }) => system === "workspace").length;
    const again = await deploy(job);
    return { first, again, requests, jobs: job.sandbox.workspace.jobs.all.size };
  } finally {
    await job.stop();
  }
}
