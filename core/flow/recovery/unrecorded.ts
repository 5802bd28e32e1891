import type { NamedObject } from "./catalog-objects.ts";
import { isDeployedFrom } from "../../access/scope/job-listing.ts";
import type { DatabricksApi } from "../../api/client.ts";
import { members, member, textAt, type Json } from "../../api/json.ts";
import { inParallel, listAll } from "../../api/paging.ts";
import { JOBS, PIPELINES, type ListJobs } from "../../api/shapes.ts";
import type { BundleSummary } from "../../cli/summary.ts";

/** What is in the workspace as deployed from this state folder, and in no state. */
export interface Unrecorded {
  readonly kind: "jobs" | "pipelines" | NamedObject["kind"];
  readonly id: string;
  readonly name: string;
  /** Undefined where the workspace does not say it. */
  readonly creator: string | undefined;
}

export interface Adoption extends Unrecorded {
  /** Key under `resources.<kind>` that has nothing yet. */
  readonly key: string;
  /** Whether the state knows it, as it was before. */
  readonly known?: true;
}

export interface Recovery {
  readonly adopted: readonly Adoption[];
  readonly reported: readonly (Unrecorded & { readonly why: string })[];
}

type Summary = Pick<BundleSummary, "tree" | "resources" | "workspace">;

/**
 * The jobs and pipelines that say that they were deployed from the bundle's state folder, and that its state does not know.
 * Requests: a listing of the jobs; of the pipelines, if the bundle has any, and of those that have a name of the bundle's.
 * @throws ApiFailure
 */
export async function unrecorded(api: DatabricksApi, summary: Summary): Promise<Unrecorded[]> {
  const { statePath } = summary.workspace;
  const known = new Set(summary.resources.map(({ kind, id }) => `${kind}.${id}`));
  const isUnknown = ({ kind, id }: Unrecorded): boolean => !known.has(`${kind}.${id}`);
  const query = { limit: "100" } satisfies ListJobs;
  const jobs = (await listAll(api, "/api/2.2/jobs/list", JOBS.key("jobs"), query))
    .filter((job) => isDeployedFrom(job, statePath))
    .map((job) => found("jobs", textAt(job, "job_id"), textAt(job, "settings", "name"), job));
  return [...jobs, ...(await pipelines(api, summary))].filter(isUnknown);
}

async function pipelines(api: DatabricksApi, { tree, workspace }: Summary): Promise<Unrecorded[]> {
  const names = new Set(declared(tree, "pipelines").map(({ name }) => name));
  if (names.size === 0) return [];
  const query = { max_results: "100" };
  const listed = await listAll(api, "/api/2.0/pipelines", PIPELINES.key("statuses"), query);
  const named = listed.filter((one) => names.has(textAt(one, "name")));
  const whole = await inParallel(named, async (one) => {
    const path = `/api/2.0/pipelines/${encodeURIComponent(textAt(one, "pipeline_id"))}`;
    return [one, await api.call({ method: "GET", path })] as const;
  });
  return whole
    .filter(([, pipeline]) =>
      // A pipeline says it where a job does in its settings.
      isDeployedFrom({ settings: member(pipeline, "spec") ?? {} }, workspace.statePath),
    )
    .map(([one]) => found("pipelines", textAt(one, "pipeline_id"), textAt(one, "name"), one));
}

function found(kind: "jobs" | "pipelines", id: string, name: string, from: Json): Unrecorded {
  return { kind, id, name, creator: textAt(from, "creator_user_name") };
}

function declared(
  tree: Json,
  kind: Unrecorded["kind"],
): { key: string; name: string; isDeployed: boolean }[] {
  return members(member(tree, "resources", kind)).map(([key, resource]) => ({
    ...{ key, name: textAt(resource, "name"), isDeployed: textAt(resource, "id") !== "" },
  }));
}

/** What the CLI takes for a word, and not for an option. */
const WORD = /^\w[\w.-]*$/;

/**
 * Which of them belong to a key of the bundle that has nothing yet: jobs and pipelines by their name, only what our own
 * principal created. Anybody can write into a job of his own that it were deployed from here. Of two of one name the first
 * is adopted. A schema, volume or dashboard must be of the time in which the run that died held its lease.
 * @param principal application ID of the deployer
 */
export function judge(
  unknown: readonly Unrecorded[],
  objects: readonly NamedObject[],
  { tree }: Pick<Summary, "tree">,
  principal: string,
): Recovery {
  const adopted: Adoption[] = [];
  const reported: (Unrecorded & { why: string })[] = [];
  const all = members(member(tree, "resources")).flatMap(([, ofKind]) => members(ofKind).map(([key]) => key));
  const isOurs = ({ creator }: Unrecorded): boolean =>
    creator === undefined || creator.toLowerCase() === principal.toLowerCase();
  const decide = (
    one: Unrecorded & Pick<Adoption, "known">,
    key: string | undefined,
    otherwise: string | undefined,
  ): void => {
    let why = otherwise;
    if (!isOurs(one)) why = `${one.creator || "somebody who is not named"} created it`;
    else if (key !== undefined && all.filter((other) => other === key).length > 1)
      why ??= "its key is one of several kinds, and the CLI takes the key alone";
    else if (!WORD.test(key ?? "x") || !WORD.test(one.id)) why ??= "its key or ID is no plain word";
    if (why !== undefined) reported.push({ ...one, why });
    else if (key !== undefined) adopted.push({ ...one, key });
  };
  const byAge = ({ id: one }: Unrecorded, { id: other }: Unrecorded): number =>
    one.length - other.length || (one < other ? -1 : 1);
  for (const one of [...unknown].sort(byAge)) {
    const [only, second] = declared(tree, one.kind).filter(({ name }) => name === one.name);
    const isTaken = adopted.some(({ kind, key }) => kind === one.kind && key === only?.key);
    let why: string | undefined;
    if (only === undefined) why = "nothing in the bundle has its name";
    else if (second !== undefined) why = "several in the bundle have its name";
    else if (only.isDeployed || isTaken) why = `it is there twice, ${one.kind}.${only.key} is another one`;
    decide(one, only?.key, why);
  }
  for (const { key, inTime, ...one } of objects)
    decide(
      one,
      key,
      inTime ? undefined : "it was not created or changed while the run that died was deploying",
    );
  return { adopted, reported };
}
