import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import { isObject, member, textAt, type Json } from "../../api/json.ts";
import { inParallel, listAll } from "../../api/paging.ts";
import { JOB, JOB_SETTINGS, JOBS, TASK, type GetJob, type ListJobs } from "../../api/shapes.ts";
import { cleanFolder } from "../../base/paths.ts";
import { tasksOf } from "./clusters.ts";
import type { Eyes, Reader } from "./reading.ts";

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

/** Whom the settings of a job name as run-as: an application ID, a user's or a group's name; "" if nobody. */
export function explicitRunAs(job: Json): string {
  const names = ["service_principal_name", "user_name", "group_name"];
  return names.map((name) => textAt(job, "settings", "run_as", name)).find((name) => name !== "") ?? "";
}

/** `/Workspace/Users/a` and `/Users/a` are one folder. */
const bare = (path: string): string => cleanFolder(path).replace(/^\/Workspace(?=\/)/, "");

/** Whether a job says that it was deployed from this state folder. */
export function isDeployedFrom(job: Json, statePath: string): boolean {
  return isOfState(JOB.text(job, "settings", "deployment", "metadata_file_path"), statePath);
}

/** Whether this is the path of the metadata that a deployment from this state folder writes. */
export function isOfState(metadataPath: string, statePath: string): boolean {
  return bare(metadataPath) === `${bare(statePath)}/metadata.json`;
}

/** Whether a job of the listing has more tasks or clusters than it shows. */
export const isCutOff = (listed: Json): boolean => member(listed, "has_more") === true;

/**
 * Whether a job of the expanded listing says all that `jobs/get` would: whom it runs as, all of its tasks, and whatever
 * they refer to. The listing shows the first 100 tasks and clusters of a job, and names no owner as run-as.
 */
export function isWhole(listed: Json): boolean {
  const settings = JOB.member(listed, "settings");
  const named = (list: "environments" | "job_clusters", key: string): ReadonlySet<string> =>
    new Set(JOB_SETTINGS.list(settings, list).map((one) => textAt(one, key)));
  const environments = named("environments", "environment_key");
  const clusters = named("job_clusters", "job_cluster_key");
  const tasks = tasksOf(settings ?? null);
  const refers = (key: "environment_key" | "job_cluster_key", to: ReadonlySet<string>): boolean =>
    tasks.every((task) => TASK.text(task, key) === "" || to.has(TASK.text(task, key)));
  return (
    !isCutOff(listed) &&
    tasks.length > 0 &&
    JOB.text(listed, "settings", "run_as", "service_principal_name") !== "" &&
    refers("environment_key", environments) &&
    refers("job_cluster_key", clusters)
  );
}

/** Every job of the workspace, with its tasks; each who asks is given the same listing. */
export type JobListing = (reader: Reader) => Promise<readonly Json[]>;

/** A listing that is made once for each reader, when it is first asked for. Requests: pages of 100 jobs. */
export function jobListing(): JobListing {
  const made = new Map<Reader, Promise<readonly Json[]>>();
  return (reader) => {
    const query = { limit: "100", expand_tasks: "true" } satisfies ListJobs;
    const listed =
      made.get(reader) ?? listAll(reader.workspace, "/api/2.2/jobs/list", JOBS.key("jobs"), query);
    made.set(reader, listed);
    return listed;
  };
}

/** From this many jobs on, their pages of the listing take fewer requests than asking for each. */
const LIST_FROM = 20;

/**
 * The jobs among these that the listing of a workspace admin shows whole, by id; none where there are few to read, or nobody
 * may list all.
 */
export async function listedWhole(
  { readers }: Eyes,
  ids: readonly string[],
  listing: JobListing,
): Promise<ReadonlyMap<string, Json>> {
  const admin = readers.find((reader) => reader.admin);
  if (admin === undefined || ids.length < LIST_FROM) return new Map();
  const wanted = new Set(ids);
  const listed = await listing(admin).catch((error: unknown) => {
    // Each is asked for then, and tells why not.
    if (error instanceof ApiFailure) return [];
    throw error;
  });
  const mine = listed.map((job) => [JOB.text(job, "job_id"), job] as const);
  return new Map(mine.filter(([id, job]) => wanted.has(id) && isWhole(job)));
}

/** What the listing leaves out of these jobs, each asked for; a job that is gone by now is as it was listed. */
export function completed(api: DatabricksApi, jobs: readonly Json[]): Promise<readonly Json[]> {
  return inParallel(jobs, async (job) => (await readJob(api, JOB.text(job, "job_id"))) ?? job);
}
