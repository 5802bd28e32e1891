import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { idOf, isObject, jsonId, textOf, without, type JsonObject } from "../http/json.ts";
import { pageOf, pageSize } from "../http/paging.ts";
import { invalidParameter, ok, type Reply } from "../http/reply.ts";
import { runAsOf, tasksOf, type Job, type Jobs } from "./jobs.ts";

/** Tasks on one page of `jobs/get`. */
const TASKS_PAGE = 100;

/** `/api/2.x/jobs` without its runs. */
export function jobsRoutes(jobs: Jobs): Route[] {
  const base = "/api/{version}/jobs";
  return [
    {
      method: "POST",
      pattern: `${base}/create`,
      access: "write",
      handle: (call) => ok({ job_id: jsonId(jobs.create(jsonBody(call), callerOf(call)).id) }),
    },
    {
      method: "POST",
      pattern: `${base}/reset`,
      access: "write",
      handle: (call) => {
        const { job_id: id, new_settings: settings } = jsonBody(call);
        if (!isObject(settings)) throw invalidParameter("new_settings is missing");
        jobs.reset(required(id, "job_id"), settings);
        return ok();
      },
    },
    {
      method: "POST",
      pattern: `${base}/delete`,
      access: "write",
      handle: (call) => {
        jobs.delete(required(jsonBody(call)["job_id"], "job_id"));
        return ok();
      },
    },
    {
      method: "GET",
      pattern: `${base}/get`,
      access: "read",
      handle: (call) => getJob(jobs.find(required(call.query.get("job_id"), "job_id")), call),
    },
    { method: "GET", pattern: `${base}/list`, access: "read", handle: (call) => listJobs(jobs, call) },
  ];
}

/** The digits of an id that must be there. */
export function required(value: unknown, name: string): string {
  const id = idOf(value);
  if (id === "") throw invalidParameter(`${name} is missing or no number`);
  return id;
}

function getJob(job: Job, call: Call): Reply {
  const tasks = tasksOf(job.settings);
  const page = pageOf(tasks, call.query.get("page_token"), TASKS_PAGE);
  const more = page.nextPageToken === "" ? {} : { has_more: true, next_page_token: page.nextPageToken };
  const settings = tasks.length === 0 ? job.settings : { ...job.settings, tasks: page.items };
  return ok({ ...head(job), run_as_user_name: runAsOf(job), settings, ...more });
}

function listJobs(jobs: Jobs, call: Call): Reply {
  const name = call.query.get("name")?.toLowerCase();
  const found = [...jobs.all.values()].filter(
    (job) => name === undefined || textOf(job.settings["name"]).toLowerCase() === name,
  );
  const page = pageOf(found, call.query.get("page_token"), pageSize(call.query.get("limit"), 20, 100));
  const expanded = call.query.get("expand_tasks") === "true";
  const items = page.items.map((job) => ({
    ...head(job),
    ...(expanded ? firstTasks(job) : { settings: without(job.settings, "tasks", "job_clusters") }),
  }));
  const more =
    page.nextPageToken === "" ? { has_more: false } : { has_more: true, next_page_token: page.nextPageToken };
  return ok({ jobs: items, ...more });
}

/** The expanded listing shows the first tasks of a job, and says whether there are more. */
function firstTasks({ settings }: Job): JsonObject {
  const tasks = tasksOf(settings);
  if (tasks.length <= TASKS_PAGE) return { settings };
  return { settings: { ...settings, tasks: tasks.slice(0, TASKS_PAGE) }, has_more: true };
}

function head(job: Job): JsonObject {
  return { job_id: jsonId(job.id), creator_user_name: job.creator, created_time: job.createdAt };
}
