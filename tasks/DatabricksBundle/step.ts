import { systemPlatform } from "../../core/base/clock-and-platform.ts";
import type { Environment, Send } from "../../core/base/ports.ts";
import { registerSecret } from "../../core/base/redact.ts";
import { detachedBy, systemPorts } from "../../core/cli/system-ports.ts";
import { answering, type EarlyAnswers } from "../../core/net/first-look.ts";
import { createSend } from "../../core/net/send.ts";
import { runStep } from "../../core/start.ts";
import { completion } from "./commands.ts";
import { readConnection } from "./connection.ts";
import { AzurePipelinesCi } from "./ci.ts";
import { withAgentNetwork } from "./network.ts";

export interface TaskProcess {
  readonly early: EarlyAnswers;
  readonly cancelled: AbortSignal;
  /** Arguments of Node that start the token service. */
  readonly service: readonly string[];
}

/** The step on an agent of Azure Pipelines, from the process that it runs in. */
export async function runTask({ early, cancelled, service }: TaskProcess): Promise<void> {
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
  const send = answering(createSend(environment), early);
  const { ci, ports } = shellOf(environment, send, cancelled, write);
  for (const secret of network.secrets) {
    registerSecret(secret);
    ci.mask(secret);
  }
  for (const warning of network.warnings) ci.annotate("warning", warning);
  const exitCode = await runStep(ci, { ...ports, detached: detachedBy(process, service) });
  // The agent takes a non-zero exit code for a failure of its own: the result is told by a command.
  write(completion(exitCode === 0));
}

/** The token service as a process of its own; it ends the process. */
export async function runService(): Promise<void> {
  const { serveTokenService } = await import("../../core/run.ts");
  // The variables come as the step had them, the agent's network among them.
  const silent = (environment: Environment) =>
    shellOf(environment, createSend(environment), new AbortController().signal, () => undefined);
  await serveTokenService(process, silent, systemPlatform());
  process.exit(0);
}

function shellOf(
  environment: Environment,
  send: Send,
  cancelled: AbortSignal,
  write: (text: string) => void,
) {
  const ports = systemPorts(environment, send);
  return { ci: new AzurePipelinesCi({ ...ports, cancelled, write }), ports };
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
