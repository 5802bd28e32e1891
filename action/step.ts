import { systemClock, systemPlatform } from "../core/base/clock-and-platform.ts";
import type { Environment, RunProcess } from "../core/base/ports.ts";
import { answering, type EarlyAnswers } from "../core/net/first-look.ts";
import { createSend } from "../core/net/send.ts";
import { runStep } from "../core/start.ts";
import { GitHubCi } from "./ci.ts";

/** The step on a runner of GitHub Actions; resolves with the exit code. */
export function runAction(
  environment: Environment,
  early: EarlyAnswers,
  cancelled: AbortSignal,
): Promise<number> {
  const platform = systemPlatform();
  const send = answering(createSend(environment), early);
  const ci = new GitHubCi(environment, send, cancelled, (text) => process.stdout.write(text));
  // Loaded when the first program is started: the first requests come before.
  const runProcess: RunProcess = async (request) => {
    const { createRunProcess } = await import("../core/cli/process.ts");
    return createRunProcess(platform)(request);
  };
  return runStep(ci, { clock: systemClock, platform, environment, send, runProcess });
}
