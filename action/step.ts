import { systemPlatform } from "../core/base/clock-and-platform.ts";
import type { Environment, Send } from "../core/base/ports.ts";
import { detachedBy, systemPorts } from "../core/cli/system-ports.ts";
import { answering, type EarlyAnswers } from "../core/net/first-look.ts";
import { createSend } from "../core/net/send.ts";
import { runStep } from "../core/start.ts";
import { GitHubCi } from "./ci.ts";

export interface ActionProcess {
  readonly environment: Environment;
  readonly early: EarlyAnswers;
  readonly cancelled: AbortSignal;
  /** Arguments of Node that start the token service. */
  readonly service: readonly string[];
}

/** The step on a runner of GitHub Actions; resolves with the exit code. */
export function runAction({ environment, early, cancelled, service }: ActionProcess): Promise<number> {
  const send = answering(createSend(environment), early);
  const { ci, ports } = shellOf(environment, send, cancelled, (text) => process.stdout.write(text));
  return runStep(ci, { ...ports, detached: detachedBy(process, service) });
}

/** The token service as a process of its own; it ends the process. */
export async function runService(): Promise<void> {
  const { serveTokenService } = await import("../core/run.ts");
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
  return { ci: new GitHubCi(environment, send, cancelled, write), ports };
}
