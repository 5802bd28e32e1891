import assert from "node:assert/strict";
import fc from "fast-check";
import { loadClaimsReader } from "../../../core/ci/claims.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { busy, refused, setUpSession } from "../support/session.ts";

describe("early renewal", () => {
  // The clock cannot know of a module that is being loaded.
  before(() => loadClaimsReader());

  it("that fails leaves the old token in use, and is tried again after a pause", async () => {
    const { token, clock, world, sent } = setUpSession();
    await token();
    clock.time += 1_800_000;
    world.exchangeFaults = [refused];
    assert.equal(await token(), "access-token-1");
    assert.equal(await token(), "access-token-1");
    assert.equal(sent.length, 2, "no second try within the pause");
    assert.equal(clock.sleeping, 0, "nothing is left that keeps the process alive");
    clock.time += 60_000;
    assert.equal(await token(), "access-token-3");
  });

  it("that takes long does not keep anybody waiting, and still counts when it ends", async () => {
    const { session, clock, token, world, sent } = setUpSession();
    await token();
    clock.time += 1_800_000;
    world.latency = 20_000;
    const begin = clock.now();
    assert.equal((await clock.running(session.token())).accessToken, "access-token-1");
    assert.equal(clock.now() - begin, 5000);
    await clock.advance(20_000);
    assert.equal(await token(), "access-token-2");
    assert.equal(sent.length, 2);
  });

  it("must succeed once the old token has expired", async () => {
    const { token, clock, world } = setUpSession();
    await token();
    clock.time += 3_600_000;
    world.exchangeFaults = [refused];
    await assert.rejects(token(), refused);
    clock.time += 500;
    assert.equal(await token(), "access-token-3");
  });

  it("that outlasts the old token is waited for", async () => {
    const { session, clock, world, token } = setUpSession({ tokenLife: 6000 });
    await token();
    clock.time += 4000;
    world.latency = 3000;
    world.tokenLife = 60_000;
    const first = session.token();
    await clock.advance(1000);
    assert.equal((await first).accessToken, "access-token-1");
    await clock.advance(1000);
    assert.equal((await clock.running(session.token())).accessToken, "access-token-2");
  });

  it("is done again if the machine slept past the end of the old token", async () => {
    const clock = new FakeClock();
    const { token, world } = setUpSession(
      {},
      {
        clock,
        onExchange: ({ outcome }) => {
          if ("error" in outcome) clock.time += 1_800_000;
        },
      },
    );
    await token();
    clock.time += 1_800_000;
    world.exchangeFaults = [refused];
    assert.equal(await token(), "access-token-3");
  });

  it("keeps every token given valid, whatever the lives, faults and pauses", async () => {
    const life = fc.integer({ min: 4000, max: 7_200_000 });
    const step = fc.record({
      pause: fc.integer({ min: 0, max: 4_000_000 }),
      faults: fc.integer({ min: 0, max: 3 }),
      latency: fc.integer({ min: 0, max: 1500 }),
    });
    await fc.assert(
      fc.asyncProperty(life, fc.array(step, { minLength: 1, maxLength: 8 }), async (tokenLife, steps) => {
        const { session, clock, world, sent } = setUpSession({ tokenLife });
        for (const { pause, faults, latency } of steps) {
          await clock.advance(pause);
          world.exchangeFaults = Array.from({ length: faults }, busy);
          world.latency = latency;
          const { expiresAt } = await clock.running(session.token());
          assert.ok(expiresAt > clock.now());
        }
        assert.equal(new Set(sent).size, sent.length, "no ID token was sent twice");
      }),
      { numRuns: 60 },
    );
  });
});
