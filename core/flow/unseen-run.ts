import { ApiFailure, lasting, type DatabricksApi } from "../api/client.ts";
import { member, textAt, type Json } from "../api/json.ts";
import { listAll } from "../api/paging.ts";
import { JOB_RUNS, PIPELINE_UPDATES, type ListRuns } from "../api/shapes.ts";
import type { Clock } from "../base/ports.ts";
import type { BundleSummary } from "../cli/summary.ts";

/** Milliseconds after the end of the CLI at which is looked: what it had sent takes effect meanwhile. */
const LOOKS = [0, 1_000, 2_000];
/** What the start of the command is known to by the servers' time, in milliseconds. */
const EXACT = 5_000;

export interface UnseenRun {
  readonly api: DatabricksApi;
  readonly clock: Clock;
  /** Of the bundle, as it is deployed. */
  readonly summary: Pick<BundleSummary, "jobs" | "pipelines">;
  /** Key of the job or pipeline, as `bundle run` takes it: also `jobs.<key>`. */
  readonly resource: string;
  /** Application ID of the deployer. */
  readonly principal: string;
  /** When the command began, by the servers' time: milliseconds since the epoch. */
  readonly since: number;
}

/** A run of a job, or an update of a pipeline, that goes on. */
export type StartedRun =
  | { readonly kind: "jobs"; readonly url: string; readonly id: string }
  | { readonly kind: "pipelines"; readonly id: string };

/**
 * What a command has started that was ended before it could say so: everything active of the job that our principal
 * started since, or the pipeline if an update of it began since; a pipeline has one at a time. Several mean that
 * another command did the same at the same time, and nobody knows which one is ours.
 * @throws ApiFailure
 */
export async function unseenRuns(of: UnseenRun): Promise<readonly StartedRun[]> {
  const { clock, summary, resource } = of;
  const api = lasting(of.api);
  const idIn = (kind: "jobs" | "pipelines"): string | undefined =>
    summary[kind].find(({ key }) => resource === key || resource === `${kind}.${key}`)?.id;
  const [job, pipeline] = [idIn("jobs"), idIn("pipelines")];
  if (job === undefined && pipeline === undefined) return [];
  let looked = 0;
  for (const at of LOOKS) {
    if (at > looked) await clock.sleep(at - looked);
    looked = at;
    const found = [
      ...(job === undefined ? [] : await jobRuns(api, job, of)),
      ...(pipeline === undefined ? [] : await updates(api, pipeline, of)),
    ];
    if (found.length > 0) return found;
  }
  return [];
}

const isSince = (time: Json | undefined, { since }: UnseenRun): boolean => Number(time) >= since - EXACT;

async function jobRuns(api: DatabricksApi, job: string, of: UnseenRun): Promise<readonly StartedRun[]> {
  const query = { job_id: job, active_only: "true" } satisfies ListRuns;
  const runs = await listAll(api, "/api/2.2/jobs/runs/list", JOB_RUNS.key("runs"), query);
  return runs
    .filter((run) => textAt(run, "creator_user_name").toLowerCase() === of.principal.toLowerCase())
    .filter((run) => isSince(member(run, "start_time"), of))
    .map((run) => ({ kind: "jobs", url: textAt(run, "run_page_url"), id: textAt(run, "run_id") }) as const);
}

const ENDED: ReadonlySet<string> = new Set(["CANCELED", "COMPLETED", "FAILED"]);

async function updates(api: DatabricksApi, pipeline: string, of: UnseenRun): Promise<readonly StartedRun[]> {
  const path = `/api/2.0/pipelines/${encodeURIComponent(pipeline)}/updates`;
  try {
    // The newest come first; one of ours is the newest, or there is none.
    const answer = await api.call({ method: "GET", path, query: { max_results: "5" } });
    const active = PIPELINE_UPDATES.list(answer, "updates").filter(
      (update) => !ENDED.has(textAt(update, "state")) && isSince(member(update, "creation_time"), of),
    );
    return active.length === 0 ? [] : [{ kind: "pipelines", id: pipeline }];
  } catch (error) {
    if (error instanceof ApiFailure && error.missing) return [];
    throw error;
  }
}
