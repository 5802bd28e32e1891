import assert from "node:assert/strict";
import fc from "fast-check";
import { loadClaimsReader } from "../../../core/ci/claims.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { unsignedJwt } from "../support/id-tokens.ts";
import { busy, refused, setUpSession } from "../support/session.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("renewal", () => {
  // The clock cannot know of a module that is being loaded.
  before(() => loadClaimsReader());

  it("goes on for six hours with ID tokens of five minutes and access tokens of ten, asked by 20 clients", async () => {
    const { clock, session, world, sent, minted, events } = setUpSession({
      tokenLife: 10 * MINUTE,
      latency: 300,
    });
    const end = clock.now() + 6 * HOUR;
    let asked = 0;
    for (let round = 0; clock.now() < end; round++) {
      await clock.advance(20_000 + ((round * 7_919) % 41_000));
      // Every tenth exchange finds the token endpoint busy, and the CI now and then.
      if (round % 10 === 3) world.exchangeFaults = [busy()];
      if (round % 17 === 5) world.idTokenFaults = [busy(), busy()];
      const tokens = await clock.running(Promise.all(Array.from({ length: 20 }, () => session.token())));
      asked += tokens.length;
      for (const { expiresAt } of tokens) assert.ok(expiresAt > clock.now(), "an expired token was given");
    }
    assert.ok(asked > 8_000);
    assert.equal(new Set(sent).size, sent.length, "no assertion is sent twice");
    assert.ok(minted.length - sent.length <= 1, "none is minted for nothing");
    // A renewal every five minutes and a little: 20 clients cause no more than one.
    const renewals = events.filter(({ outcome }) => !("error" in outcome)).length;
    assert.ok(renewals >= 40 && renewals <= 73, `${renewals} renewals`);
    for (const { at, claims } of events) assert.ok(!claims || claims.expiresAt > at, "none is sent late");
  });

  it("works with tokens of any life, from seconds to a day", async () => {
    const life = fc.oneof(fc.integer({ min: 2_000, max: 60_000 }), fc.integer({ min: MINUTE, max: DAY }));
    await fc.assert(
      fc.asyncProperty(life, life, async (tokenLife, idTokenLife) => {
        const { clock, session, sent } = setUpSession({ tokenLife, idTokenLife });
        for (let round = 0; round < 30; round++) {
          await clock.advance(tokenLife / 7);
          const { expiresAt } = await clock.running(session.token());
          assert.ok(expiresAt - clock.now() >= tokenLife / 2 - 1);
        }
        assert.ok(sent.length <= 30 / 3.5 + 2, `${sent.length} exchanges in 30/7 lives`);
      }),
      { numRuns: 40 },
    );
  });

  it("does not ask the issuer more often because somebody asks in a loop", async () => {
    const { clock, session, sent, world, token } = setUpSession({
      exchangeFaults: Array.from({ length: 999 }, () => refused),
    });
    let [asked, failures] = [0, 0];
    for (const end = clock.now() + 2 * MINUTE; clock.now() < end; asked++) {
      await clock.running(session.token()).catch(() => failures++);
      await clock.advance(100);
    }
    assert.ok(asked > 900);
    assert.equal(failures, asked);
    assert.ok(sent.length <= 15, `${sent.length} exchanges in two minutes`);
    world.exchangeFaults = [];
    await clock.advance(15_000);
    assert.match(await token(), /access-token/);
  });

  it("begins anew after a failure at the next question, at once for those who have waited", async () => {
    const { clock, session, sent, world, token } = setUpSession({ exchangeFaults: [refused], latency: 100 });
    const all = Promise.allSettled(Array.from({ length: 50 }, () => session.token()));
    const results = await clock.running(all);
    assert.ok(results.every(({ status }) => status === "rejected"));
    assert.equal(sent.length, 1);
    world.latency = 0;
    await clock.advance(500);
    assert.equal(await token(), "access-token-2");
  });

  it("survives an outage of the issuer for as long as the token lives, and keeps nobody waiting meanwhile", async () => {
    const { clock, session, world, token } = setUpSession();
    await token();
    await clock.advance(30 * MINUTE);
    world.exchangeFaults = Array.from({ length: 9_999 }, busy);
    const begin = clock.now();
    let waited = 0;
    while (clock.now() < begin + 29 * MINUTE) {
      const asked = clock.now();
      assert.equal((await clock.running(session.token())).accessToken, "access-token-1");
      waited += clock.now() - asked;
      await clock.advance(1_000);
    }
    // One caller in each renewal is the one who waits.
    assert.ok(waited < 3 * MINUTE, `${waited / 1000} s`);
    world.exchangeFaults = [];
    await clock.advance(2 * MINUTE);
    assert.match(await token(), /access-token-\d+/);
  });

  for (const [name, skew] of [
    ["ten minutes ahead", 10 * MINUTE],
    ["a day ahead", DAY],
    ["ten minutes behind", -10 * MINUTE],
    ["a day behind", -DAY],
  ] as const) {
    it(`works on a runner whose clock is ${name} of the servers'`, async () => {
      const clock = new FakeClock();
      const serverNow = (): number => clock.now() - skew;
      const sentAt: number[] = [];
      const { session } = setUpSession(
        {},
        {
          clock,
          serverNow,
          idToken: () =>
            Promise.resolve(unsignedJwt({ iss: "i", sub: "s", aud: "a", exp: serverNow() / 1000 + 300 })),
          onExchange: ({ claims }) => sentAt.push((claims?.expiresAt ?? 0) - serverNow()),
        },
      );
      for (let round = 0; round < 10; round++) {
        assert.ok((await clock.running(session.token())).expiresAt > clock.now());
        await clock.advance(40 * MINUTE);
      }
      assert.ok(sentAt.every((left) => left > 0));
    });
  }

  it("does not send what the servers see as ended though this clock does not", async () => {
    const clock = new FakeClock();
    const exp = clock.now() / 1000 + 60;
    const { token, sent } = setUpSession(
      {},
      {
        clock,
        serverNow: () => clock.now() + 5 * MINUTE,
        idToken: () => Promise.resolve(unsignedJwt({ iss: "i", sub: "s", aud: "a", exp })),
      },
    );
    await assert.rejects(token(), { code: "ID_TOKEN_REFUSED" });
    assert.deepEqual(sent, []);
  });

  it("is done once by a machine that was suspended past the token's end, whoever wakes up first", async () => {
    const { clock, session, sent, token } = setUpSession({ latency: 50 });
    await token();
    // Timers stand still meanwhile.
    clock.time += 9 * HOUR;
    const tokens = await clock.running(Promise.all(Array.from({ length: 100 }, () => session.token())));
    assert.deepEqual(new Set(tokens.map(({ accessToken }) => accessToken)), new Set(["access-token-2"]));
    assert.equal(sent.length, 2);
  });

  it("is done when the clock was set back, as nobody knows how long the token still lives", async () => {
    const { clock, token } = setUpSession();
    await token();
    clock.time -= 2 * HOUR;
    assert.equal(await token(), "access-token-2");
    assert.equal(await token(), "access-token-2");
  });

  it("goes on with a token that is there already, and exchanges nothing before it has to", async () => {
    const clock = new FakeClock();
    const initial = { accessToken: "from-the-step", expiresAt: clock.now() + HOUR };
    const { token, sent } = setUpSession({}, { clock, initial });
    assert.equal(await token(), "from-the-step");
    clock.time += 31 * MINUTE;
    assert.equal(await token(), "access-token-1");
    assert.equal(sent.length, 1);
  });

  it("takes the same ID token again where the CI serves it from its cache", async () => {
    const clock = new FakeClock();
    const cached = unsignedJwt({ iss: "i", sub: "s", aud: "a", exp: clock.now() / 1000 + 24 * 3600 });
    const { token, sent } = setUpSession({}, { clock, idToken: () => Promise.resolve(cached) });
    for (let hour = 0; hour < 20; hour++) {
      await token();
      clock.time += HOUR;
    }
    assert.equal(sent.length, 20);
    assert.deepEqual(new Set(sent), new Set([cached]));
  });
});
