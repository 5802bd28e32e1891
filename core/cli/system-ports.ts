import { systemClock, systemPlatform } from "../base/clock-and-platform.ts";
import type { Detached, Environment, Ports, RunProcess, Send } from "../base/ports.ts";

/** The ports of the process that this is. What starts a program is loaded with the first one: requests come before. */
export function systemPorts(environment: Environment, send: Send): Ports {
  const platform = systemPlatform();
  const runProcess: RunProcess = async (request) => {
    const { createRunProcess } = await import("./process.ts");
    return createRunProcess(platform)(request);
  };
  return { clock: systemClock, platform, environment, send, runProcess };
}

/** How `self` starts the token service; `service` are the arguments of Node for it. */
export function detachedBy(
  self: { readonly execPath: string; readonly ppid: number },
  service: readonly string[],
): Detached {
  return {
    start: async (env) => {
      const { startDetached } = await import("./detached.ts");
      return startDetached(self.execPath, service, env);
    },
    runner: self.ppid > 1 ? self.ppid : undefined,
  };
}
