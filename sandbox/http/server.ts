import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../core/base/ports.ts";
import type { ServicePrincipal } from "../identity/principals.ts";
import type { Call, Route } from "./call.ts";
import { faultReply, type Faults, type FaultRule, type System } from "./faults.ts";
import { writeJson } from "./json.ts";
import { readBody, type LogEntry } from "./log.ts";
import { apiError, Refusal, type Reply } from "./reply.ts";
import { findRoute, type RouteMatch } from "./router.ts";

/** What all systems of one sandbox share. */
export interface Wiring {
  readonly clock: Clock;
  /** Milliseconds before each answer. */
  readonly latency: number;
  readonly faults: Faults;
  readonly log: LogEntry[];
  /** Defects of the sandbox itself: a handler threw something that is not a {@link Refusal}. */
  readonly defects: unknown[];
  /** Aborted when the sandbox stops: ends every wait. */
  readonly stopping: AbortSignal;
}

/**
 * Finds the caller and checks that he may use the route.
 * @throws Refusal 401 or 403
 */
export type Authenticate = (route: Route, authorization: string) => ServicePrincipal | undefined;

/** One system on its own port of 127.0.0.1. It answers everything: what it does not know is a 404. */
export class SystemServer {
  readonly url: string;
  readonly #server: Server;
  readonly #system: System;
  readonly #wiring: Wiring;
  #routes: readonly Route[] = [];
  #authenticate: Authenticate = () => undefined;

  private constructor(system: System, wiring: Wiring, server: Server) {
    this.#system = system;
    this.#wiring = wiring;
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (request, response) => void this.#serve(request, response));
  }

  static async start(system: System, wiring: Wiring): Promise<SystemServer> {
    // A keep-alive time far above any pause of a client: it must not meet a socket that is just being closed.
    const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0 });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return new SystemServer(system, wiring, server);
  }

  serve(routes: readonly Route[], authenticate: Authenticate): void {
    this.#routes = routes;
    this.#authenticate = authenticate;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = this.#wiring.clock.now();
    const content = await readAll(request);
    if (content === undefined) return;
    const [rawPath, rawQuery] = split(request.url ?? "");
    const query = new URLSearchParams(rawQuery);
    const method = request.method ?? "GET";
    const path = decode(rawPath);
    const match = findRoute(this.#routes, method, rawPath);
    const entry: LogEntry = {
      system: this.#system,
      method,
      path,
      query: Object.fromEntries(query),
      body: readBody(request.headers["content-type"] ?? "", content),
      userAgent: request.headers["user-agent"] ?? "",
      at,
      route: match?.route.pattern,
      principal: undefined,
      status: undefined,
    };
    this.#wiring.log.push(entry);
    const fault = this.#wiring.faults.hit(entry);
    const act = (): Promise<Reply> => this.#act(match, entry, request, query, content);
    try {
      const reply = await this.#withFault(fault, act);
      if (reply === "reset") {
        request.socket.resetAndDestroy();
      } else if (reply !== "hang") {
        send(response, reply);
        entry.status = reply.status;
      }
    } catch (error) {
      if (!this.#wiring.stopping.aborted) this.#wiring.defects.push(error);
    }
  }

  async #withFault(
    fault: FaultRule | undefined,
    act: () => Promise<Reply>,
  ): Promise<Reply | "reset" | "hang"> {
    const wait = this.#wiring.latency + (fault?.delay ?? 0);
    if (wait > 0) await this.#wiring.clock.sleep(wait, this.#wiring.stopping);
    if (fault?.then === undefined) return act();
    if (fault.tookEffect === true) await act();
    return typeof fault.then === "string" ? fault.then : faultReply(fault.then);
  }

  async #act(
    match: RouteMatch | undefined,
    entry: LogEntry,
    request: IncomingMessage,
    query: URLSearchParams,
    content: Buffer,
  ): Promise<Reply> {
    try {
      if (match === undefined) {
        throw apiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${entry.method} ${entry.path}'`);
      }
      const principal = this.#authenticate(match.route, request.headers.authorization ?? "");
      entry.principal = principal?.applicationId;
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const call: Call = {
        method: entry.method,
        path: entry.path,
        params: match.params,
        query,
        headers,
        content,
        principal,
      };
      return await match.route.handle(call);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      this.#wiring.defects.push(error);
      return apiError(400, "SANDBOX_DEFECT", `The sandbox failed on this request: ${String(error)}`).reply;
    }
  }
}

/** The whole body; undefined if the client went away. */
async function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

function split(url: string): [string, string] {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function send(response: ServerResponse, reply: Reply): void {
  const raw = Buffer.isBuffer(reply.body);
  const content = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(writeJson(reply.body));
  response.writeHead(reply.status, {
    "content-type": raw ? "application/octet-stream" : "application/json",
    "content-length": content.length,
    ...reply.headers,
  });
  response.end(content);
}
