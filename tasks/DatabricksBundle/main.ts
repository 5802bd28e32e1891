import "../../core/base/no-inspector.ts";
import { runStep } from "../../core/start.ts";
import { completion } from "./commands.ts";
import { startTask, taskShell } from "./start.ts";

/** The argument with which this file is started as the token service. */
const SERVICE = "token-service";

async function runTask(): Promise<void> {
  const { ci, ports, write } = startTask();
  const detached = {
    start: async (env: Readonly<Record<string, string>>) => {
      const { startDetached } = await import("../../core/cli/detached.ts");
      return startDetached(process.execPath, [import.meta.filename, SERVICE], env);
    },
    runner: process.ppid > 1 ? process.ppid : undefined,
  };
  const exitCode = await runStep(ci, { ...ports, detached });
  // The agent takes a non-zero exit code for a failure of its own: the result is told by a command.
  write(completion(exitCode === 0));
}

async function runService(): Promise<void> {
  const { serveTokenService } = await import("../../core/run.ts");
  const { signal } = new AbortController();
  const { platform } = taskShell({}, signal, () => undefined).ports;
  // The variables come as the step had them, the agent's network among them.
  await serveTokenService(
    process,
    (environment) => taskShell(environment, signal, () => undefined),
    platform,
  );
  process.exit(0);
}

await (process.argv[2] === SERVICE ? runService() : runTask());
