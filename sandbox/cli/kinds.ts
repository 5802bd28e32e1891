import { idOf, isObject, textOf, type Json, type JsonObject } from "../http/json.ts";
import { orUndefined } from "./workspace-files.ts";
import type { WorkspaceClient } from "./workspace-client.ts";

/** What the stand-in knows of one kind of resource. Ids are texts. */
export interface Kind {
  /** As it is now, flat; undefined if it is gone. */
  readonly read: (id: string, client: WorkspaceClient) => Promise<JsonObject | undefined>;
  readonly create: (settings: JsonObject, client: WorkspaceClient, doing: string) => Promise<string>;
  readonly update: (
    id: string,
    settings: JsonObject,
    client: WorkspaceClient,
    doing: string,
  ) => Promise<void>;
  readonly delete: (id: string, client: WorkspaceClient, doing: string) => Promise<void>;
  /** What of `read` can be compared with settings. */
  readonly comparable: (remote: JsonObject) => JsonObject;
  /** Settings that make up the id: a change of them is a new resource. */
  readonly idFields: readonly string[];
  /** What its loss is called; such a change needs `--auto-approve`. */
  readonly guarded?: string;
  readonly url: (host: string, id: string, workspaceId: string) => string;
}

type KindName = "jobs" | "schemas";

/** What `jobs/get` has beside the settings. */
const JOB_FACTS = ["created_time", "creator_user_name", "job_id", "run_as_user_name"];

const jobs: Kind = {
  read: async (id, client) => {
    const page = (token: Json | undefined) => {
      const query = { job_id: id, ...(typeof token === "string" ? { page_token: token } : {}) };
      return orUndefined(client.json({ method: "GET", path: "/api/2.2/jobs/get", query }), 404);
    };
    let answer = await page(undefined);
    if (answer === undefined) return undefined;
    const job: JsonObject = { ...(isObject(answer["settings"]) ? answer["settings"] : {}) };
    for (const field of JOB_FACTS) if (answer[field] !== undefined) job[field] = answer[field];
    while (answer?.["next_page_token"] !== undefined) {
      answer = await page(answer["next_page_token"]);
      const tasks = isObject(answer?.["settings"]) ? answer["settings"]["tasks"] : undefined;
      if (Array.isArray(tasks) && Array.isArray(job["tasks"]))
        job["tasks"] = job["tasks"].concat(tasks) as Json[];
    }
    return job;
  },
  create: async (settings, client, doing) => {
    const request = { method: "POST", path: "/api/2.2/jobs/create", body: settings, doing } as const;
    return idOf((await client.json(request))["job_id"]);
  },
  update: async (id, settings, client, doing) => {
    const body = { job_id: BigInt(id), new_settings: settings };
    await client.json({ method: "POST", path: "/api/2.2/jobs/reset", body, doing });
  },
  delete: async (id, client, doing) => {
    await client.json({ method: "POST", path: "/api/2.2/jobs/delete", body: { job_id: BigInt(id) }, doing });
  },
  comparable: (remote) =>
    Object.fromEntries(Object.entries(remote).filter(([name]) => !JOB_FACTS.includes(name))),
  idFields: [],
  url: (host, id, workspaceId) => `${host}/jobs/${id}?w=${workspaceId}`,
};

const SCHEMAS = "/api/2.1/unity-catalog/schemas";
const SCHEMA_SETTINGS = ["catalog_name", "name", "comment"];

const schemas: Kind = {
  read: (id, client) => orUndefined(client.json({ method: "GET", path: `${SCHEMAS}/${id}` }), 404),
  create: async (settings, client, doing) => {
    const created = await client.json({ method: "POST", path: SCHEMAS, body: settings, doing });
    return textOf(created["full_name"]);
  },
  update: async (id, { comment }, client, doing) => {
    await client.json({ method: "PATCH", path: `${SCHEMAS}/${id}`, body: { comment }, doing });
  },
  delete: async (id, client, doing) => {
    await client.json({ method: "DELETE", path: `${SCHEMAS}/${id}`, query: { force: "true" }, doing });
  },
  comparable: (remote) =>
    Object.fromEntries(Object.entries(remote).filter(([name]) => SCHEMA_SETTINGS.includes(name))),
  idFields: ["catalog_name", "name"],
  guarded: "UC schemas",
  url: (host, id, workspaceId) => `${host}/explore/data/${id.replace(".", "/")}?w=${workspaceId}`,
};

const KINDS: Readonly<Record<KindName, Kind>> = { jobs, schemas };

/** The kind in a name such as `resources.jobs.nightly`. */
export function kindOf(name: string): Kind {
  return KINDS[name.split(".")[1] as KindName];
}

/** `resources.jobs.nightly` as people read it: `jobs.nightly`. */
export function shortName(name: string): string {
  return name.replace(/^resources\./, "");
}
