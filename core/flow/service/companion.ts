import type { AccessToken } from "../../federation/exchange.ts";
import type { FromService, ToService } from "./messages.ts";

/** The step that has started the service, as the service sees it through its pipe. */
export class Companion {
  readonly #send: (message: FromService) => void;
  readonly #asked = new Map<number, (token: AccessToken | undefined | Error) => void>();
  #gone = false;
  #count = 0;

  constructor(send: (message: FromService) => void) {
    this.#send = send;
  }

  get isThere(): boolean {
    return !this.#gone;
  }

  /**
   * A token of the step's own session, which masks and records it; undefined if the step has gone.
   * @throws Error if the step has none; it knows why
   */
  async token(): Promise<AccessToken | undefined> {
    if (this.#gone) return undefined;
    const id = ++this.#count;
    const answer = new Promise<AccessToken | undefined | Error>((resolve) => this.#asked.set(id, resolve));
    this.#send({ type: "ask", id });
    const token = await answer;
    if (token instanceof Error) throw token;
    return token;
  }

  answered({ id, token }: Extract<ToService, { type: "answer" }>): void {
    this.#asked.get(id)?.(token ?? new Error("the step has no token"));
    this.#asked.delete(id);
  }

  tell(message: FromService): void {
    if (!this.#gone) this.#send(message);
  }

  /** From now on the service is alone; whoever waits for the step is served by it. */
  leave(): void {
    this.#gone = true;
    for (const resolve of this.#asked.values()) resolve(undefined);
    this.#asked.clear();
  }
}
