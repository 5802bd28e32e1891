import "../core/base/no-inspector.ts";
import type { Environment, RunProcess } from "../core/base/ports.ts";
import { runStep } from "../core/start.ts";
import { createSend, systemClock, systemPlatform } from "../core/net/send.ts";
import { GitHubCi } from "./ci.ts";

/** The argument with which this file is started as the token service. */
const SERVICE = "token-service";
const platform = systemPlatform();

function shellOf(environment: Environment, cancelled: AbortSignal, write: (text: string) => void) {
  const send = createSend(environment);
  // Loaded when the first program is started: the first request comes before.
  const runProcess: RunProcess = async (request) => {
    const { createRunProcess } = await import("../core/cli/process.ts");
    return createRunProcess(platform)(request);
  };
  const ci = new GitHubCi(environment, send, cancelled, write);
  return { ci, ports: { clock: systemClock, platform, environment, send, runProcess } };
}

async function runAction(): Promise<void> {
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // The runner sends both when a job is cancelled. The Databricks CLI is never told: it would die and leave its lock.
    process.on(signal, () => {
      cancel.abort();
    });
  }
  const { ci, ports } = shellOf(process.env, cancel.signal, (text) => process.stdout.write(text));
  const detached = {
    start: async (env: Readonly<Record<string, string>>) => {
      const { startDetached } = await import("../core/cli/detached.ts");
      return startDetached(process.execPath, [import.meta.filename, SERVICE], env);
    },
    runner: process.ppid > 1 ? process.ppid : undefined,
  };
  process.exitCode = await runStep(ci, { ...ports, detached });
}

async function runService(): Promise<void> {
  const { serveTokenService } = await import("../core/run.ts");
  const silent = (environment: Environment) =>
    shellOf(environment, new AbortController().signal, () => undefined);
  await serveTokenService(process, silent, platform);
  process.exit(0);
}

await (process.argv[2] === SERVICE ? runService() : runAction());
