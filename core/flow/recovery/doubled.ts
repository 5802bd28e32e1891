import { callError, type DatabricksApi } from "../../api/client.ts";
import { textAt, type Json } from "../../api/json.ts";
import { inParallel, listAll } from "../../api/paging.ts";
import { JOBS, type ListJobs } from "../../api/shapes.ts";
import { deleteJob } from "../../api/workspace.ts";
import { isDeployedFrom } from "../../access/scope/job-listing.ts";
import type { Audit } from "../../audit/audit.ts";
import { toSecretlessError } from "../../base/errors.ts";
import { quote } from "../../base/quote.ts";
import { redact } from "../../base/redact.ts";
import type { Plan } from "../../cli/plan.ts";
import type { BundleSummary } from "../../cli/summary.ts";
import { noteChanges } from "../changed-resources.ts";
import { warn, type Step } from "../step.ts";

/** More created jobs than these are looked for in one listing of all jobs. */
const BY_NAME = 20;
/** What the beginning of the deployment is known to by the servers' time, in milliseconds. */
const EXACT = 5_000;

interface Doing {
  readonly step: Step;
  readonly audit: Pick<Audit, "note">;
  readonly api: DatabricksApi;
}

/** A deployment that ended well. */
export interface Deployed {
  readonly plan: Plan;
  /** What is deployed now. */
  readonly summary: BundleSummary;
  /** When it began, by the servers' time: milliseconds since the epoch. */
  readonly since: number;
}

/**
 * Deletes the twins of jobs that this deployment has created. The CLI sends the creation of a job again when its answer was
 * lost or was a 503, though it may have taken effect: two jobs, one of them in no state, and the exit code is 0. It ends
 * well only if it held the lock until its end, so that nobody else has created them. Requests: one for each created job.
 * What cannot be found out is a warning: the deployment is there. Never rejects.
 */
export async function removeDoubled(
  { step, audit, api }: Doing,
  { plan, summary, since }: Deployed,
): Promise<void> {
  const created = new Set(
    plan.entries
      .filter(({ action, child }) => !child && (action === "create" || action === "recreate"))
      .map(({ resource }) => resource),
  );
  const names = new Set(summary.jobs.filter(({ key }) => created.has(`jobs.${key}`)).map(({ name }) => name));
  const known = new Set(summary.resources.filter(({ kind }) => kind === "jobs").map(({ id }) => id));
  const isTwin = (job: Json): boolean =>
    names.has(textAt(job, "settings", "name")) &&
    !known.has(textAt(job, "job_id")) &&
    isDeployedFrom(job, summary.workspace.statePath) &&
    textAt(job, "creator_user_name").toLowerCase() === step.inputs.clientId.toLowerCase() &&
    Number(textAt(job, "created_time")) >= since - EXACT;
  try {
    const twins = (await listed(api, [...names])).filter(isTwin);
    await inParallel(twins, async (job) => {
      const [id, name] = [textAt(job, "job_id"), textAt(job, "settings", "name")];
      await deleteJob(api, id);
      warn(
        step,
        `The Databricks CLI had created the job ${quote(name)} twice, because the answer to the first creation was lost. The ` +
          `one that the bundle's state does not know (${id}) was deleted.`,
      );
      const key = summary.jobs.find((one) => one.name === name)?.key ?? "";
      const { name: bundle, target } = summary;
      const gone = {
        change: "deleted",
        outcome: { ok: true },
        kind: "jobs",
        resource: `jobs.${key}`,
      } as const;
      noteChanges(audit, [{ ...gone, id, bundle, target, command: step.inputs.command.name }]);
    });
  } catch (error) {
    const { message } = toSecretlessError(callError("The look for jobs that were created twice", error));
    warn(step, `Whether the Databricks CLI has created a job twice is not known. ${redact(message)}`);
  }
}

async function listed(api: DatabricksApi, names: readonly string[]): Promise<readonly Json[]> {
  const list = (query: ListJobs): Promise<readonly Json[]> =>
    listAll(api, "/api/2.2/jobs/list", JOBS.key("jobs"), query);
  if (names.length > BY_NAME) return list({ limit: "100" });
  return (await inParallel(names, (name) => list({ name, limit: "100" }))).flat();
}
