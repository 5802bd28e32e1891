import { cannot, CliFailure } from "./diagnostics.ts";
import { send } from "./http.ts";

interface Token {
  readonly value: string;
  /** When half of its life is over: the real CLI asks for the next one then, too. Milliseconds since the epoch. */
  readonly renewAt: number;
}

const TRIES = 3;

/** Auth type `metadata-service`: tokens from a loopback URL, which decides by the host that they are meant for. */
export class TokenSource {
  readonly #url: string;
  readonly #host: string;
  #token: Promise<Token> = Promise.resolve({ value: "", renewAt: 0 });

  constructor(url: string, host: string) {
    const { hostname } = new URL(url);
    if (hostname !== "127.0.0.1" && hostname !== "localhost") {
      throw cannot(`a metadata service that is not a loopback address: ${hostname}`);
    }
    this.#url = url;
    this.#host = host;
  }

  /** The first token; like the real CLI it asks once to see whether it may, and throws that token away. */
  async start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#fetch();
        this.#token = Promise.resolve(await this.#fetch());
        return;
      } catch (error) {
        if (tries < TRIES) continue;
        const reason = (error as Error).message;
        throw new CliFailure(`failed during request visitor: metadata-service auth: ${reason}`);
      }
    }
  }

  /** One that is used for half of the life that the service told, then the next; a 401 changes nothing. */
  async token(): Promise<string> {
    try {
      const before = this.#token;
      const old = (await before).renewAt <= Date.now();
      // The first who finds it old asks for all.
      if (old && this.#token === before) this.#token = this.#fetch();
      return (await this.#token).value;
    } catch (error) {
      const reason = (error as Error).message;
      throw new CliFailure(`failed during request visitor: error getting token: ${reason}`);
    }
  }

  async #fetch(): Promise<Token> {
    const headers = { "X-Databricks-Metadata-Version": "1", "X-Databricks-Host": this.#host };
    const { ok, body } = await send(this.#url, { headers, timeout: 10_000 });
    const text = body.toString("utf8");
    if (!ok) throw new Error(`token request: ${text}`);
    const answer = JSON.parse(text) as { access_token?: string; expires_on?: number };
    if (!answer.access_token) throw new Error("token parse: invalid token");
    const now = Date.now();
    return { value: answer.access_token, renewAt: now + (Number(answer.expires_on) * 1000 - now) / 2 };
  }
}
