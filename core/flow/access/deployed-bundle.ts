import type { BundleFacts, BundleJob } from "../../access/bundle-facts.ts";
import { isCutOff, isDeployedFrom, readJob } from "../../access/scope/job-listing.ts";
import { runAsOf } from "../../access/bundle-facts.ts";
import type { DatabricksApi } from "../../api/client.ts";
import { readJson, member, members, textAt, type Json } from "../../api/json.ts";
import { listAll } from "../../api/paging.ts";
import { JOBS, type ListJobs } from "../../api/shapes.ts";
import { readWorkspaceFile } from "../../api/workspace-files.ts";
import { SecretlessError, type Mistake } from "../../base/errors.ts";
import { isUuid } from "../../base/uuid.ts";
import type { BundleSettings } from "../../bundle/settings.ts";

export interface DeployedBundle {
  readonly facts: BundleFacts;
  /**
   * Application IDs of those who created the jobs that its record knows: they plan, so they may read what is recorded. That
   * a job says it were deployed from there anybody can write into one of his own.
   */
  readonly creators: readonly string[];
}

/**
 * What is deployed of a bundle, from the workspace: its jobs are those that say that they were deployed from this state
 * folder. Which key of the bundle a job has, the deployment's own record says, of these jobs alone.
 * @throws SecretlessError `ACCESS_DEPLOYMENT_UNPROVEN`
 */
export async function deployedBundle(
  api: DatabricksApi,
  settings: BundleSettings,
  workspaceId: string,
): Promise<DeployedBundle> {
  const { name, target, statePath, filePath, config } = settings;
  const path = `${statePath}/metadata.json`;
  const query = { limit: "100", expand_tasks: "true" } satisfies ListJobs;
  const [text, listed] = await Promise.all([
    readWorkspaceFile(api, path),
    listAll(api, "/api/2.2/jobs/list", JOBS.key("jobs"), query),
  ]);
  const here = listed.filter((job) => isDeployedFrom(job, statePath));
  const byId = new Map(here.map((job) => [textAt(job, "job_id"), job]));
  const metadata = text === undefined ? undefined : parse(text);
  const mistakes = metadata === undefined ? [] : wrongBundle(metadata, settings);
  if (metadata === undefined && here.length > 0) {
    mistakes.push({
      problem: `${path} is not there, or not readable, and ${here.length} jobs say that they belong to it.`,
      remedy: "Give the registrar CAN_READ on the bundle's state folder, or deploy the bundle again.",
    });
  }
  const jobs: BundleJob[] = [];
  for (const [key, job] of members(member(metadata, "config", "resources", "jobs"))) {
    const id = textAt(job, "id");
    const found = await wholeJob(api, id, byId.get(id));
    if (found === undefined) mistakes.push(notThere(key, id, path));
    else jobs.push({ key, id, ...settingsOf(found) });
  }
  if (mistakes.length > 0) throw unproven(mistakes);
  const known = new Set(jobs.map(({ id }) => id));
  const creators = here
    .filter((job) => known.has(textAt(job, "job_id")))
    .map((job) => textAt(job, "creator_user_name").toLowerCase());
  return {
    facts: {
      ...{ workspaceId, name, target, statePath, filePath, config, jobs },
      goneJobIds: [...byId.keys()].filter((id) => !known.has(id)),
    },
    creators: [...new Set(creators.filter(isUuid))],
  };
}

/** A listing shows a job's first hundred tasks. @returns undefined for a job that is not there, or gone by now */
async function wholeJob(api: DatabricksApi, id: string, listed: Json | undefined): Promise<Json | undefined> {
  return listed !== undefined && isCutOff(listed) ? readJob(api, id) : listed;
}

function settingsOf(job: Json): Pick<BundleJob, "settings" | "runAs"> {
  const settings = member(job, "settings") ?? {};
  return { settings, runAs: runAsOf(settings) };
}

function parse(text: string): Json {
  try {
    return readJson(text);
  } catch {
    return {};
  }
}

function wrongBundle(metadata: Json, { name, target, statePath }: BundleSettings): Mistake[] {
  const found = ["name", "target"].map((key) => textAt(metadata, "config", "bundle", key));
  if (found[0] === name && found[1] === target) return [];
  return [
    {
      problem: `What is deployed in ${statePath} is another bundle or target than this checkout's.`,
      expected: `bundle ${name}, target ${target}`,
      actual: `bundle ${found[0] || "(none)"}, target ${found[1] || "(none)"}`,
      remedy: "Check out the commit that was deployed, or deploy this one first.",
    },
  ];
}

function notThere(key: string, id: string, path: string): Mistake {
  return {
    problem: `Job "${key}" (${id}) is not in the workspace as a job of this deployment.`,
    expected: `a job with deployment.metadata_file_path ${path}`,
    remedy:
      "Deploy the bundle again. If it is there, give the registrar CAN_VIEW on it (or make the registrar a workspace admin).",
  };
}

function unproven(mistakes: readonly Mistake[]): SecretlessError {
  return new SecretlessError("ACCESS_DEPLOYMENT_UNPROVEN", {
    problem: "What is deployed of this bundle cannot be proven from the workspace. No access was changed.",
    mistakes,
  });
}
