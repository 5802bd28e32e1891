import { isDeployedFrom, isOfState } from "../access/scope/job-listing.ts";
import { ApiFailure, callError, lasting, type DatabricksApi } from "../api/client.ts";
import { textAt, type Json } from "../api/json.ts";
import { inParallel } from "../api/paging.ts";
import { JOB, type GetJob } from "../api/shapes.ts";
import { readWorkspaceFile } from "../api/workspace-files.ts";
import { SecretlessError } from "../base/errors.ts";
import type { Platform } from "../base/ports.ts";
import { readPrivateFile, type StateFolder } from "../cli/private-file.ts";
import type { BundleSummary } from "../cli/summary.ts";

/** Where the CLI has left what it says of the deployment. */
export interface Left {
  readonly folder: StateFolder;
  readonly platform: Platform;
}

/**
 * What the CLI says that it has deployed is in the approved workspace: our own session finds there the record of this very
 * deployment, and each job and pipeline, marked as one of this bundle and target. Code of the bundle can send the CLI
 * elsewhere, fetch tokens that it does not use, and write other ids into the state from which they are read.
 * @throws SecretlessError `HOST_NOT_APPROVED`
 */
export async function proveDeployed(api: DatabricksApi, summary: BundleSummary, left: Left): Promise<void> {
  // The deployment is there, whatever becomes of this step.
  const here = lasting(api);
  const { statePath } = summary.workspace;
  const record = `${statePath}/deployment.json`;
  const looks = [
    async () => ((await isOurs(here, record, summary.target, left)) ? undefined : record),
    ...summary.jobs.map(({ key, id }) => async () => {
      const odd = await oddJob(here, summary, { key, id });
      return odd === undefined ? undefined : `jobs.${key} (${id}${odd})`;
    }),
    ...summary.pipelines.map(({ key, id }) => async () => {
      const pipeline = await found(here, "The look at a pipeline", {
        path: `/api/2.0/pipelines/${encodeURIComponent(id)}`,
      });
      const marked = textAt(pipeline, "spec", "deployment", "metadata_file_path");
      const ours = pipeline !== undefined && (marked === "" || isOfState(marked, statePath));
      return ours ? undefined : `pipelines.${key} (${id})`;
    }),
  ];
  const missing = (await inParallel(looks, (look) => look())).filter((name) => name !== undefined);
  if (missing.length === 0) return;
  throw new SecretlessError("HOST_NOT_APPROVED", {
    problem: `The Databricks CLI ended well, but what it says it has deployed is not in the approved workspace.`,
    expected: "the record of this deployment, its jobs and its pipelines, in the approved workspace",
    actual: `not there, or of another deployment: ${missing.slice(0, 20).join(", ")}`,
    remedy:
      "Find out where it was deployed to: code of the bundle (`experimental.scripts`, `python`, build commands) can write configuration that " +
      "sends the CLI elsewhere, and the state from which ids are read. If another deployment ran at the same time, run this one again.",
  });
}

/** Why the job of this id is not the one of this key, as text behind the id; undefined if nothing speaks against it. */
async function oddJob(
  api: DatabricksApi,
  { jobs, workspace }: BundleSummary,
  { key, id }: { readonly key: string; readonly id: string },
): Promise<string | undefined> {
  const query = { job_id: id } satisfies GetJob;
  const job = await found(api, "The look at a job", { path: "/api/2.2/jobs/get", query });
  if (job === undefined) return "";
  if (job === "hidden") return undefined;
  if (!isDeployedFrom(job, workspace.statePath)) return ", of another bundle or target";
  // A server may change a name, but not into that of another job of the bundle.
  const name = JOB.text(job, "settings", "name");
  const own = jobs.find((one) => one.key === key)?.name;
  const other = jobs.find((one) => one.name === name);
  return name === own || other === undefined ? undefined : `, which is jobs.${other.key}`;
}

/** What is there; "hidden" if we may not see it, undefined if it is not. */
async function found(
  api: DatabricksApi,
  what: string,
  request: { readonly path: string; readonly query?: GetJob },
): Promise<Json | undefined> {
  try {
    return await api.call({ method: "GET", ...request });
  } catch (error) {
    if (error instanceof ApiFailure && error.is(400, 404)) return undefined;
    if (error instanceof ApiFailure && error.is(403)) return "hidden";
    throw callError(what, error);
  }
}

/** Whether the workspace has the record that the CLI wrote in this run. */
async function isOurs(
  api: DatabricksApi,
  record: string,
  target: string,
  { folder, platform }: Left,
): Promise<boolean> {
  const ours = await readPrivateFile(folder, platform, target, "deployment.json");
  try {
    return ours !== undefined && ours === (await readWorkspaceFile(api, record));
  } catch (error) {
    throw callError("The look at the record of the deployment", error);
  }
}
