import { APP, ENDPOINT, JOB, PIPELINE, PIPELINES } from "../../api/shapes.ts";
import type { BundleFacts, BundleJob } from "../bundle-facts.ts";
import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import type { Json } from "../../api/json.ts";
import { listAll } from "../../api/paging.ts";
import { sharedClusters } from "./clusters.ts";
import { completed, explicitRunAs, isCutOff, type JobListing } from "./job-listing.ts";
import {
  isAbsentFeature,
  isPassing,
  known,
  unknown,
  unreadable,
  type Eyes,
  type Reader,
  type Reading,
  type When,
} from "./reading.ts";

/** Something in the workspace that runs as a principal. */
export interface Runner {
  readonly type: "job" | "pipeline" | "app" | "endpoint";
  readonly id: string;
  readonly name: string;
  /** Application ID or user name, in lower case. */
  readonly principal: string;
  /** Key in the bundle, if it is a job of the bundle. */
  readonly key?: string;
  /** Clusters that it shares, if it is a job. */
  readonly clusters?: readonly string[];
}

/** Jobs of which the listing does not say all are asked one by one, up to this many. */
const MAX_ASKED = 500;

async function list(api: DatabricksApi, path: string, items: string, query = {}): Promise<readonly Json[]> {
  try {
    return await listAll(api, path, items, query);
  } catch (error) {
    if (error instanceof ApiFailure && isAbsentFeature(error)) return [];
    throw error;
  }
}

/** A listing names no owner as run-as, and of each job the first 100 tasks: the rest is asked for. */
async function jobs(
  reader: Reader,
  listing: JobListing,
  tasksMatter: boolean,
): Promise<readonly Runner[] | undefined> {
  const listed = await listing(reader);
  const isShort = (job: Json): boolean => explicitRunAs(job) === "" || (tasksMatter && isCutOff(job));
  const short = listed.filter(isShort);
  if (short.length > MAX_ASKED) return undefined;
  const asked = await completed(reader.workspace, short);
  return [...listed.filter((job) => !isShort(job)), ...asked].map((job) => ({
    type: "job",
    id: JOB.text(job, "job_id"),
    name: JOB.text(job, "settings", "name"),
    principal: (explicitRunAs(job) || JOB.text(job, "run_as_user_name")).toLowerCase(),
    clusters: sharedClusters(JOB.member(job, "settings") ?? {}),
  }));
}

async function others(api: DatabricksApi): Promise<readonly Runner[]> {
  const [pipelines, apps, endpoints] = await Promise.all([
    list(api, "/api/2.0/pipelines", PIPELINES.key("statuses"), { max_results: "100" }),
    list(api, "/api/2.0/apps", "apps", { page_size: "100" }),
    list(api, "/api/2.0/serving-endpoints", "endpoints"),
  ]);
  return [
    ...pipelines.map((item): Runner => ({
      type: "pipeline",
      id: PIPELINE.text(item, "pipeline_id"),
      name: PIPELINE.text(item, "name"),
      principal: PIPELINE.text(item, "run_as_user_name").toLowerCase(),
    })),
    ...apps.map((item): Runner => ({
      type: "app",
      id: APP.text(item, "id"),
      name: APP.text(item, "name"),
      principal: APP.text(item, "service_principal_client_id").toLowerCase(),
    })),
    // A serving endpoint acts with the identity of its creator.
    ...endpoints.map((item): Runner => ({
      type: "endpoint",
      id: ENDPOINT.text(item, "id"),
      name: ENDPOINT.text(item, "name"),
      principal: ENDPOINT.text(item, "creator").toLowerCase(),
    })),
  ];
}

/** What has to hold where runnersOf() gives up. */
export const TOO_MANY = `at most ${MAX_ASKED} jobs in the workspace that have no explicit run_as, or more than 100 tasks`;

/**
 * Everything that runs in the workspace of a reader, who is an admin there; undefined where too many jobs had to be asked for.
 * @throws ApiFailure
 */
export async function runnersOf(
  reader: Reader,
  listing: JobListing,
  tasksMatter: boolean,
): Promise<readonly Runner[] | undefined> {
  const [ofJobs, ofOthers] = await Promise.all([
    jobs(reader, listing, tasksMatter),
    others(reader.workspace),
  ]);
  return ofJobs && [...ofJobs, ...ofOthers];
}

/**
 * Everything in the workspace that runs as somebody. Only the listing of a workspace admin proves that there is nothing
 * else. Requests: pages of four listings, and one for each job that they do not show whole.
 * @param tasksMatter whether it matters which clusters jobs share
 */
export async function readRunners<W extends When>(
  eyes: Eyes<W>,
  listing: JobListing,
  tasksMatter: boolean,
): Promise<Reading<readonly Runner[], W>> {
  const admin = eyes.readers.find((reader) => reader.admin);
  if (admin === undefined)
    return unreadable(eyes, "workspace admin (a listing by anyone else may be incomplete)");
  try {
    const all = await runnersOf(admin, listing, tasksMatter);
    return all === undefined ? unknown(TOO_MANY) : known(all);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return unreadable(
      eyes,
      `listing of jobs, pipelines, apps and endpoints (the API answered ${error.status})`,
      isPassing(error),
    );
  }
}

/**
 * The listing with the bundle's own jobs marked. Before the deployment it shows what the workspace will be like after
 * it: run-as as declared, new jobs in, deleted jobs out. After it only jobs that were read and are this bundle's count as
 * its own.
 */
export function withBundle(
  listed: readonly Runner[],
  bundle: Pick<BundleFacts, "jobs" | "goneJobIds">,
  deployed: boolean,
): readonly Runner[] {
  const declared = (job: BundleJob): string =>
    job.runAs.kind === "service_principal" ? job.runAs.applicationId : "";
  const own = bundle.jobs.filter((job) => !deployed || job.deployed?.state === "read");
  const byId = new Map(own.filter((job) => job.id !== undefined).map((job) => [job.id, job]));
  const gone = new Set(deployed ? [] : bundle.goneJobIds);
  const runners = listed
    .filter(({ type, id }) => type !== "job" || !gone.has(id))
    .map((runner) => {
      const job = runner.type === "job" ? byId.get(runner.id) : undefined;
      if (job === undefined) return runner;
      const planned = { principal: declared(job), clusters: sharedClusters(job.settings) };
      return { ...runner, key: job.key, ...(deployed ? {} : planned) };
    });
  const created = deployed ? [] : bundle.jobs.filter((job) => job.id === undefined);
  return [
    ...runners,
    ...created.map((job): Runner => ({
      type: "job",
      id: "not deployed yet",
      name: job.key,
      key: job.key,
      principal: declared(job),
      clusters: sharedClusters(job.settings),
    })),
  ];
}
