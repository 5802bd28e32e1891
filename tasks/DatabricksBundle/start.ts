import type { Environment, RunProcess } from "../../core/base/ports.ts";
import { registerSecret } from "../../core/base/redact.ts";
import { createSend, systemClock, systemPlatform } from "../../core/net/send.ts";
import { readConnection } from "./connection.ts";
import { AzurePipelinesCi } from "./ci.ts";
import { withAgentNetwork } from "./network.ts";

/** The CI and the ports over these variables. */
export function taskShell(environment: Environment, cancelled: AbortSignal, write: (text: string) => void) {
  const platform = systemPlatform();
  // Loaded when the first program is started: the first request comes before.
  const runProcess: RunProcess = async (request) => {
    const { createRunProcess } = await import("../../core/cli/process.ts");
    return createRunProcess(platform)(request);
  };
  const ports = { clock: systemClock, platform, environment, send: createSend(environment), runProcess };
  return { ci: new AzurePipelinesCi({ ...ports, cancelled, write }), ports };
}

/** What the task needs, from the process that it runs in. */
export function startTask() {
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // The agent sends both when a job is cancelled. The Databricks CLI is never told: it would die and leave its lock.
    process.on(signal, () => {
      cancel.abort();
    });
  }
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
  const { ci, ports } = taskShell(network.environment, cancel.signal, write);
  for (const secret of network.secrets) {
    registerSecret(secret);
    ci.mask(secret);
  }
  for (const warning of network.warnings) ci.annotate("warning", warning);
  return { ci, ports, write };
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
