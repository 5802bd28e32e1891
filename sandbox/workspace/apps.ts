import { callerOf, jsonBody, type Call, type Route } from "../http/call.ts";
import { jsonId, textOf, type JsonObject } from "../http/json.ts";
import { apiError, doesNotExist, ok, type Reply } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";

export interface App {
  readonly id: string;
  readonly creator: string;
  /** As sent. */
  readonly settings: JsonObject;
  running: boolean;
  /** Paths of the sources that were deployed, the latest last. */
  readonly deployments: string[];
}

/** The apps of a workspace; what takes real ones minutes is done at once. */
export class Apps {
  readonly #all = new Map<string, App>();
  readonly #context: WorkspaceContext;

  constructor(context: WorkspaceContext) {
    this.#context = context;
  }

  /** All apps by name. */
  get all(): ReadonlyMap<string, App> {
    return this.#all;
  }

  routes(): Route[] {
    const base = "/api/2.0/apps";
    const one = `${base}/{name}`;
    const shown = (handle: (call: Call) => App) => (call: Call) => ok(this.#render(handle(call)));
    return [
      { method: "POST", pattern: base, access: "write", handle: shown((call) => this.#create(call)) },
      { method: "GET", pattern: one, access: "read", handle: shown((call) => this.#find(call)) },
      { method: "PATCH", pattern: one, access: "write", handle: shown((call) => this.#change(call)) },
      { method: "DELETE", pattern: one, access: "write", handle: shown((call) => this.#delete(call)) },
      {
        method: "POST",
        pattern: `${one}/start`,
        access: "write",
        handle: shown((call) => this.#run(call, true)),
      },
      {
        method: "POST",
        pattern: `${one}/stop`,
        access: "write",
        handle: shown((call) => this.#run(call, false)),
      },
      {
        method: "POST",
        pattern: `${one}/deployments`,
        access: "write",
        handle: (call) => this.#deploy(call),
      },
      {
        method: "GET",
        pattern: `${one}/deployments/{deployment}`,
        access: "read",
        handle: (call) => ok(deployment(this.#find(call), Number(call.params["deployment"]))),
      },
    ];
  }

  #find(call: Call): App {
    const name = call.params["name"] ?? "";
    const app = this.#all.get(name);
    if (app === undefined) throw doesNotExist(`App with name ${name} does not exist or is deleted.`);
    return app;
  }

  #create(call: Call): App {
    const settings = jsonBody(call);
    const name = textOf(settings["name"]);
    if (this.#all.has(name))
      throw apiError(409, "ALREADY_EXISTS", `An app with the same name already exists: ${name}`);
    const { ids } = this.#context;
    const creator = callerOf(call).applicationId;
    const app = { id: ids.objects.next(), creator, settings, running: false, deployments: [] };
    this.#all.set(name, app);
    return app;
  }

  #change(call: Call): App {
    const app = this.#find(call);
    const changed = { ...app, settings: { ...app.settings, ...jsonBody(call) } };
    this.#all.set(textOf(app.settings["name"]), changed);
    return changed;
  }

  #delete(call: Call): App {
    const app = this.#find(call);
    this.#all.delete(textOf(app.settings["name"]));
    return app;
  }

  #run(call: Call, running: boolean): App {
    const app = this.#find(call);
    app.running = running;
    return app;
  }

  #deploy(call: Call): Reply {
    const app = this.#find(call);
    if (!app.running) throw apiError(400, "BAD_REQUEST", "Cannot deploy app: its compute is not running.");
    app.deployments.push(textOf(jsonBody(call)["source_code_path"]));
    return ok(deployment(app, app.deployments.length));
  }

  #render(app: App): JsonObject {
    const { settings, running, deployments, id, creator } = app;
    const name = textOf(settings["name"]);
    return {
      ...settings,
      id,
      creator,
      url: `${this.#context.host}/apps-of-the-sandbox/${name}`,
      service_principal_id: jsonId("4"),
      service_principal_name: `app ${name}`,
      compute_size: "MEDIUM",
      compute_status: { state: running ? "ACTIVE" : "STOPPED", message: "" },
      app_status: { state: running && deployments.length > 0 ? "RUNNING" : "UNAVAILABLE", message: "" },
      ...(deployments.length > 0 && { active_deployment: deployment(app, deployments.length) }),
    };
  }
}

function deployment({ deployments }: App, number: number): JsonObject {
  return {
    deployment_id: String(number),
    source_code_path: deployments[number - 1] ?? "",
    mode: "SNAPSHOT",
    status: { state: "SUCCEEDED", message: "App started successfully" },
  };
}
