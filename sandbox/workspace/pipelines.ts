import { randomUUID } from "node:crypto";
import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { isObject, textOf, without, type JsonObject } from "../http/json.ts";
import { pageOf, pageSize } from "../http/paging.ts";
import { apiError, doesNotExist, invalidParameter, ok, type Reply } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";

export interface Pipeline {
  readonly id: string;
  readonly creator: string;
  readonly modifiedAt: number;
  /** As sent, with the server's defaults filled in. */
  readonly spec: JsonObject;
  readonly runAs: JsonObject | undefined;
}

export type UpdateState = "COMPLETED" | "FAILED" | "CANCELED";

interface Update {
  readonly id: string;
  readonly pipelineId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  state: "RUNNING" | UpdateState;
  readonly outcome: UpdateState;
  readonly error: string | undefined;
  /** The body of its start. */
  readonly request: JsonObject;
}

/** The pipelines of a workspace and their updates. */
export class Pipelines {
  readonly #all = new Map<string, Pipeline>();
  readonly #updates: Update[] = [];
  readonly #outcomes: { readonly outcome: UpdateState; readonly error: string | undefined }[] = [];
  readonly #context: WorkspaceContext;

  constructor(context: WorkspaceContext) {
    this.#context = context;
  }

  /** All pipelines by id. */
  get all(): ReadonlyMap<string, Pipeline> {
    return this.#all;
  }

  /** Every update, the latest last. */
  get updates(): readonly Update[] {
    return this.#updates;
  }

  /** How the next update ends, and why it fails; default `COMPLETED`. Used up in order. */
  script(outcome: UpdateState, error?: string): void {
    this.#outcomes.push({ outcome, error });
  }

  routes(): Route[] {
    const one = "/api/2.0/pipelines/{id}";
    return [
      { method: "GET", pattern: "/api/2.0/pipelines", access: "read", handle: (call) => this.#list(call) },
      {
        method: "POST",
        pattern: "/api/2.0/pipelines",
        access: "write",
        handle: (call) => this.#create(call),
      },
      { method: "GET", pattern: one, access: "read", handle: (call) => ok(render(this.#find(call))) },
      { method: "PUT", pattern: one, access: "write", handle: (call) => this.#edit(call) },
      { method: "DELETE", pattern: one, access: "write", handle: (call) => this.#delete(call) },
      { method: "POST", pattern: `${one}/updates`, access: "write", handle: (call) => this.#start(call) },
      { method: "GET", pattern: `${one}/updates`, access: "read", handle: (call) => this.#listUpdates(call) },
      {
        method: "GET",
        pattern: `${one}/updates/{update}`,
        access: "read",
        handle: (call) => this.#update(call),
      },
      { method: "POST", pattern: `${one}/stop`, access: "write", handle: (call) => this.#stop(call) },
      {
        method: "GET",
        pattern: `${one}/events`,
        access: "read",
        handle: (call) => this.#events(call),
      },
    ];
  }

  #find(call: Call): Pipeline {
    const id = call.params["id"] ?? "";
    const pipeline = this.#all.get(id);
    if (pipeline === undefined) throw doesNotExist(`The specified pipeline ${id} was not found.`);
    return pipeline;
  }

  #list(call: Call): Reply {
    const page = pageOf(
      [...this.#all.values()],
      call.query.get("page_token"),
      pageSize(call.query.get("max_results"), 25, 100),
    );
    const more = page.nextPageToken === "" ? {} : { next_page_token: page.nextPageToken };
    return ok({ statuses: page.items.map(head), ...more });
  }

  #create(call: Call): Reply {
    const id = randomUUID();
    const pipeline = this.#stored(id, callerOf(call).applicationId, jsonBody(call));
    this.#checkName(pipeline, jsonBody(call));
    this.#all.set(id, pipeline);
    return ok({ pipeline_id: id });
  }

  #edit(call: Call): Reply {
    const old = this.#find(call);
    const body = jsonBody(call);
    const changed = this.#stored(old.id, old.creator, body);
    this.#checkName(changed, body);
    this.#all.set(old.id, { ...changed, runAs: changed.runAs ?? old.runAs });
    return ok();
  }

  #delete(call: Call): Reply {
    this.#all.delete(this.#find(call).id);
    return ok();
  }

  #stored(id: string, creator: string, body: JsonObject): Pipeline {
    const runAs = body["run_as"];
    const spec = without(body, "run_as", "allow_duplicate_names", "dry_run");
    const storage =
      spec["catalog"] === undefined && spec["storage"] === undefined
        ? { storage: `dbfs:/pipelines/${id}` }
        : {};
    const name = isObject(runAs) ? textOf(runAs["service_principal_name"]) : "";
    if (name !== "" && this.#context.principals.withApplicationId(name) === undefined) {
      throw invalidParameter(`Principal: ServicePrincipalName(${name}) does not exist`);
    }
    return {
      id,
      creator,
      modifiedAt: this.#context.clock.now(),
      spec: { ...spec, id, ...storage },
      runAs: isObject(runAs) ? runAs : undefined,
    };
  }

  #checkName(pipeline: Pipeline, body: JsonObject): void {
    const name = textOf(pipeline.spec["name"]);
    const taken = [...this.#all.values()].some(
      ({ id, spec }) => id !== pipeline.id && textOf(spec["name"]) === name,
    );
    if (taken && body["allow_duplicate_names"] !== true) {
      throw apiError(
        409,
        "RESOURCE_CONFLICT",
        `The pipeline name '${name}' is already used by another pipeline.`,
      );
    }
  }

  #start(call: Call): Reply {
    const pipelineId = this.#find(call).id;
    const { outcome, error } = this.#outcomes.shift() ?? { outcome: "COMPLETED" as const, error: undefined };
    const request = jsonBody(call);
    const createdAt = this.#context.clock.now();
    const started = { id: randomUUID(), pipelineId, createdAt, request };
    const update: Update = { ...started, state: "RUNNING", outcome, error };
    this.#updates.push(update);
    return ok({ update_id: update.id });
  }

  /** Newest first. */
  #listUpdates(call: Call): Reply {
    const { id } = this.#find(call);
    const updates = this.#updates.filter(({ pipelineId }) => pipelineId === id).reverse();
    const page = pageOf(
      updates,
      call.query.get("page_token"),
      pageSize(call.query.get("max_results"), 25, 100),
    );
    const more = page.nextPageToken === "" ? {} : { next_page_token: page.nextPageToken };
    const shown = page.items.map((update) => ({
      pipeline_id: id,
      update_id: update.id,
      creation_time: update.createdAt,
      state: update.state,
    }));
    return ok({ updates: shown, ...more });
  }

  /** The first look finds it running, the second finds it ended. */
  #update(call: Call): Reply {
    const { id } = this.#find(call);
    const update = this.#updates.find((one) => one.pipelineId === id && one.id === call.params["update"]);
    if (update === undefined)
      throw doesNotExist(`The specified update ${call.params["update"] ?? ""} was not found.`);
    const shown = update.state;
    update.state = update.state === "RUNNING" ? update.outcome : update.state;
    return ok({ update: { pipeline_id: id, update_id: update.id, state: shown } });
  }

  /** Errors alone. */
  #events(call: Call): Reply {
    const { id } = this.#find(call);
    const events = this.#updates.flatMap(({ id: update, pipelineId, state, error }) =>
      pipelineId !== id || state === "RUNNING" || error === undefined
        ? []
        : [
            {
              id: update,
              origin: { pipeline_id: id, update_id: update },
              event_type: "update_progress",
              level: "ERROR",
              message: `Update ${update.slice(0, 6)} is FAILED.`,
              error: { exceptions: [{ class_name: "AnalysisException", message: error }] },
            },
          ],
    );
    return ok({ events: events.reverse() });
  }

  #stop(call: Call): Reply {
    const { id } = this.#find(call);
    for (const update of this.#updates) {
      if (update.pipelineId === id && update.state === "RUNNING") update.state = "CANCELED";
    }
    return ok();
  }
}

function head(pipeline: Pipeline): JsonObject {
  const { id, creator, runAs, spec } = pipeline;
  const runAsName =
    runAs === undefined ? "" : textOf(runAs["service_principal_name"]) || textOf(runAs["user_name"]);
  return {
    pipeline_id: id,
    name: textOf(spec["name"]),
    state: "IDLE",
    creator_user_name: creator,
    run_as_user_name: runAsName || creator,
  };
}

function render(pipeline: Pipeline): JsonObject {
  const { spec, runAs, modifiedAt } = pipeline;
  return {
    ...head(pipeline),
    spec,
    last_modified: modifiedAt,
    effective_publishing_mode: "DEFAULT_PUBLISHING_MODE",
    ...(runAs === undefined ? {} : { run_as: runAs }),
    ...(spec["parameters"] === undefined ? {} : { parameters: spec["parameters"] }),
  };
}
