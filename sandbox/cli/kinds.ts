import { idOf, textOf, type JsonObject } from "../http/json.ts";
import { objectOf } from "./config-file.ts";
import { cannot } from "./diagnostics.ts";
import { orUndefined, type WorkspaceClient } from "./workspace-client.ts";

/** What the stand-in knows of one kind of resource. Ids are texts; `doing` stands before the message of an error. */
interface Kind {
  /** As it is now, flat; undefined if it is gone. */
  readonly read: (client: WorkspaceClient, id: string) => Promise<JsonObject | undefined>;
  readonly create: (client: WorkspaceClient, settings: JsonObject, doing: string) => Promise<string>;
  readonly update: (client: WorkspaceClient, id: string, to: JsonObject, doing: string) => Promise<unknown>;
  readonly delete: (client: WorkspaceClient, id: string, doing: string) => Promise<unknown>;
  /** Whether a field of `read` can be compared with a setting. */
  readonly comparable: (field: string) => boolean;
  /** Settings that make up the id: a change of them is a new resource. */
  readonly idFields: readonly string[];
  /** Whether its loss needs `--auto-approve`. */
  readonly guarded: boolean;
  /** Below the workspace's URL. */
  readonly page: (id: string) => string;
}

/** What `jobs/get` has beside the settings. */
const JOB_FACTS = ["created_time", "creator_user_name", "job_id", "run_as_user_name"];

const jobs: Kind = {
  read: async (client, id) => {
    const request = { method: "GET", path: "/api/2.2/jobs/get", query: { job_id: id } } as const;
    const answer = await orUndefined(client.json(request), 404);
    if (answer === undefined) return undefined;
    const facts = Object.entries(answer).filter(([field]) => JOB_FACTS.includes(field));
    return { ...objectOf(answer["settings"]), ...Object.fromEntries(facts) };
  },
  create: async (client, settings, doing) => {
    const request = { method: "POST", path: "/api/2.2/jobs/create", body: settings, doing } as const;
    return idOf((await client.json(request))["job_id"]);
  },
  update: (client, id, settings, doing) => {
    const body = { job_id: BigInt(id), new_settings: settings };
    return client.json({ method: "POST", path: "/api/2.2/jobs/reset", body, doing });
  },
  delete: (client, id, doing) =>
    client.json({ method: "POST", path: "/api/2.2/jobs/delete", body: { job_id: BigInt(id) }, doing }),
  comparable: (field) => !JOB_FACTS.includes(field),
  idFields: [],
  guarded: false,
  page: (id) => `jobs/${id}`,
};

const SCHEMAS = "/api/2.1/unity-catalog/schemas";

const schemas: Kind = {
  read: (client, id) => orUndefined(client.json({ method: "GET", path: `${SCHEMAS}/${id}` }), 404),
  create: async (client, settings, doing) => {
    const created = await client.json({ method: "POST", path: SCHEMAS, body: settings, doing });
    return textOf(created["full_name"]);
  },
  update: () => Promise.reject(cannot("an update of a schema")),
  delete: (client, id, doing) =>
    client.json({ method: "DELETE", path: `${SCHEMAS}/${id}`, query: { force: "true" }, doing }),
  comparable: (field) => ["catalog_name", "name", "comment"].includes(field),
  idFields: ["catalog_name", "name"],
  guarded: true,
  page: (id) => `explore/data/${id.replace(".", "/")}`,
};

/** The kind in a name such as `resources.jobs.nightly`. */
export function kindOf(name: string): Kind {
  return name.startsWith("resources.jobs.") ? jobs : schemas;
}
