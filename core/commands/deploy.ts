import { allRight, together } from "../base/all-right.ts";
import { SecretlessError, toSecretlessError } from "../base/errors.ts";
import { planChanged } from "../cli/plan.ts";
import { proveDeployed } from "../flow/deployed-here.ts";
import { whenFree } from "../flow/when-free.ts";
import { jsonOutput } from "../report/outputs.ts";
import type { CommandContext, CommandScan } from "./command.ts";
import { planBundle } from "./plan.ts";

/** Milliseconds to read what was deployed; not cut short by a cancellation, since the deployment is there. */
const READ_BACK = 60_000;

/** Plans, deploys what was planned, reads back what is there now, and registers its access. */
export async function deployBundle(context: CommandContext): Promise<void> {
  const { step, cli, api, access, scan, folder } = context;
  const { ci, inputs, found } = step;
  let planned = await planBundle(context);
  const planAgain = async (): Promise<void> => {
    const before = planned;
    planned = await planBundle(context);
    ci.info(`The plan ${planChanged(before, planned) ? "has changed" : "is the same as before"}.`);
  };
  const deploy = (): Promise<unknown> =>
    ci.group("Deploy", () => cli.deploy(inputs)).catch((error: unknown) => alsoUploaded(error, scan));
  await whenFree(step, cli, api, deploy, planAgain);
  found({ deployed: true });
  const summary = await cli.summary(AbortSignal.timeout(READ_BACK));
  const looks = [proveDeployed(api, summary, folder), scan.deployed(true)] as const;
  // What was deployed is told although something in it should not be there; what is not there is not told.
  const uploads = looks[1].catch(() => allRight(looks));
  await looks[0].catch(() => allRight(looks));
  found({ bundle: { name: summary.name, target: summary.target }, jobs: summary.jobs });
  for (const { name, url } of summary.jobs) ci.info(`Deployed ${name}: ${url}`);
  const jobs = summary.jobs.map(({ key, id, url }) => [key, { id, url }] as const);
  await jsonOutput(ci, "jobs", Object.fromEntries(jobs), { count: jobs.length });
  await uploads;
  await access.apply(summary);
}

/** Throws what made a deployment fail, after a look at what it had uploaded by then, which stays in the workspace. */
async function alsoUploaded(error: unknown, scan: CommandScan): Promise<never> {
  if (!(error instanceof SecretlessError) || error.code !== "DEPLOY_FAILED") throw error;
  await scan.deployed(false).catch((found: unknown) => {
    throw together(toSecretlessError(found), [error]);
  });
  throw error;
}
