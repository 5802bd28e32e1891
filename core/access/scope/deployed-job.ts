import { ApiFailure } from "../../api/client.ts";
import type { Json } from "../../api/json.ts";
import { inParallel } from "../../api/paging.ts";
import { JOB } from "../../api/shapes.ts";
import { principalNamed, runAsOf, type BundleFacts, type BundleJob, type RunAs } from "../bundle-facts.ts";
import { isDeployedFrom, listedWhole, readJob, type JobListing } from "./job-listing.ts";
import type { Eyes } from "./reading.ts";

/** Whom a job runs as by the workspace's own word; a `run_as` of its settings alone may be a group. */
function effectiveRunAs(job: Json): RunAs {
  const settings = JOB.member(job, "settings");
  const named = runAsOf(settings);
  const effective = JOB.text(job, "run_as_user_name");
  if (named.kind === "group" || effective === "") return named;
  return principalNamed(effective);
}

async function readOne(
  eyes: Eyes,
  bundle: BundleFacts,
  job: BundleJob,
  listed: ReadonlyMap<string, Json>,
): Promise<BundleJob> {
  const unread = (why: string, remedy: string): BundleJob => ({
    ...job,
    id: undefined,
    deployed: { state: "unread", why, remedy },
  });
  const { id, runAs: declared } = job;
  const again = "Deploy the bundle again, and find out who or what changed the job or its record.";
  if (id === undefined) return unread("the bundle records no job for it after the deployment", again);
  for (const { workspace } of eyes.readers) {
    let found: Json | undefined;
    try {
      found = listed.get(id) ?? (await readJob(workspace, id));
    } catch (error) {
      if (error instanceof ApiFailure && error.refused) continue;
      throw error;
    }
    if (found === undefined || JOB.text(found, "job_id") !== id)
      return unread(`job ${id} is not in this workspace`, again);
    if (!isDeployedFrom(found, bundle.statePath)) {
      const path = JOB.text(found, "settings", "deployment", "metadata_file_path");
      const whose = path === "" ? "no bundle" : `the bundle whose metadata is ${path}`;
      return unread(`job ${id} belongs to ${whose}, not to this bundle and target`, again);
    }
    const settings = JOB.member(found, "settings") ?? {};
    return { ...job, settings, runAs: effectiveRunAs(found), deployed: { state: "read", declared } };
  }
  const remedy = `Give the registrar CAN_VIEW on job ${id} (\`permissions\` of the job in the bundle).`;
  return unread(`job ${id} cannot be read by the identity that registers`, remedy);
}

/**
 * The bundle with these jobs as the workspace has them: what the CLI, the bundle or a name says of them is not believed
 * any further. Requests: one a job; for many jobs the pages of the listing, and one for each that it does not show whole.
 */
export async function asDeployed(
  eyes: Eyes,
  bundle: BundleFacts,
  keys: ReadonlySet<string>,
  listing: JobListing,
): Promise<BundleFacts> {
  const ids = bundle.jobs.flatMap(({ key, id }) => (keys.has(key) && id !== undefined ? [id] : []));
  const listed = await listedWhole(eyes, ids, listing);
  const jobs = await inParallel(bundle.jobs, (job) =>
    keys.has(job.key) ? readOne(eyes, bundle, job, listed) : Promise.resolve(job),
  );
  return { ...bundle, jobs };
}
