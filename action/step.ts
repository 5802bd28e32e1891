import { systemClock, systemPlatform } from "../core/base/clock-and-platform.ts";
import type { Environment, RunProcess, Send } from "../core/base/ports.ts";
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
  const detached = {
    start: async (env: Readonly<Record<string, string>>) => {
      const { startDetached } = await import("../core/cli/detached.ts");
      return startDetached(process.execPath, service, env);
    },
    runner: process.ppid > 1 ? process.ppid : undefined,
  };
  return runStep(ci, { ...ports, detached });
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
  const platform = systemPlatform();
  // Loaded when the first program is started: the first requests come before.
  const runProcess: RunProcess = async (request) => {
    const { createRunProcess } = await import("../core/cli/process.ts");
    return createRunProcess(platform)(request);
  };
  const ci = new GitHubCi(environment, send, cancelled, write);
  return { ci, ports: { clock: systemClock, platform, environment, send, runProcess } };
}
