import { throttled } from "../sandbox/http/faults.ts";
import type { GitHubJob } from "../sandbox/runner/github-job.ts";
import { bareDeployments, type DeploymentOptions } from "./deployments.ts";
import { spread } from "./statistics.ts";
import type { Figure } from "./table.ts";

/** Requests in a second; the first is the CLI's own limit. */
const RATES = [15, 30, 60, 1_000] as const;

/** What `DATABRICKS_RATE_LIMIT` does to a large deployment of the bare CLI, also where the workspace refuses a part. */
export async function rateFigures(options: DeploymentOptions, jobs: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  const measure = async (rate: number, name: string, prepare?: (job: GitHubJob) => void): Promise<void> => {
    const env = { DATABRICKS_RATE_LIMIT: String(rate) };
    const deployment = await bareDeployments({ ...options, env, ...(prepare && { prepare }) });
    if (deployment.jobs !== jobs) throw new Error(`${name}: ${String(deployment.jobs)} jobs are there`);
    figures.push({ name, unit: "s", spread: spread([deployment.first / 1000]) });
  };
  for (const rate of RATES) await measure(rate, `bare CLI at ${String(rate)} requests/s`);
  await measure(1_000, "the same, 100 uploads and 20 creates refused first (429)", ({ sandbox }) => {
    sandbox.fault({ path: /import-file.*\/files\//, times: 100, then: throttled(1) });
    sandbox.fault({ path: /\/jobs\/create$/, times: 20, then: throttled(1) });
  });
  return figures;
}
