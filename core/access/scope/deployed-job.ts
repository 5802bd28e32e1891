import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import { isObject, textAt, type Json } from "../../api/json.ts";
import { inParallel } from "../../api/paging.ts";
import { JOB, type GetJob } from "../../api/shapes.ts";
import { principalNamed, runAsOf, type BundleFacts, type BundleJob, type RunAs } from "../bundle-facts.ts";
import type { Eyes } from "./reading.ts";

/** Lists of a job's settings that `jobs/get` gives by pages of 100. */
const PAGED = ["tasks", "job_clusters", "environments", "parameters"] as const;
/** A job has at most 1,000 tasks. */
const MAX_PAGES = 20;

/**
 * A job with all pages of its settings; undefined if there is none. Source: `GET /api/2.2/jobs/get`.
 * @throws ApiFailure
 */
export async function readJob(api: DatabricksApi, id: string): Promise<Json | undefined> {
  const path = "/api/2.2/jobs/get";
  let job: Json | undefined;
  let token = "";
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = {
      job_id: id,
      ...(token === "" ? {} : { page_token: token }),
    } satisfies GetJob;
    try {
      const answer = await api.call({ method: "GET", path, query });
      job = job === undefined ? answer : appended(job, answer);
      token = textAt(answer, "next_page_token");
    } catch (error) {
      // The Jobs API answers 400 for a job that is not there.
      if (error instanceof ApiFailure && (error.missing || error.errorCode === "INVALID_PARAMETER_VALUE"))
        return undefined;
      throw error;
    }
    if (token === "") return job;
  }
  throw new ApiFailure(502, "PAGING_BROKEN", `${path} of job ${id} does not come to an end`);
}

function appended(job: Json, next: Json): Json {
  const settings = JOB.member(job, "settings");
  if (!isObject(job) || !isObject(settings)) return job;
  const lists = PAGED.flatMap((name) => {
    const more = JOB.list(next, "settings", name);
    return more.length === 0 ? [] : [[name, [...JOB.list(job, "settings", name), ...more]] as const];
  });
  return { ...job, settings: { ...settings, ...Object.fromEntries(lists) } };
}

/** Whom a job runs as by the workspace's own word; a `run_as` of its settings alone may be a group. */
function effectiveRunAs(job: Json): RunAs {
  const settings = JOB.member(job, "settings");
  const named = runAsOf(settings);
  const effective = JOB.text(job, "run_as_user_name");
  if (named.kind === "group" || effective === "") return named;
  return principalNamed(effective);
}

/** `/Workspace/Users/a` and `/Users/a` are one folder. */
const folder = (path: string): string => path.replace(/^\/Workspace(?=\/)/, "");

async function readOne(eyes: Eyes, bundle: BundleFacts, job: BundleJob): Promise<BundleJob> {
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
      found = await readJob(workspace, id);
    } catch (error) {
      if (error instanceof ApiFailure && error.refused) continue;
      throw error;
    }
    if (found === undefined || JOB.text(found, "job_id") !== id)
      return unread(`job ${id} is not in this workspace`, again);
    const expected = `${folder(bundle.statePath)}/metadata.json`;
    const path = JOB.text(found, "settings", "deployment", "metadata_file_path");
    if (folder(path) !== expected) {
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
 * any further. One request a job.
 */
export async function asDeployed(
  eyes: Eyes,
  bundle: BundleFacts,
  keys: ReadonlySet<string>,
): Promise<BundleFacts> {
  const jobs = await inParallel(bundle.jobs, (job) =>
    keys.has(job.key) ? readOne(eyes, bundle, job) : Promise.resolve(job),
  );
  return { ...bundle, jobs };
}
