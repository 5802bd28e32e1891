import { createHash } from "node:crypto";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { isObject, textOf, type Json, type JsonObject } from "../../../sandbox/http/json.ts";

export interface SeenRequest {
  readonly method: string;
  /** With its query, percent-decoded. */
  readonly url: string;
  readonly body: Buffer;
  readonly refused: boolean;
}

/**
 * Stands in front of a sandbox's workspace and takes what that has no API for (apps, endpoints, alerts and whatever
 * comes) as a plain store of objects: enough for a CLI to create one and to read it back. It proves nothing of these APIs;
 * both ways of deploying meet the same.
 */
export class GenerousWorkspace {
  readonly seen: SeenRequest[] = [];
  readonly url: string;
  /** Where the sandbox's workspace listens. */
  behind = "";
  readonly #server: Server;
  readonly #objects = new Map<string, JsonObject>();
  #created = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    server.on("request", (incoming, response) => {
      void this.#answer(incoming).then(({ status, headers, body }) => {
        response.writeHead(status, headers).end(body);
      });
    });
  }

  static async start(): Promise<GenerousWorkspace> {
    const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0 });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new GenerousWorkspace(server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(incoming: IncomingMessage): Promise<Answered> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const method = incoming.method ?? "GET";
    const url = incoming.url ?? "/";
    const answer = await this.#forward(incoming, body);
    const unknown =
      /ENDPOINT_NOT_FOUND|not a supported object type/.test(answer.body.toString("latin1", 0, 200)) ||
      this.#knows(answer, method, url);
    const authenticated = incoming.headers.authorization?.startsWith("Bearer ") === true;
    const given = unknown && authenticated ? this.#store(method, url, body) : answer;
    this.seen.push({ method, url: decoded(url), body, refused: given.status >= 400 });
    return given;
  }

  #forward(incoming: IncomingMessage, body: Buffer): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const target = new URL(incoming.url ?? "/", this.behind);
      const headers = { ...incoming.headers, "content-length": String(body.length) };
      const passed = request(target, { method: incoming.method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const type = response.headers["content-type"] ?? "application/json";
          resolve({
            status: response.statusCode ?? 500,
            headers: { "content-type": type },
            body: Buffer.concat(chunks),
          });
        });
      });
      passed.on("error", reject);
      passed.end(body);
    });
  }

  /** Whether an object was made here of which the sandbox, which cannot make one, says that it is not there. */
  #knows({ status }: Answered, method: string, url: string): boolean {
    return status >= 400 && method === "GET" && this.#store("GET", url, Buffer.alloc(0)) !== NOT_THERE;
  }

  #store(method: string, url: string, body: Buffer): Answered {
    const { pathname, searchParams } = new URL(decoded(url), this.url);
    const collection = pathname.replace(/\/(?:create|get|delete|update|list)$/, "");
    if (method === "GET" && pathname === "/api/2.0/sql/warehouses") return json({ warehouses: WAREHOUSES });
    const sent = jsonOf(body);
    const ids = [...searchParams.values(), ...Object.values(sent)].filter(
      (value) => typeof value === "string",
    );
    const keys = [pathname, ...ids.map((id) => `${collection}/${id}`)];
    const found = keys.find((key) => this.#objects.has(key));
    if (method === "GET") return found === undefined ? NOT_THERE : json(this.#objects.get(found) ?? {});
    if (method === "DELETE" || pathname.endsWith("/delete")) {
      if (found !== undefined) this.#objects.delete(found);
      return json({});
    }
    if (found !== undefined && (method !== "POST" || pathname.endsWith("/update"))) {
      Object.assign(this.#objects.get(found) ?? {}, sent);
      return json(this.#objects.get(found) ?? {});
    }
    const made = this.#made(collection, sent, searchParams);
    return json(made);
  }

  /** An object under all the names by which an API may ask for it. */
  #made(collection: string, sent: JsonObject, query: URLSearchParams): JsonObject {
    const number = String(++this.#created + 4_000_000_000);
    const inner = Object.values(sent).find((value) => isObject(value) && "name" in value);
    const given = [sent["name"], (inner as JsonObject | undefined)?.["name"], ...query.values()];
    const name = given.find((value): value is string => typeof value === "string") ?? number;
    const full = [textOf(sent["catalog_name"]), textOf(sent["schema_name"]), name].filter(Boolean).join(".");
    const kind = /([a-z-]+?)s?$/.exec(collection)?.[1]?.replaceAll("-", "_") ?? "object";
    const made: JsonObject = {
      ...sent,
      id: number,
      name,
      full_name: full,
      [`${kind}_id`]: number,
      state: collection.includes("/database/") ? "AVAILABLE" : "RUNNING",
      status: "ONLINE",
      done: true,
      compute_status: { state: "STOPPED" },
      app_status: { state: "RUNNING" },
    };
    for (const key of [number, name, full]) this.#objects.set(`${collection}/${key}`, made);
    return made;
  }
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const json = (value: Json): Answered => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify(value)),
});

/** What bundles look up by name. */
const WAREHOUSES = ["Shared Unity Catalog Serverless", "Shared Unity Catalog Severless"].map(
  (name, index) => ({
    id: `warehouse${String(index)}`,
    name,
  }),
);

const NOT_THERE: Answered = {
  ...json({ error_code: "RESOURCE_DOES_NOT_EXIST", message: "It does not exist." }),
  status: 404,
};

function jsonOf(body: Buffer): JsonObject {
  try {
    const value = JSON.parse(body.toString()) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** Requests by POST that change nothing, and what is not about the bundle. */
const NO_WRITE =
  /^\/(?:telemetry-ext|oidc\/|api\/2\.0\/(?:token|preview\/scim)|api\/2\.\d\/permissions-search)/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/**
 * Writing requests that took effect, with their bodies, sorted, without those for our own lease, and without what differs
 * from run to run: ids, times, the port of the workspace, where the checkout lies. (The CLI finds that the folder of its lock
 * is missing; where we write a lease first, it is there.)
 */
export function writesOf(seen: readonly SeenRequest[], host: string, checkout: string): string[] {
  const plain = (text: string): string =>
    text
      .replaceAll(host, "<host>")
      .replaceAll(checkout, "<checkout>")
      // The builders of the driver name a wheel as the folder is named.
      .replaceAll(path.basename(checkout).replace(/\W/g, "_"), "<checkout>")
      .replace(UUID, "<uuid>")
      // Ids, and what a multipart body or an archive with times in it has new in each run.
      .replace(/\b[0-9a-f]{32,64}\b/g, "<id>")
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, "<time>")
      // Which of several objects is made first, and gets the lower number, is chance.
      .replace(/\b\d{10,}\b/g, "<number>")
      .replace(/"serial": ?\d+/g, '"serial":0');
  return seen
    .filter(
      ({ method, url, refused }) => method !== "GET" && method !== "HEAD" && !refused && !NO_WRITE.test(url),
    )
    .filter(({ body }) => !body.includes("/state/databricks-secretless.lease"))
    .map(({ method, url, body }) => {
      const text = plain(inOrder(body.toString("utf8")));
      const shown =
        text.length > 4_000 ? createHash("sha256").update(text).digest("hex") : text.replace(/\s+/g, " ");
      return `${method} ${plain(url)} ${shown}`;
    })
    .sort();
}

/** The CLI lists the files of a deployment in any order. */
function inOrder(text: string): string {
  const list = /"files": ?(\[\{"local_path":.*?\}\])/s.exec(text)?.[1];
  if (list === undefined) return text;
  const files = (JSON.parse(list) as unknown[]).map((one) => JSON.stringify(one));
  return text.replace(list, `[${files.sort().join()}]`);
}
