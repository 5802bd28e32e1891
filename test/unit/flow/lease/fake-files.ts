import { ApiFailure, type ApiAnswer, type ApiRequest, type Connection } from "../../../../core/api/client.ts";
import { member, textAt } from "../../../../core/api/json.ts";
import type { Clock } from "../../../../core/base/ports.ts";

interface File {
  text: string;
  writtenAt: number;
}

/** The files of a workspace whose clock is another one than ours. Folders are there, except those in `missing`. */
export class FakeFiles implements Connection {
  readonly all = new Map<string, File>();
  readonly missing = new Set<string>();
  readonly calls: string[] = [];
  /** Called before each call; may throw. */
  before: (request: ApiRequest) => void = () => undefined;
  readonly #clock: Clock;
  readonly #ahead: number;

  constructor(clock: Clock, ahead = 0) {
    this.#clock = clock;
    this.#ahead = ahead;
  }

  now(): number {
    return this.#clock.now() + this.#ahead;
  }

  put(path: string, text: string, writtenAt = this.now()): void {
    this.all.set(path, { text, writtenAt });
  }

  text(path: string): string | undefined {
    return this.all.get(path)?.text;
  }

  async call(request: ApiRequest): Promise<ApiAnswer["json"]> {
    return (await this.answer(request)).json;
  }

  answer(request: ApiRequest): Promise<ApiAnswer> {
    const { method, path, query, body } = request;
    const operation = path.replace("/api/2.0/workspace/", "");
    const of = (name: string): string => query?.[name] ?? textAt(body as ApiAnswer["json"], name);
    this.calls.push(`${method} ${operation} ${of("path")}`);
    return Promise.resolve().then(() => {
      this.before(request);
      // To the second, as the header is.
      const headers = { date: new Date(this.now()).toUTCString() };
      return {
        headers,
        json: this.#do(operation, of, member(body as ApiAnswer["json"], "overwrite") === true),
      };
    });
  }

  #do(operation: string, of: (name: string) => string, overwrite: boolean): ApiAnswer["json"] {
    const path = of("path");
    const file = this.all.get(path);
    if (operation === "mkdirs") {
      this.missing.delete(path);
      return {};
    }
    if (operation === "import") {
      const folder = path.slice(0, path.lastIndexOf("/"));
      if (this.missing.has(folder)) throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", "no folder");
      if (file !== undefined && !overwrite) throw new ApiFailure(400, "RESOURCE_ALREADY_EXISTS", "there");
      this.put(path, Buffer.from(of("content"), "base64").toString("utf8"));
      return {};
    }
    if (file === undefined) throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", "nothing");
    if (operation === "delete") this.all.delete(path);
    if (operation === "export") return { content: Buffer.from(file.text, "utf8").toString("base64") };
    return operation === "get-status" ? { object_type: "FILE", modified_at: String(file.writtenAt) } : {};
  }
}
