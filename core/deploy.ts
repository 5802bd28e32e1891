import type { CliResult, DatabricksCli } from "./databricks/cli.ts";
import { isLocked } from "./databricks/lock.ts";
import type { WorkspaceApi } from "./databricks/workspace-api.ts";
import { SecretlessError } from "./errors.ts";
import { planBundle } from "./plan.ts";
import type { Facts } from "./report/facts.ts";
import { jsonOutput } from "./report/outputs.ts";
import type { Step } from "./run.ts";

/** Milliseconds to read what was deployed; not cut short by a cancellation, since the deployment is there. */
const READ_BACK = 60_000;
/** Milliseconds between two looks at the lock of another deployment. */
const LOOK = 10_000;

/** Deploys what was planned and reads back what is there now. */
export async function deployBundle(
  step: Step,
  cli: DatabricksCli,
  api: WorkspaceApi,
  facts: Facts,
): Promise<void> {
  const { host } = step;
  await deployWhenFree(step, cli, api, facts);
  facts.deployed = true;
  const summary = await cli.summary(AbortSignal.timeout(READ_BACK));
  facts.bundle = { name: summary.name, target: summary.target };
  facts.jobs = summary.jobs;
  for (const { name, url } of summary.jobs) host.info(`Deployed ${name}: ${url}`);
  const jobs = summary.jobs.map(({ key, id, url }) => [key, { id, url }] as const);
  await jsonOutput(host, "jobs", Object.fromEntries(jobs), { count: jobs.length });
}

/** While another deployment holds the lock: waits for it, then plans again, for the plan is outdated. */
async function deployWhenFree(
  step: Step,
  cli: DatabricksCli,
  api: WorkspaceApi,
  facts: Facts,
): Promise<void> {
  const { clock } = step.ports;
  const deadline = clock.now() + step.inputs.lockTimeout;
  for (;;) {
    try {
      await deployOnce(step, cli);
      return;
    } catch (error) {
      if (!(error instanceof SecretlessError) || error.code !== "DEPLOYMENT_LOCKED") throw error;
      await waitForLock(step, cli, api, { error, deadline });
      await planBundle(step, cli, facts);
    }
  }
}

async function deployOnce({ host, inputs, signal }: Step, cli: DatabricksCli): Promise<CliResult> {
  signal.throwIfAborted();
  const onAbort = (): void => {
    host.info(
      "The deployment has begun and is left to end: the Databricks CLI would leave its lock otherwise.",
    );
  };
  signal.addEventListener("abort", onAbort);
  try {
    return await host.group("Deploy", () => cli.deploy(inputs));
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** @throws SecretlessError `error` if the lock is still there at the deadline (milliseconds since the epoch) */
async function waitForLock(
  { host, ports, signal }: Step,
  cli: DatabricksCli,
  api: WorkspaceApi,
  { error, deadline }: { readonly error: SecretlessError; readonly deadline: number },
): Promise<void> {
  const { clock } = ports;
  const { statePath } = (await cli.summary(signal)).workspace;
  host.info(`The deployment lock is ${error.details.actual ?? "held"}; waiting for it.`);
  do {
    const left = deadline - clock.now();
    if (left <= 0) throw error;
    await clock.sleep(Math.min(LOOK, left), signal);
  } while (await isLocked(api, statePath));
  host.info("The lock is free. What was planned may be outdated, so it is planned again.");
}
