import type { DatabricksCli } from "./databricks/cli.ts";
import type { Facts } from "./report/facts.ts";
import type { Step } from "./run.ts";

/** Milliseconds to read what was deployed; not cut short by a cancellation, since the deployment is there. */
const READ_BACK = 60_000;

/** Deploys what was planned and reads back what is there now. */
export async function deployBundle(
  { host, inputs, signal }: Step,
  cli: DatabricksCli,
  facts: Facts,
): Promise<void> {
  signal.throwIfAborted();
  const onAbort = (): void => {
    host.info(
      "The deployment has begun and is left to end: the Databricks CLI would leave its lock otherwise.",
    );
  };
  signal.addEventListener("abort", onAbort);
  try {
    await host.group("Deploy", () => cli.deploy(inputs));
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  facts.deployed = true;
  const summary = await cli.summary(AbortSignal.timeout(READ_BACK));
  facts.bundle = { name: summary.name, target: summary.target };
  facts.jobs = summary.jobs;
  for (const { name, url } of summary.jobs) host.info(`Deployed ${name}: ${url}`);
  await host.output(
    "jobs",
    JSON.stringify(Object.fromEntries(summary.jobs.map(({ key, id, url }) => [key, { id, url }]))),
  );
}
