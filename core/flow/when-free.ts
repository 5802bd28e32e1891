import type { DatabricksCli } from "../cli/cli.ts";
import { isLocked } from "../cli/deployment-lock.ts";
import type { DatabricksApi } from "../api/client.ts";
import { SecretlessError } from "../base/errors.ts";
import { shellQuoted } from "../federation/exchanges/policy-command.ts";
import type { Step } from "./step.ts";

/** Milliseconds between two looks at the lock of another deployment. */
const LOOK = 5_000;

/**
 * Does `work`, a change of the deployment. Where another deployment holds the lock, waits for it until `lock-timeout` is
 * over, and calls `again` before the next try, since what was planned is outdated then. A change that has begun is not
 * cut short by a cancellation.
 * @throws SecretlessError `DEPLOYMENT_LOCKED`, and what `work` and `again` throw
 */
export async function whenFree(
  step: Step,
  cli: DatabricksCli,
  api: DatabricksApi,
  work: () => Promise<unknown>,
  again: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const { ports, inputs } = step;
  const deadline = ports.clock.now() + inputs.lockTimeout;
  for (;;) {
    try {
      await uncut(step, work);
      return;
    } catch (error) {
      if (!(error instanceof SecretlessError) || error.code !== "DEPLOYMENT_LOCKED") throw error;
      await waitForLock(step, cli, api, { error, deadline });
      await again();
    }
  }
}

async function uncut({ ci, signal }: Step, work: () => Promise<unknown>): Promise<void> {
  signal.throwIfAborted();
  const onAbort = (): void => {
    ci.info(
      "The deployment has begun and is left to end: the Databricks CLI would leave its lock otherwise.",
    );
  };
  signal.addEventListener("abort", onAbort);
  try {
    await work();
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function waitForLock(
  { ci, ports, inputs, signal }: Step,
  cli: DatabricksCli,
  api: DatabricksApi,
  { error, deadline }: { readonly error: SecretlessError; readonly deadline: number },
): Promise<void> {
  const { clock } = ports;
  const { statePath } = (await cli.summary(signal)).workspace;
  ci.info(`The deployment lock is ${error.details.actual ?? "held"}; waiting for it.`);
  do {
    const left = deadline - clock.now();
    if (left <= 0) throw stillLocked(error, statePath, inputs.host);
    await clock.sleep(Math.min(LOOK, left), signal);
  } while (await isLocked(api, statePath));
  ci.info("The lock is free. What was planned may be outdated, so it is looked at again.");
}

/** The same error, with the command that takes away a lock of which nobody is left. */
function stillLocked(
  { code, details, cause }: SecretlessError,
  statePath: string,
  host: string,
): SecretlessError {
  return new SecretlessError(code, {
    ...details,
    remedy: `${details.remedy ?? ""} Signed in to ${host}, with a profile or in a shell of your own:\ndatabricks workspace delete ${shellQuoted(`${statePath}/deploy.lock`)}`,
    cause,
  });
}
