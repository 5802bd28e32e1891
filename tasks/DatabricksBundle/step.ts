import { systemClock, systemPlatform } from "../../core/base/clock-and-platform.ts";
import type { Environment, RunProcess } from "../../core/base/ports.ts";
import { registerSecret } from "../../core/base/redact.ts";
import { answering, type EarlyAnswers } from "../../core/net/first-look.ts";
import { createSend } from "../../core/net/send.ts";
import { runStep } from "../../core/start.ts";
import { completion } from "./commands.ts";
import { readConnection } from "./connection.ts";
import { AzurePipelinesCi } from "./ci.ts";
import { withAgentNetwork } from "./network.ts";

/** The step on an agent of Azure Pipelines. */
export async function runTask(early: EarlyAnswers, cancelled: AbortSignal): Promise<void> {
  const write = (text: string): void => {
    process.stdout.write(text);
  };
  // A copy: azure-pipelines-task-lib takes variables away when it is loaded.
  const network = withAgentNetwork(withAuthority({ ...process.env }));
  // It also writes every variable that it reads into the debug log, these among them.
  delete process.env["AGENT_PROXYPASSWORD"];
  delete process.env["SECRET_AGENT_PROXYPASSWORD"];
  delete process.env["AGENT_CLIENTCERTPASSWORD"];
  delete process.env["SECRET_AGENT_CLIENTCERTPASSWORD"];
  const { environment } = network;
  const ports = {
    clock: systemClock,
    platform: systemPlatform(),
    environment,
    send: answering(createSend(environment), early),
  };
  const ci = new AzurePipelinesCi({ ...ports, cancelled, write });
  for (const secret of network.secrets) {
    registerSecret(secret);
    ci.mask(secret);
  }
  for (const warning of network.warnings) ci.annotate("warning", warning);
  // Loaded when the first program is started: the first requests come before.
  const runProcess: RunProcess = async (request) => {
    const { createRunProcess } = await import("../../core/cli/process.ts");
    return createRunProcess(ports.platform)(request);
  };
  const exitCode = await runStep(ci, { ...ports, runProcess });
  // The agent takes a non-zero exit code for a failure of its own: the result is told by a command.
  write(completion(exitCode === 0));
}

/** The connection says in which cloud its tenant is; core reads that from `AZURE_AUTHORITY_HOST`. */
function withAuthority(environment: Environment): Environment {
  const id = (environment["INPUT_AZURESUBSCRIPTION"] ?? "").trim();
  if (id === "") return environment;
  try {
    return { ...environment, AZURE_AUTHORITY_HOST: readConnection(id, environment).authority };
  } catch {
    // Reported with the other inputs.
    return environment;
  }
}
