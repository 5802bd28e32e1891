import type { Clock, Send } from "../base/ports.ts";

/** Milliseconds by which this machine's clock may differ before the servers' is believed: `Date` has whole seconds. */
const LEAST = 5_000;

/**
 * What time it is for the servers, by the `Date` header of their answers (RFC 9110 6.6.1). The ends of ID tokens are times
 * of theirs, and a runner's clock may be wrong by any amount.
 */
export class ServerTime {
  readonly #clock: Clock;
  #ahead: number;

  /** @param ahead milliseconds by which the servers are ahead of this machine, as far as it is known */
  constructor(clock: Clock, ahead = 0) {
    this.#clock = clock;
    this.#ahead = ahead;
  }

  /** Milliseconds by which the servers are ahead of this machine; 0 if the difference is none to speak of. */
  get ahead(): number {
    return this.#ahead;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#clock.now() + this.#ahead;
  }

  /** `send` that learns from each answer. */
  measuring(send: Send): Send {
    return async (request) => {
      const sent = this.#clock.now();
      const response = await send(request);
      const date = Date.parse(response.headers["date"] ?? "");
      const came = this.#clock.now();
      if (Number.isNaN(date) || came < sent) return response;
      // The answer was dated in [date, date + 1 s), between the two. The later one is taken: what has ended is never sent.
      const [least, most] = [date - came, date + 1_000 - sent];
      this.#ahead = least >= LEAST || most <= -LEAST ? most : 0;
      return response;
    };
  }
}
