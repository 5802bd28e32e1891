import { together } from "../base/all-right.ts";
import { SecretlessError, toSecretlessError } from "../base/errors.ts";
import type { DatabricksCli } from "../cli/cli.ts";
import { planChanged } from "../cli/plan.ts";
import type { DatabricksApi } from "../api/client.ts";
import { planBundle, type PlanChecks } from "./plan.ts";
import type { Facts } from "../report/facts.ts";
import { jsonOutput } from "../report/outputs.ts";
import type { Step } from "../flow/step.ts";
import type { PrivateFolder } from "../cli/environment.ts";
import { proveDeployed } from "../flow/deployed-here.ts";
import { whenFree } from "../flow/when-free.ts";

/** Milliseconds to read what was deployed; not cut short by a cancellation, since the deployment is there. */
const READ_BACK = 60_000;

/** Plans, deploys what was planned, and reads back what is there now. */
export async function deployBundle(
  step: Step,
  cli: DatabricksCli,
  api: DatabricksApi,
  facts: Facts,
  checks: PlanChecks,
  folder: PrivateFolder,
): Promise<void> {
  const { ci, inputs } = step;
  let planned = await planBundle(step, cli, facts, checks);
  const planAgain = async (): Promise<void> => {
    const before = planned;
    planned = await planBundle(step, cli, facts, checks);
    ci.info(`The plan ${planChanged(before, planned) ? "has changed" : "is the same as before"}.`);
  };
  const deploy = (): Promise<unknown> =>
    ci.group("Deploy", () => cli.deploy(inputs)).catch((error: unknown) => alsoUploaded(error, checks));
  await whenFree(step, cli, api, deploy, planAgain);
  facts.deployed = true;
  const summary = await cli.summary(AbortSignal.timeout(READ_BACK));
  await proveDeployed(api, summary, folder);
  facts.bundle = { name: summary.name, target: summary.target };
  facts.jobs = summary.jobs;
  for (const { name, url } of summary.jobs) ci.info(`Deployed ${name}: ${url}`);
  const jobs = summary.jobs.map(({ key, id, url }) => [key, { id, url }] as const);
  await jsonOutput(ci, "jobs", Object.fromEntries(jobs), { count: jobs.length });
  await checks.uploaded(true);
  await checks.access.apply(summary);
}

/** Throws what made a deployment fail, after a look at what it had uploaded by then, which stays in the workspace. */
async function alsoUploaded(error: unknown, checks: PlanChecks): Promise<never> {
  if (!(error instanceof SecretlessError) || error.code !== "DEPLOY_FAILED") throw error;
  await checks.uploaded(false).catch((found: unknown) => {
    throw together(toSecretlessError(found), [error]);
  });
  throw error;
}
