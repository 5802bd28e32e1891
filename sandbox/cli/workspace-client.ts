import { setTimeout as wait } from "node:timers/promises";
import { parseJson, textOf, writeJson, type Json, type JsonObject } from "../http/json.ts";
import { objectOf } from "./config-file.ts";
import { CliFailure } from "./diagnostics.ts";
import type { TokenSource } from "./token-source.ts";

/** An answer of the API other than 2xx. */
export class ApiFailure extends CliFailure {
  readonly status: number;
  readonly apiMessage: string;

  constructor(doing: string, status: number, text: string) {
    const { code, message } = errorOf(text);
    super(`${doing}${message} (${status} ${code})`);
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
    return content.length === 0 ? {} : objectOf(parseJson(content.toString("utf8")));
  }

  /** The raw answer. @throws ApiFailure */
  async bytes(request: ApiRequest): Promise<Buffer> {
    const { method, path, query = {}, body, doing } = request;
    const search = new URLSearchParams(query).toString();
    const url = `${this.host}${path}${search === "" ? "" : `?${search}`}`;
    const response = await this.#send(method, url, body);
    const content = Buffer.from(await response.arrayBuffer());
    if (response.ok) return content;
    throw new ApiFailure(doing === undefined ? "" : `${doing}: `, response.status, content.toString("utf8"));
  }

  async #send(method: string, url: string, body: Json | Buffer | undefined): Promise<Response> {
    const json = body === undefined || Buffer.isBuffer(body) ? undefined : writeJson(body);
    const init = {
      method,
      body: Buffer.isBuffer(body) ? body : (json ?? null),
      headers: { ...this.#headers, ...(json === undefined ? {} : { "Content-Type": "application/json" }) },
    };
    for (let tries = 1; ; tries += 1) {
      const headers = { ...init.headers, Authorization: `Bearer ${await this.#tokens.token()}` };
      try {
        const response = await fetch(url, { ...init, headers });
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

function errorOf(text: string): { code: string; message: string } {
  try {
    const { error_code: code, message } = objectOf(parseJson(text));
    return { code: textOf(code), message: textOf(message) };
  } catch {
    // No JSON: the text itself is the message.
    return { code: "", message: text };
  }
}
