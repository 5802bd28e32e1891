import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../core/base/errors.ts";
import { HttpError } from "../../../core/net/http.ts";
import { retry, untilAborted } from "../../../core/net/retry.ts";
import { FakeClock, settled } from "../support/fake-clock.ts";

const busy = (retryAfter?: number) => new HttpError("busy", { status: 503, retryable: true, retryAfter });
const final = new HttpError("no", { status: 400, retryable: false });

/** An attempt that gives the outcomes in order, the last one for ever. */
function outcomes(...list: (Error | string)[]) {
  const numbers: number[] = [];
  const attempt = (_: AbortSignal, number: number) => {
    numbers.push(number);
    const outcome = list[Math.min(number, list.length) - 1];
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  };
  return { attempt, numbers };
}

describe("retry", () => {
  it("returns the first success and does not wait", async () => {
    const clock = new FakeClock();
    const { attempt, numbers } = outcomes("ok");
    assert.equal(await retry(attempt, { clock, deadline: clock.now() + 1000 }), "ok");
    assert.deepEqual(numbers, [1]);
    assert.equal(clock.sleeping, 0, "nothing is left that keeps the process alive");
  });

  it("waits with full jitter, twice as long each time, at most 20 s", async () => {
    const clock = new FakeClock();
    const waits: number[] = [];
    const { attempt, numbers } = outcomes(...Array.from({ length: 8 }, () => busy()), "ok");
    const options = {
      clock,
      deadline: clock.now() + 200_000,
      random: () => 0.5,
      onRetry: (_: HttpError, wait: number) => waits.push(wait),
    };
    assert.equal(await clock.running(retry(attempt, options)), "ok");
    assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  for (const [asked, waited] of [
    [7000, 7000],
    [3_600_000, 60_000],
    [0, 250],
    [undefined, 250],
  ] as const) {
    it(`waits ${String(waited)} ms when the server asks for ${String(asked)}`, async () => {
      const clock = new FakeClock();
      const begin = clock.now();
      const { attempt } = outcomes(busy(asked), "ok");
      await clock.running(retry(attempt, { clock, deadline: begin + 100_000, random: () => 0.5 }));
      assert.equal(clock.now() - begin, waited);
    });
  }

  for (const error of [final, new TypeError("a defect")]) {
    it(`does not repeat what fails for good: ${error.message}`, async () => {
      const clock = new FakeClock();
      const { attempt, numbers } = outcomes(error);
      await assert.rejects(retry(attempt, { clock, deadline: clock.now() + 1000 }), error);
      assert.deepEqual(numbers, [1]);
    });
  }

  it("gives up at once when the wait would pass the deadline", async () => {
    const clock = new FakeClock();
    const begin = clock.now();
    const error = busy(5000);
    const { attempt } = outcomes(error);
    await assert.rejects(retry(attempt, { clock, deadline: begin + 5000 }), error);
    assert.equal(clock.now(), begin);
  });

  it("aborts a try that runs at the deadline, and gives the error before it", async () => {
    const clock = new FakeClock();
    const error = busy();
    let signalled: AbortSignal | undefined;
    const work = retry(
      (signal, number) => {
        signalled = signal;
        return number === 1 ? Promise.reject(error) : new Promise<string>(() => undefined);
      },
      { clock, deadline: clock.now() + 1000, random: () => 0 },
    );
    await assert.rejects(clock.running(work), error);
    assert.ok(signalled?.aborted);
  });

  it("names the timeout when no try has ended before the deadline", async () => {
    const clock = new FakeClock();
    const work = retry(() => new Promise<string>(() => undefined), { clock, deadline: clock.now() + 1000 });
    await assert.rejects(clock.running(work), { name: "HttpError", failure: "timeout" });
  });

  it("tries nothing after an abort", async () => {
    const reason = new Error("cancelled");
    const { attempt, numbers } = outcomes("ok");
    const clock = new FakeClock();
    const options = { clock, deadline: clock.now() + 1000, signal: AbortSignal.abort(reason) };
    await assert.rejects(retry(attempt, options), reason);
    assert.deepEqual(numbers, []);
  });

  for (const [name, error] of [
    ["a wait", busy(500)],
    ["a try", undefined],
  ] as const) {
    it(`stops ${name} with the reason of its signal`, async () => {
      const reason = new Error("cancelled");
      const controller = new AbortController();
      const clock = new FakeClock();
      const work = retry(() => (error ? Promise.reject(error) : new Promise(() => undefined)), {
        clock,
        deadline: clock.now() + 1000,
        signal: controller.signal,
      });
      await settled();
      controller.abort(reason);
      await assert.rejects(work, reason);
    });
  }

  it("never ends after its deadline, whatever the server asks for", async () => {
    const wait = fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined });
    const limit = fc.integer({ min: 1, max: 120_000 });
    const random = fc.double({ min: 0, max: 0.999, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(wait, { minLength: 1, maxLength: 5 }),
        limit,
        random,
        async (waits, time, jitter) => {
          const clock = new FakeClock();
          const begin = clock.now();
          const { attempt } = outcomes(...waits.map(busy), "ok");
          const options = { clock, deadline: begin + time, random: () => jitter };
          await clock.running(retry(attempt, options)).catch((error: unknown) => {
            assert.ok(error instanceof HttpError);
          });
          assert.ok(clock.now() - begin <= time);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("retry at the end of the step's time", () => {
  const timedOut = new SecretlessError("TIMED_OUT", { problem: "The step was not done." });
  const cancelled = new SecretlessError("CANCELLED", { problem: "The job was cancelled." });

  for (const [reason, before, thrown] of [
    [timedOut, [busy()], "busy"],
    [timedOut, [], timedOut.message],
    [cancelled, [busy()], cancelled.message],
  ] as const) {
    it(`after ${String(before.length)} failures, stopped by ${reason.code}: ${thrown}`, async () => {
      const clock = new FakeClock();
      const stop = new AbortController();
      const attempt = (_: AbortSignal, number: number) =>
        before[number - 1] ? Promise.reject(before[number - 1]!) : new Promise<never>(() => undefined);
      const options = { clock, deadline: clock.now() + 60_000, signal: stop.signal, random: () => 0.5 };
      const result = retry(attempt, options);
      result.catch(() => undefined);
      await clock.advance(1000);
      stop.abort(reason);
      await assert.rejects(result, { message: thrown });
      assert.equal(clock.sleeping, 0);
    });
  }
});

describe("untilAborted", () => {
  it("leaves no listener behind", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    signal.addEventListener = () => {
      listeners++;
    };
    signal.removeEventListener = () => {
      listeners--;
    };
    assert.equal(await untilAborted(() => Promise.resolve(1), signal), 1);
    await assert.rejects(
      untilAborted(() => Promise.reject(final), signal),
      final,
    );
    assert.equal(listeners, 0);
  });
});
