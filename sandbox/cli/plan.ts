import { isObject, type Json, type JsonObject } from "../http/json.ts";
import type { Bundle } from "./bundle.ts";
import { changesOf, type Change } from "./changes.ts";
import type { DeploymentState } from "./state.ts";
import { VERSION } from "./version.ts";
import { orUndefined } from "./workspace-files.ts";
import type { WorkspaceClient } from "./workspace-client.ts";

export interface PlanEntry {
  /** Key under `resources.jobs`. */
  readonly key: string;
  readonly action: "create" | "update" | "delete" | "skip";
  /** Id of the deployed job; absent for `create`. */
  readonly id?: string;
  /** A job to delete that is gone already. */
  readonly gone?: boolean;
  readonly settings?: JsonObject;
  readonly remote?: JsonObject;
  readonly changes?: Readonly<Record<string, Change>>;
}

/** What `jobs/get` has beside the settings. */
const REMOTE_ONLY = ["created_time", "creator_user_name", "job_id", "run_as_user_name"];

/** Compares the bundle with its state and with the workspace, by key. */
export async function makePlan(
  bundle: Bundle,
  state: DeploymentState,
  client: WorkspaceClient,
): Promise<PlanEntry[]> {
  const deployed = [...state.resources.keys()].map((name) => name.replace(/^resources\.jobs\./, ""));
  const keys = [...new Set([...bundle.jobs.keys(), ...deployed])].sort();
  return Promise.all(keys.map((key) => planJob(key, bundle, state, client)));
}

async function planJob(
  key: string,
  bundle: Bundle,
  state: DeploymentState,
  client: WorkspaceClient,
): Promise<PlanEntry> {
  const settings = bundle.jobs.get(key)?.settings;
  const known = state.resources.get(`resources.jobs.${key}`);
  const remote = known === undefined ? undefined : await readJob(known.id, client);
  if (known === undefined || (remote === undefined && settings !== undefined)) {
    return { key, action: "create", settings: settings ?? {} };
  }
  const { id } = known;
  if (remote === undefined) return { key, action: "delete", id, gone: true };
  if (settings === undefined) return { key, action: "delete", id, remote };
  const comparable = Object.fromEntries(
    Object.entries(remote).filter(([name]) => !REMOTE_ONLY.includes(name)),
  );
  const changes = changesOf(known.settings, settings, comparable);
  const update = Object.values(changes).some(({ action }) => action === "update");
  return { key, action: update ? "update" : "skip", id, settings, remote, changes };
}

/** All pages of a job, flat: its settings beside what only the workspace knows. */
async function readJob(id: string, client: WorkspaceClient): Promise<JsonObject | undefined> {
  const page = async (token?: string) => {
    const query = token === undefined ? { job_id: id } : { job_id: id, page_token: token };
    return orUndefined(client.json({ method: "GET", path: "/api/2.2/jobs/get", query }), 404);
  };
  let answer = await page();
  if (answer === undefined) return undefined;
  const job: JsonObject = { ...(isObject(answer["settings"]) ? answer["settings"] : {}) };
  for (const field of REMOTE_ONLY) if (answer[field] !== undefined) job[field] = answer[field];
  while (typeof answer?.["next_page_token"] === "string") {
    answer = await page(answer["next_page_token"]);
    const tasks = isObject(answer?.["settings"]) ? answer["settings"]["tasks"] : undefined;
    if (Array.isArray(tasks) && Array.isArray(job["tasks"]))
      job["tasks"] = job["tasks"].concat(tasks) as Json[];
  }
  return job;
}

/** `bundle plan -o json`. */
export function planJson(entries: readonly PlanEntry[], state: DeploymentState): JsonObject {
  const { lineage, serial } = state;
  return {
    plan_version: 2,
    cli_version: VERSION,
    ...(state.exists ? { lineage, serial } : {}),
    plan: Object.fromEntries(
      entries.map(({ key, action, gone, settings, remote, changes }) => [
        `resources.jobs.${key}`,
        {
          action,
          ...(gone === true ? { gone } : {}),
          ...(settings === undefined || action === "skip" ? {} : { new_state: { value: settings } }),
          ...(remote === undefined ? {} : { remote_state: remote }),
          ...(changes === undefined || Object.keys(changes).length === 0
            ? {}
            : { changes: changes as unknown as JsonObject }),
        },
      ]),
    ),
  };
}

export function planText(entries: readonly PlanEntry[]): string {
  const count = (action: PlanEntry["action"]): number =>
    entries.filter((entry) => entry.action === action).length;
  const lines = entries
    .filter(({ action }) => action !== "skip")
    .map(({ action, key }) => `${action} jobs.${key}`);
  if (lines.length > 0) lines.push("");
  lines.push(
    `Plan: ${count("create")} to add, ${count("update")} to change, ${count("delete")} to delete, ${count("skip")} unchanged`,
  );
  return `${lines.join("\n")}\n`;
}
