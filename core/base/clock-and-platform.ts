import { arch, networkInterfaces, platform } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { SecretlessError } from "./errors.ts";
import type { Clock, Platform } from "./ports.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

/** @throws SecretlessError `INPUT_INVALID` on a platform that this product does not know */
export function systemPlatform(os: string = platform(), cpu: string = arch()): Platform {
  if ((os === "linux" || os === "darwin" || os === "win32") && (cpu === "x64" || cpu === "arm64")) {
    return { os, arch: cpu };
  }
  throw new SecretlessError("INPUT_INVALID", {
    problem: "This kind of runner is not supported.",
    expected: "Linux, macOS or Windows on x64 or arm64",
    actual: `${os} on ${cpu}`,
    remedy: "Let the job run on one of these.",
  });
}

/** IP addresses of this machine but loopback, for policies that ask for the runner's network. */
export function systemAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address.replace(/%.*$/, ""));
}
