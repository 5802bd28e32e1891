import path from "node:path";
import { DEPLOYER } from "../defaults.ts";
import { githubClaims, type GitHubEvent } from "../github/claims.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../sandbox.ts";
import { checkoutOf } from "./checkout.ts";
import { sandboxCli, type SandboxCli } from "./find-cli.ts";
import { runGitHubStep, type GitHubStep, type StepResult } from "./github.ts";
import { Scratch, type FreshFolder } from "./scratch.ts";

const root = path.resolve(import.meta.dirname, "../..");

export interface GitHubJobOptions extends SandboxOptions {
  /** Folder of the bundle that is checked out; default: the example of this project. */
  readonly bundle?: string;
  readonly event?: GitHubEvent;
  /** The CLI on the job's PATH; default: the real one where there is one, else the stand-in. */
  readonly cli?: SandboxCli;
}

/** A job of a GitHub workflow in a sandbox of its own: checkout done, permissions given, CLI on PATH. */
export interface GitHubJob {
  readonly sandbox: Sandbox;
  readonly checkout: string;
  readonly cli: SandboxCli;
  /** Variables of the job. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders that go when the job stops. */
  readonly freshFolder: FreshFolder;
  /** Runs the built action; `inputs` are added to those that deploy the example to `prod`. */
  step(inputs?: Readonly<Record<string, string>>, more?: Partial<GitHubStep>): Promise<StepResult>;
  /** Stops the sandbox and removes the checkout and every folder of the job. */
  stop(): Promise<void>;
}

export async function startGitHubJob(options: GitHubJobOptions = {}): Promise<GitHubJob> {
  const {
    bundle = path.join(root, "examples/lakehouse-jobs"),
    event = {},
    cli = await sandboxCli(),
  } = options;
  const sandbox = await startSandbox(options);
  sandbox.github.setEvent(event);
  const claims = githubClaims(event);
  const text = (name: string): string => {
    const value = claims[name];
    return typeof value === "string" ? value : "";
  };
  const scratch = new Scratch();
  const checkout = await checkoutOf(bundle, text("sha"), scratch.fresh);
  const env = {
    PATH: [path.dirname(cli.file), "/usr/local/bin", "/usr/bin", "/bin"].join(path.delimiter),
    HOME: await scratch.fresh("home"),
    ACTIONS_ID_TOKEN_REQUEST_URL: sandbox.github.requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: sandbox.github.requestToken,
    ACTIONS_RUNTIME_TOKEN: sandbox.github.requestToken,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: text("repository"),
    GITHUB_RUN_ID: text("run_id"),
    GITHUB_RUN_ATTEMPT: text("run_attempt"),
    GITHUB_EVENT_NAME: text("event_name"),
    GITHUB_SHA: text("sha"),
  };
  return {
    sandbox,
    checkout,
    cli,
    env,
    freshFolder: scratch.fresh,
    step: async (inputs = {}, more = {}) =>
      runGitHubStep({
        action: path.join(root, "action"),
        checkout,
        with: {
          host: sandbox.workspace.host,
          "client-id": DEPLOYER.applicationId,
          target: "prod",
          ...inputs,
        },
        ...more,
        temp: more.temp ?? (await scratch.fresh("runner-temp")),
        env: { ...env, ...more.env },
      }),
    stop: async () => {
      await sandbox.stop().finally(() => scratch.remove());
    },
  };
}
