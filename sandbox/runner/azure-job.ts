import path from "node:path";
import type { PipelineRun } from "../azure/claims.ts";
import { AZURE_DEPLOYER } from "../defaults.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../sandbox.ts";
import { runAzureStep, type AzureStep, type AzureStepResult } from "./azure.ts";
import { checkoutOf } from "./checkout.ts";
import { sandboxCli, type SandboxCli } from "./find-cli.ts";
import { Scratch, type FreshFolder } from "./scratch.ts";

const root = path.resolve(import.meta.dirname, "../..");

export interface AzureJobOptions extends SandboxOptions {
  /** Folder of the built task (scripts/extension.ts, buildTask). */
  readonly task: string;
  /** Folder of the bundle that is checked out; default: the example of this project. */
  readonly bundle?: string;
  readonly run?: PipelineRun;
  /** The CLI on the agent's PATH; default: the real one where there is one, else the stand-in. */
  readonly cli?: SandboxCli;
}

/** A job of an Azure pipeline in a sandbox of its own: checkout done, CLI on PATH. */
export interface AzureJob {
  readonly sandbox: Sandbox;
  readonly checkout: string;
  readonly cli: SandboxCli;
  /** Folders that go when the job stops. */
  readonly freshFolder: FreshFolder;
  /**
   * Runs the built task; `inputs` are added to those that deploy the example to `prod`, into the folder of the principal
   * that deploys. Which identity does it is for the inputs to say.
   */
  step(inputs: Readonly<Record<string, string>>, more?: Partial<AzureStep>): Promise<AzureStepResult>;
  /** Stops the sandbox and removes the checkout and every folder of the job. */
  stop(): Promise<void>;
}

export async function startAzureJob(options: AzureJobOptions): Promise<AzureJob> {
  const { task, bundle = path.join(root, "examples/lakehouse-jobs"), run = {} } = options;
  const cli = options.cli ?? (await sandboxCli());
  const sandbox = await startSandbox(options);
  sandbox.azure.setRun(run);
  const scratch = new Scratch();
  const checkout = await checkoutOf(bundle, sandbox.azure.run.commit, scratch.fresh);
  const env = {
    PATH: [path.dirname(cli.file), "/usr/local/bin", "/usr/bin", "/bin"].join(path.delimiter),
    HOME: await scratch.fresh("home"),
  };
  return {
    sandbox,
    checkout,
    cli,
    freshFolder: scratch.fresh,
    step: async (inputs, more = {}) =>
      runAzureStep({
        task,
        azure: sandbox.azure,
        checkout,
        inputs: {
          host: sandbox.workspace.host,
          target: "prod",
          variables: `deployer=${AZURE_DEPLOYER.applicationId}`,
          ...inputs,
        },
        ...more,
        temp: more.temp ?? (await scratch.fresh("agent-temp")),
        env: { ...env, ...more.env },
      }),
    stop: async () => {
      await sandbox.stop().finally(() => scratch.remove());
    },
  };
}
