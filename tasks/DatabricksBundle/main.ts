import "../../core/base/no-inspector.ts";
import { cancelledBySignals } from "../../core/base/cancelled.ts";
import { isForkBuild } from "../../core/ci/azure-devops/fork.ts";
import { askEarly } from "../../core/net/first-look.ts";
import { createSend } from "../../core/net/send.ts";

/** The argument with which this file is started as the token service. */
const SERVICE = "token-service";

async function main(): Promise<void> {
  const cancelled = cancelledBySignals(process);
  const environment = process.env;
  const finished = new AbortController();
  // A step that may be refused for its event asks nobody anything before; nor is the agent's own proxy gone around.
  const waits = isForkBuild(environment) || hasAgentNetwork(environment);
  const host = waits ? "" : environment["INPUT_HOST"];
  const early = askEarly(createSend(environment), host ?? "", finished.signal);
  const { runTask } = await import("./step.ts");
  await runTask({ early, cancelled, service: [import.meta.filename, SERVICE] });
  finished.abort();
}

/** Whether the agent has a proxy or certificates of its own; {@link file://./network.ts} reads them. */
function hasAgentNetwork(variables: NodeJS.ProcessEnv): boolean {
  return Object.keys(variables).some((name) => /^(?:SECRET_)?AGENT_(?:PROXYURL|CAINFO)$/i.test(name));
}

await (process.argv[2] === SERVICE ? (await import("./step.ts")).runService() : main());
