import { createSession, type ExchangeEvent, type SessionOptions } from "../../../core/federation/session.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import { HttpError } from "../../../core/net/http.ts";
import { FakeClock } from "./fake-clock.ts";
import { unsignedJwt } from "./id-tokens.ts";

export const busy = () => new HttpError("busy", { status: 503, retryable: true });
export const refused = new SecretlessError("EXCHANGE_REFUSED", { problem: "no" });

export interface World {
  /** Life of ID tokens and access tokens, in milliseconds. */
  idTokenLife: number;
  tokenLife: number;
  /** What the next exchanges and ID token requests fail with. */
  exchangeFaults: Error[];
  idTokenFaults: Error[];
  latency: number;
}

/** A session on a clock that stands still, an exchange and a CI that obey `world`. */
export function setUpSession(changes: Partial<World> = {}, options: Partial<SessionOptions> = {}) {
  const clock = options.clock instanceof FakeClock ? options.clock : new FakeClock();
  const world: World = {
    idTokenLife: 300_000,
    tokenLife: 3_600_000,
    exchangeFaults: [],
    idTokenFaults: [],
    latency: 0,
    ...changes,
  };
  const minted: string[] = [];
  const sent: string[] = [];
  const events: ExchangeEvent[] = [];
  const session = createSession({
    clock,
    renewalTimeout: 60_000,
    random: () => 0.5,
    onExchange: (event) => events.push(event),
    idToken: (audience) => {
      const fault = world.idTokenFaults.shift();
      if (fault) return Promise.reject(fault);
      const exp = Math.floor((clock.now() + world.idTokenLife) / 1000);
      const token = unsignedJwt({
        iss: "https://i.example",
        sub: "s",
        aud: audience,
        exp,
        jti: minted.length,
      });
      minted.push(token);
      return Promise.resolve(token);
    },
    exchange: {
      audience: "the-audience",
      async exchange(idToken, signal) {
        sent.push(idToken.token);
        const startedAt = clock.now();
        const fault = world.exchangeFaults.shift();
        if (world.latency > 0) await clock.sleep(world.latency, signal);
        if (fault) throw fault;
        return { accessToken: `access-token-${sent.length}`, expiresAt: startedAt + world.tokenLife };
      },
    },
    ...options,
  });
  const token = async () => (await clock.running(session.token())).accessToken;
  return { clock, world, minted, sent, events, session, token };
}
