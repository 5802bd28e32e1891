import assert from "node:assert/strict";
import fc from "fast-check";
import { ServerTime } from "../../../core/net/server-time.ts";
import { FakeClock } from "../support/fake-clock.ts";

describe("the servers' time", () => {
  const clock = new FakeClock();
  /** The time that is learnt from one answer of a server that is `skew` ahead and takes `latency`. */
  async function learn(skew: number, latency: number, date?: string): Promise<ServerTime> {
    const time = new ServerTime(clock);
    const send = time.measuring(() => {
      clock.time += latency;
      const header = date ?? new Date(clock.time - latency / 2 + skew).toUTCString();
      return Promise.resolve({ status: 200, headers: { date: header }, body: "" });
    });
    await send({ method: "GET", url: "https://h" });
    return time;
  }

  it("is told to a second and the time of an answer, and never too early, whatever the skew", async () => {
    const skew = fc.integer({ min: -100_000_000, max: 100_000_000 });
    await fc.assert(
      fc.asyncProperty(skew, fc.integer({ min: 0, max: 3_000 }), async (ahead, latency) => {
        const time = await learn(ahead, latency);
        const off = time.now() - (clock.now() + ahead);
        if (time.ahead === 0)
          assert.ok(Math.abs(ahead) <= 5_000 + latency + 1_000, `${ahead} was overlooked`);
        else assert.ok(off >= 0 && off <= latency + 1_000, `off by ${off} at ${ahead} and ${latency}`);
      }),
    );
  });

  it("is the clock's own while nothing is known, or nothing to speak of differs", async () => {
    for (const [skew, date] of [
      [0, ""],
      [0, "yesterday"],
      [2_000, undefined],
      [-2_000, undefined],
    ] as const) {
      const time = await learn(skew, 10, date);
      assert.equal(time.now(), clock.now());
    }
  });

  it("follows a clock that was put right", async () => {
    const time = new ServerTime(clock, -3_600_000);
    const send = time.measuring(() =>
      Promise.resolve({ status: 503, headers: { date: new Date(clock.now()).toUTCString() }, body: "" }),
    );
    await send({ method: "GET", url: "https://h" });
    assert.equal(time.ahead, 0);
  });
});
