import { setTimeout as wait } from "node:timers/promises";
import { parseJson, textOf, writeJson, type Json, type JsonObject } from "../http/json.ts";
import { objectOf } from "./config-file.ts";
import { CliFailure } from "./diagnostics.ts";
import { send, type Answered } from "./http.ts";
import type { TokenSource } from "./token-source.ts";

/** An answer of the API other than 2xx. */
export class ApiFailure extends CliFailure {
  readonly status: number;
  readonly apiMessage: string;

  constructor(doing: string, status: number, text: string) {
    const { error_code: code, message } = errorOf(text);
    super(`${doing === "" ? "" : `${doing}: `}${message} (${status} ${code})`);
    this.status = status;
    this.apiMessage = message;
  }
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** A Buffer is sent as it is, anything else as JSON. */
  readonly body?: Json | Buffer;
  /** What stands before the message of an error, such as `cannot create resources.jobs.x`. */
  readonly doing?: string;
}

/** How often a request is sent at most that meets 429, 503 or a broken connection. */
const TRIES = 5;

/** The workspace API as bundles use it. */
export class WorkspaceClient {
  readonly host: string;
  readonly #tokens: TokenSource;
  readonly #userAgent: string;

  constructor(host: string, tokens: TokenSource, userAgent: string) {
    this.host = host;
    this.#tokens = tokens;
    this.#userAgent = userAgent;
  }

  /** @throws ApiFailure */
  async json(request: ApiRequest): Promise<JsonObject> {
    const content = await this.bytes(request);
    return content.length === 0 ? {} : objectOf(parseJson(content.toString("utf8")));
  }

  /** The raw answer. @throws ApiFailure */
  async bytes({ method, path, query = {}, body, doing = "" }: ApiRequest): Promise<Buffer> {
    const search = new URLSearchParams(query).toString();
    const url = `${this.host}${path}${search === "" ? "" : `?${search}`}`;
    const content = body === undefined || Buffer.isBuffer(body) ? body : writeJson(body);
    const answer = await this.#send(method, url, content);
    if (answer.ok) return answer.body;
    throw new ApiFailure(doing, answer.status, answer.body.toString("utf8"));
  }

  async #send(method: string, url: string, body: string | Buffer | undefined): Promise<Answered> {
    for (let tries = 1; ; tries += 1) {
      const headers = {
        Authorization: `Bearer ${await this.#tokens.token()}`,
        "User-Agent": this.#userAgent,
        ...(typeof body === "string" ? { "Content-Type": "application/json" } : {}),
      };
      try {
        const answer = await send(url, { method, headers, body });
        if (tries === TRIES || (answer.status !== 429 && answer.status !== 503)) return answer;
        await wait(Number(answer.headers["retry-after"] ?? "1") * 1000);
      } catch (error) {
        if (tries === TRIES) throw new CliFailure(`${method} "${url}": ${(error as Error).message}`);
        await wait(1000);
      }
    }
  }
}

/** The answer, or undefined where the API answered with `status`. */
export async function orUndefined<T>(answer: Promise<T>, status: number): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiFailure && error.status === status) return undefined;
    throw error;
  }
}

/** What is no JSON is the message itself. */
function errorOf(text: string): { error_code: string; message: string } {
  try {
    const { error_code, message } = objectOf(parseJson(text));
    return { error_code: textOf(error_code), message: textOf(message) };
  } catch {
    return { error_code: "", message: text };
  }
}
