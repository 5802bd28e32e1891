import { member, type Json } from "../../../core/api/json.ts";
import type { Row } from "./fake-data.ts";

/** Of each job a listing shows the first hundred tasks, and not whom it runs as unless its settings say so. */
export function listedJob(job: Row): Row {
  const tasks = member(job, "settings", "tasks");
  const settings = (job["settings"] ?? {}) as Row;
  const more = Array.isArray(tasks) && tasks.length > 100;
  return {
    job_id: job["job_id"] ?? null,
    creator_user_name: job["creator_user_name"] ?? null,
    settings: more ? { ...settings, tasks: tasks.slice(0, 100) as Json } : settings,
    ...(more && { has_more: true }),
  };
}

/** `jobs/get` gives the tasks of a job by hundreds. */
export function jobPage(job: Row, from: number): Row {
  const tasks = member(job, "settings", "tasks");
  if (!Array.isArray(tasks) || tasks.length <= 100) return job;
  const settings = { ...(job["settings"] as Row), tasks: tasks.slice(from, from + 100) as Json };
  const more = from + 100 < tasks.length && { has_more: true, next_page_token: String(from + 100) };
  return { ...job, settings, ...more };
}
