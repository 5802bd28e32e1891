import { isObject, textOf, type JsonObject } from "../http/json.ts";
import { doesNotExist, invalidParameter } from "../http/reply.ts";
import type { ServicePrincipal } from "../identity/principals.ts";
import type { WorkspaceContext } from "./context.ts";

export interface Job {
  readonly id: string;
  /** Application ID of the creator. */
  readonly creator: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** As sent, with the server's defaults filled in. */
  readonly settings: JsonObject;
}

/** The jobs of a workspace. */
export class Jobs {
  readonly #all = new Map<string, Job>();
  readonly #context: WorkspaceContext;

  constructor(context: WorkspaceContext) {
    this.#context = context;
  }

  /** All jobs by id. */
  get all(): ReadonlyMap<string, Job> {
    return this.#all;
  }

  /** @throws Refusal 404 */
  find(id: string): Job {
    const job = this.#all.get(id);
    if (job === undefined) throw doesNotExist(`Job ${id} does not exist.`);
    return job;
  }

  create(settings: JsonObject, creator: ServicePrincipal): Job {
    this.#check(settings);
    const job = {
      id: this.#context.ids.jobs.next(),
      creator: creator.applicationId,
      createdAt: this.#context.clock.now(),
      settings: withDefaults(settings),
    };
    this.#all.set(job.id, job);
    return job;
  }

  /** Replaces all settings; a `run_as` that is left out stays what it was. */
  reset(id: string, settings: JsonObject): void {
    const job = this.find(id);
    this.#check(settings);
    const runAs = settings["run_as"] ?? job.settings["run_as"];
    this.#all.set(id, {
      ...job,
      settings: withDefaults(runAs === undefined ? settings : { ...settings, run_as: runAs }),
    });
  }

  delete(id: string): void {
    this.find(id);
    this.#all.delete(id);
  }

  #check(settings: JsonObject): void {
    const tasks = settings["tasks"];
    const keys = Array.isArray(tasks)
      ? tasks.map((task) => textOf(isObject(task) ? task["task_key"] : ""))
      : [];
    if (keys.includes("")) throw invalidParameter("task_key is required for every task");
    if (new Set(keys).size < keys.length) throw invalidParameter("task keys must be unique");
    const runAs = settings["run_as"];
    const name = isObject(runAs) ? textOf(runAs["service_principal_name"]) : "";
    if (name !== "" && this.#context.principals.withApplicationId(name) === undefined) {
      throw invalidParameter(`Principal: ServicePrincipalName(${name}) does not exist`);
    }
  }
}

/** Who runs the job: `run_as`, or else its creator. */
export function runAsOf(job: Job): string {
  const runAs = job.settings["run_as"];
  const named = isObject(runAs) ? textOf(runAs["service_principal_name"]) || textOf(runAs["user_name"]) : "";
  return named || job.creator;
}

export function tasksOf(settings: JsonObject): readonly JsonObject[] {
  const tasks = settings["tasks"];
  return Array.isArray(tasks) ? tasks.filter(isObject) : [];
}

/** What the Jobs API fills in; the CLI takes none of it for a change. */
function withDefaults(settings: JsonObject): JsonObject {
  const filled: JsonObject = {
    email_notifications: {},
    webhook_notifications: {},
    timeout_seconds: 0,
    max_concurrent_runs: 1,
    format: "MULTI_TASK",
    ...settings,
  };
  if (settings["tasks"] !== undefined) filled["tasks"] = tasksOf(settings).map(taskWithDefaults);
  return filled;
}

function taskWithDefaults(task: JsonObject): JsonObject {
  const filled: JsonObject = { run_if: "ALL_SUCCESS", timeout_seconds: 0, email_notifications: {}, ...task };
  const notebook = task["notebook_task"];
  if (isObject(notebook)) filled["notebook_task"] = { source: "WORKSPACE", ...notebook };
  return filled;
}
