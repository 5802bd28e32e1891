import { AZURE_DEPLOYER, CONNECTION } from "../sandbox/defaults.ts";
import { startAzureJob } from "../sandbox/runner/azure-job.ts";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import type { AzureStepResult } from "../sandbox/runner/azure.ts";
import { buildTask } from "./extension.ts";

export interface AzureDeployment {
  readonly result: AzureStepResult;
  /** Subject of the ID token that was exchanged. */
  readonly subject: string;
  readonly principal: string;
  /** Tokens of all kinds that stand in the log before masking. */
  readonly leaked: number;
}

/** The same bundle, deployed by the built task as an agent starts it, through a service connection of the Entra issuer. */
export async function deployFromAzure(): Promise<AzureDeployment> {
  const task = await freshUntilExit("task");
  await buildTask(task, "0.1.0");
  const job = await startAzureJob({ task });
  try {
    const { azure, handedOut } = job.sandbox;
    const result = await job.step({ azureSubscription: CONNECTION.name });
    const connection = azure.connections.find(({ id }) => id === CONNECTION.id);
    return {
      result,
      subject: connection === undefined ? "" : azure.subjectOf(connection),
      principal: AZURE_DEPLOYER.applicationId,
      leaked: handedOut.filter((token) => result.rawLog.includes(token)).length,
    };
  } finally {
    await job.stop();
  }
}
