import { setTimeout as wait } from "node:timers/promises";
import { STATUS_CODES } from "node:http";
import { isObject, parseJson, textOf, writeJson, type Json, type JsonObject } from "../http/json.ts";
import { CliFailure } from "./diagnostics.ts";
import type { TokenSource } from "./token-source.ts";

/** An answer of the API other than 2xx. */
export class ApiFailure extends CliFailure {
  readonly status: number;
  readonly apiMessage: string;

  constructor(prefix: string, status: number, code: string, apiMessage: string, endpoint: string) {
    super({
      severity: "Error",
      summary: `${prefix}${apiMessage} (${status} ${code})`,
      detail: [
        `Endpoint: ${endpoint}`,
        `HTTP Status: ${status} ${STATUS_CODES[status] ?? ""}`,
        `API error_code: ${code}`,
        `API message: ${apiMessage}`,
      ].join("\n"),
    });
    this.status = status;
    this.apiMessage = apiMessage;
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

/** Requests that the real CLI repeats: 429, 503 and broken connections. */
const TRIES = 5;

/** The workspace API as bundles use it. */
export class WorkspaceClient {
  readonly host: string;
  readonly #tokens: TokenSource;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(host: string, tokens: TokenSource, headers: Readonly<Record<string, string>>) {
    this.host = host;
    this.#tokens = tokens;
    this.#headers = headers;
  }

  /** @throws ApiFailure */
  async json(request: ApiRequest): Promise<JsonObject> {
    const content = await this.bytes(request);
    const value = content.length === 0 ? {} : parseJson(content.toString("utf8"));
    return isObject(value) ? value : {};
  }

  /** The raw answer. @throws ApiFailure */
  async bytes(request: ApiRequest): Promise<Buffer> {
    const { method, path, query = {}, body, doing } = request;
    const search = new URLSearchParams(query).toString();
    const url = `${this.host}${path}${search === "" ? "" : `?${search}`}`;
    const response = await this.#send(method, url, body);
    const content = Buffer.from(await response.arrayBuffer());
    if (response.ok) return content;
    const { error_code: code, message } = errorOf(content.toString("utf8"));
    const prefix = doing === undefined ? "" : `${doing}: `;
    throw new ApiFailure(prefix, response.status, code, message, `${method} ${url}`);
  }

  async #send(method: string, url: string, body: Json | Buffer | undefined): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      const headers: Record<string, string> = {
        ...this.#headers,
        Authorization: `Bearer ${await this.#tokens.token()}`,
      };
      if (body !== undefined && !Buffer.isBuffer(body)) headers["Content-Type"] = "application/json";
      const content = body === undefined || Buffer.isBuffer(body) ? body : writeJson(body);
      try {
        const response = await fetch(url, {
          method,
          headers,
          ...(content === undefined ? {} : { body: content }),
        });
        if (tries === TRIES || (response.status !== 429 && response.status !== 503)) return response;
        await response.arrayBuffer();
        await wait(Number(response.headers.get("retry-after") ?? "1") * 1000);
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

function errorOf(text: string): { error_code: string; message: string } {
  try {
    const value = parseJson(text);
    if (isObject(value))
      return { error_code: textOf(value["error_code"]), message: textOf(value["message"]) };
  } catch {
    // No JSON: the text itself is the message.
  }
  return { error_code: "", message: text };
}
