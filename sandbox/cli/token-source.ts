import { cannot, CliFailure } from "./diagnostics.ts";

interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** From here on a new one is fetched in the background: half of the life, but at most 20 minutes before the end. */
  readonly staleAt: number;
}

const TRIES = 3;
const BACK_OFF = 60_000;

/** Auth type `metadata-service`: tokens from a loopback URL, which decides by the host that they are meant for. */
export class TokenSource {
  readonly #url: string;
  readonly #host: string;
  #token: Token = { value: "", expiresAt: 0, staleAt: 0 };
  /** When the next background refresh may begin; one that is under way allows none. */
  #nextRefresh = 0;

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
    for (let tries = 1; this.#token.value === ""; tries += 1) {
      try {
        await this.#fetch();
        this.#token = await this.#fetch();
      } catch (error) {
        if (tries < TRIES) continue;
        const reason = (error as Error).message;
        throw new CliFailure(`failed during request visitor: metadata-service auth: ${reason}`);
      }
    }
  }

  /** Valid at this moment as far as the service told. A 401 changes nothing: the token is used until its end. */
  async token(): Promise<string> {
    const now = Date.now();
    if (this.#token.expiresAt <= now) {
      this.#token = await this.#fetch().catch((error: unknown) => {
        const reason = (error as Error).message;
        throw new CliFailure(`failed during request visitor: error getting token: ${reason}`);
      });
    } else if (this.#token.staleAt <= now && this.#nextRefresh <= now) {
      this.#nextRefresh = Infinity;
      void this.#fetch().then(
        (token) => {
          this.#token = token;
          this.#nextRefresh = 0;
        },
        () => (this.#nextRefresh = Date.now() + BACK_OFF),
      );
    }
    return this.#token.value;
  }

  async #fetch(): Promise<Token> {
    const headers = { "X-Databricks-Metadata-Version": "1", "X-Databricks-Host": this.#host };
    const response = await fetch(this.#url, { headers, signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`token request: ${text}`);
    const answer = JSON.parse(text) as { access_token?: string; expires_on?: number };
    if (!answer.access_token) throw new Error("token parse: invalid token");
    const now = Date.now();
    const expiresAt = Number(answer.expires_on) * 1000;
    const ahead = Math.min((expiresAt - now) / 2, 20 * 60_000);
    return { value: answer.access_token, expiresAt, staleAt: expiresAt - ahead };
  }
}
