import { planChanged } from "../cli/plan.ts";
import { proveDeployed } from "../flow/deployed-here.ts";
import { whenFree } from "../flow/when-free.ts";
import { jsonOutput } from "../report/outputs.ts";
import type { CommandContext } from "./command.ts";
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
  await whenFree(step, cli, api, () => ci.group("Deploy", () => cli.deploy(inputs)), planAgain);
  found({ deployed: true });
  const summary = await cli.summary(AbortSignal.timeout(READ_BACK));
  await proveDeployed(api, summary, folder);
  found({ bundle: { name: summary.name, target: summary.target }, jobs: summary.jobs });
  for (const { name, url } of summary.jobs) ci.info(`Deployed ${name}: ${url}`);
  const jobs = summary.jobs.map(({ key, id, url }) => [key, { id, url }] as const);
  await jsonOutput(ci, "jobs", Object.fromEntries(jobs), { count: jobs.length });
  await access.apply(summary);
  await scan.deployed();
}
