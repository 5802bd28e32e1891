import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/base/errors.ts";
import { HttpError } from "../../../core/net/http.ts";
import { loadClaimsReader } from "../../../core/ci/claims.ts";
import { redact } from "../../../core/base/redact.ts";
import { FakeClock, settled } from "../support/fake-clock.ts";
import { unsignedJwt } from "../support/id-tokens.ts";
import { busy, refused, setUpSession, type World } from "../support/session.ts";

describe("session", () => {
  // The clock cannot know of a module that is being loaded.
  before(() => loadClaimsReader());

  it("exchanges one ID token and keeps the access token for half of its life", async () => {
    const { clock, token, session, sent, minted } = setUpSession();
    const begin = clock.now();
    assert.deepEqual(await session.token(), { accessToken: "access-token-1", expiresAt: begin + 3_600_000 });
    clock.time += 1_799_999;
    assert.equal(await token(), "access-token-1");
    clock.time += 1;
    assert.equal(await token(), "access-token-2");
    assert.deepEqual(sent, minted);
    assert.equal(new Set(sent).size, 2);
  });

  it("renews once, however many ask", async () => {
    const { clock, session, sent } = setUpSession({ latency: 100 });
    const all = await clock.running(Promise.all(Array.from({ length: 50 }, () => session.token())));
    assert.deepEqual(new Set(all.map(({ accessToken }) => accessToken)), new Set(["access-token-1"]));
    clock.time += 2_000_000;
    await clock.running(Promise.all(Array.from({ length: 50 }, () => session.token())));
    assert.equal(sent.length, 2);
  });

  it("takes a new ID token for each try", async () => {
    const { token, sent, events } = setUpSession({ exchangeFaults: [busy(), busy()] });
    assert.equal(await token(), "access-token-3");
    assert.equal(new Set(sent).size, 3);
    assert.deepEqual(
      events.map(({ attempt }) => attempt),
      [1, 2, 3],
    );
  });

  it("retries the request of the ID token as well", async () => {
    const { token, sent } = setUpSession({ idTokenFaults: [busy(), busy()] });
    assert.equal(await token(), "access-token-1");
    assert.equal(sent.length, 1);
  });

  it("never sends an expired ID token", async () => {
    const { token, clock, world, sent } = setUpSession({ idTokenLife: 0 });
    const begin = clock.now();
    await assert.rejects(token(), (error) => {
      assert.ok(error instanceof SecretlessError);
      assert.equal(error.code, "ID_TOKEN_REFUSED");
      assert.match(error.details.remedy ?? "", /clock of the runner/);
      return true;
    });
    assert.ok(clock.now() - begin <= 60_000);
    assert.deepEqual(sent, []);
    world.idTokenLife = 5000;
    clock.time += 500;
    assert.equal(await token(), "access-token-1");
  });

  for (const [expired, outcome] of [
    [2, "access-token-1"],
    [3, "ID_TOKEN_REFUSED"],
  ] as const) {
    it(`gives a CI that returns ${expired} expired ID tokens of earlier: ${outcome}`, async () => {
      const clock = new FakeClock();
      const expiringIn = (seconds: number) =>
        unsignedJwt({ iss: "i", sub: "s", aud: "a", exp: Math.floor(clock.now() / 1000) + seconds });
      const [old, fresh] = [expiringIn(0), expiringIn(300)];
      let count = 0;
      const idToken = () => Promise.resolve(++count <= expired ? old : fresh);
      const { token, sent } = setUpSession({}, { clock, idToken });
      const got = await token().catch((error: unknown) => (error as SecretlessError).code);
      assert.equal(got, outcome);
      assert.deepEqual(sent, outcome === "ID_TOKEN_REFUSED" ? [] : [fresh]);
    });
  }

  for (const [name, faults, code] of [
    ["a refusal at once", { exchangeFaults: [refused] }, "EXCHANGE_REFUSED"],
    [
      "a missing permission at once",
      { idTokenFaults: [new SecretlessError("ID_TOKEN_FORK", { problem: "no" })] },
      "ID_TOKEN_FORK",
    ],
    [
      "an outage at the deadline",
      { exchangeFaults: Array.from({ length: 100 }, busy) },
      "ENDPOINT_UNAVAILABLE",
    ],
    [
      "the cause of a refusal that was retried in vain",
      {
        exchangeFaults: Array.from(
          { length: 100 },
          () => new HttpError("x", { retryable: true, cause: refused }),
        ),
      },
      "EXCHANGE_REFUSED",
    ],
  ] as const) {
    it(`reports ${name}`, async () => {
      const { token, clock } = setUpSession({ ...faults } as Partial<World>);
      const begin = clock.now();
      await assert.rejects(token(), (error) => error instanceof SecretlessError && error.code === code);
      assert.ok(clock.now() - begin <= 60_000);
    });
  }

  it("passes on what is no fault of the network", async () => {
    const defect = new TypeError("a defect");
    await assert.rejects(setUpSession({ exchangeFaults: [defect] }).token(), defect);
  });

  it("ends at the deadline when the exchange hangs", async () => {
    const { token, clock } = setUpSession({ latency: 10_000_000 });
    const begin = clock.now();
    await assert.rejects(token(), { code: "ENDPOINT_UNAVAILABLE" });
    assert.equal(clock.now() - begin, 60_000);
  });

  it("stops with the reason of its signal, and then gives nothing more", async () => {
    const controller = new AbortController();
    const { session, clock } = setUpSession({ latency: 1000 }, { signal: controller.signal });
    const reason = new Error("cancelled");
    const work = session.token();
    await settled();
    controller.abort(reason);
    await assert.rejects(work, reason);
    await assert.rejects(session.token(), reason);
    assert.equal(clock.sleeps.includes(1000), true);
  });

  it("gives no token after an abort, valid as it may be", async () => {
    const controller = new AbortController();
    const { session, token } = setUpSession({}, { signal: controller.signal });
    await token();
    const reason = new Error("cancelled");
    controller.abort(reason);
    await assert.rejects(session.token(), reason);
  });

  it("does not send an ID token that comes after the abort", async () => {
    const controller = new AbortController();
    let give: (token: string) => void = () => undefined;
    const idToken = () => new Promise<string>((resolve) => (give = resolve));
    const { session, sent } = setUpSession({}, { signal: controller.signal, idToken });
    const work = session.token();
    await settled();
    controller.abort(new Error("cancelled"));
    give(unsignedJwt({ iss: "i", sub: "s", aud: "a", exp: 4_000_000_000 }));
    await assert.rejects(work, /cancelled/);
    await settled();
    assert.deepEqual(sent, []);
  });

  it("tells of each try, without a token", async () => {
    const { token, clock, events, minted } = setUpSession({
      exchangeFaults: [busy()],
      idTokenFaults: [busy()],
    });
    const begin = clock.now();
    await token();
    assert.deepEqual(
      events.map(({ attempt, audience, claims, outcome }) => [
        attempt,
        audience,
        claims?.jwtId ?? claims?.subject,
        Object.keys(outcome),
      ]),
      [
        [1, "the-audience", undefined, ["error"]],
        [2, "the-audience", "s", ["error"]],
        [3, "the-audience", "s", ["expiresAt", "accessTokenSha256"]],
      ],
    );
    assert.equal(events[0]?.at, begin);
    const text = JSON.stringify(events);
    for (const one of [...minted, "access-token"]) assert.ok(!text.includes(one));
    assert.equal(redact(`${minted[0] ?? ""} access-token-2`), "*** ***");
  });
});
