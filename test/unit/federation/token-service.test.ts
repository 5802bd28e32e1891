import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import type { AccessToken } from "../../../core/federation/exchange.ts";
import { startTokenService, type TokenService } from "../../../core/federation/token-service.ts";
import { redact } from "../../../core/base/redact.ts";
import { FakeClock } from "../support/fake-clock.ts";

const HOST = "https://adb-1.2.azuredatabricks.net";
const ACCOUNT = "0d26daa6-5e44-4c97-a497-ef015f91254a";
const clock = new FakeClock(1_000_000_000);

let service: TokenService;
let asked = 0;
let nextToken: () => Promise<AccessToken>;

async function start(approvedHost = HOST): Promise<void> {
  service = await startTokenService({
    approvedHost,
    approvedWorkspaceId: "5",
    approvedAccountId: ACCOUNT,
    clock,
    token: () => (asked++, nextToken()),
  });
}

interface Changes {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

async function get({ method = "GET", path, headers = {} }: Changes = {}) {
  const url = new URL(service.url);
  const defaults = { "x-databricks-metadata-version": "1", "x-databricks-host": HOST, host: url.host };
  const all: Record<string, string | undefined> = { ...defaults, ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new Promise<{ status: number | undefined; body: string; type: string | undefined }>(
    (resolve, reject) => {
      httpRequest(
        { host: "127.0.0.1", port: url.port, path: path ?? url.pathname, method, headers: sent },
        (answer) => {
          let body = "";
          answer.setEncoding("utf8").on("data", (text: string) => (body += text));
          answer.on("end", () =>
            resolve({ status: answer.statusCode, body, type: answer.headers["content-type"] }),
          );
        },
      )
        .on("error", reject)
        .end();
    },
  );
}

describe("token service", () => {
  beforeEach(async () => {
    asked = 0;
    nextToken = () =>
      Promise.resolve({ accessToken: "the-access-token", expiresAt: clock.now() + 3_600_000 });
    await start();
  });
  afterEach(() => service.stop());

  it("listens on 127.0.0.1 alone, at a path of 256 random bits that logs do not show", async () => {
    const { hostname, pathname } = new URL(service.url);
    assert.equal(hostname, "127.0.0.1");
    assert.equal(Buffer.from(pathname.slice(1), "base64url").length, 32);
    assert.ok(!redact(`url ${service.url}`).includes(pathname));
    const first = service.url;
    await service.stop();
    await start();
    assert.notEqual(new URL(service.url).pathname, new URL(first).pathname);
  });

  it("answers as the CLI wants it", async () => {
    const { status, body, type } = await get();
    assert.equal(status, 200);
    assert.equal(type, "application/json");
    assert.deepEqual(JSON.parse(body), {
      access_token: "the-access-token",
      token_type: "Bearer",
      expires_on: 1_000_000 + 3600 - 120,
    });
    assert.deepEqual(service.refusals, []);
  });

  it("reports the expiry up to two minutes early, never by more than a quarter of what is left", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.integer({ min: -10_000, max: 10_000 }), fc.integer({ min: 0, max: 100_000_000 })),
        async (left) => {
          const expiresAt = clock.now() + left;
          nextToken = () => Promise.resolve({ accessToken: "t", expiresAt });
          const { expires_on: expiresOn } = JSON.parse((await get()).body) as { expires_on: number };
          const early = expiresAt - expiresOn * 1000;
          const wanted = Math.min(120_000, Math.max(0, left) / 4);
          assert.ok(Number.isInteger(expiresOn));
          assert.ok(early >= wanted && early < wanted + 1000, `${early} of ${left}`);
        },
      ),
      { numRuns: 50 },
    );
  });

  for (const host of [
    `${HOST}/`,
    `${HOST}:443`,
    `${HOST}/?o=5`,
    `${HOST}/?a=${ACCOUNT}`,
    HOST.toUpperCase(),
  ]) {
    it(`knows the approved host as ${host}`, async () => {
      assert.equal((await get({ headers: { "x-databricks-host": host } })).status, 200);
    });
  }

  it("may be asked as localhost", async () => {
    assert.equal((await get({ headers: { host: `localhost:${new URL(service.url).port}` } })).status, 200);
  });

  const other = "https://adb-7429.6.azuredatabricks.net";
  for (const [name, changes, reason, host] of [
    ["another host", { headers: { "x-databricks-host": other } }, "host", other],
    [
      "another scheme",
      { headers: { "x-databricks-host": HOST.replace("https", "http") } },
      "host",
      HOST.replace("https", "http"),
    ],
    ["another port", { headers: { "x-databricks-host": `${HOST}:8443` } }, "host", `${HOST}:8443`],
    [
      "a host that is no URL",
      { headers: { "x-databricks-host": "rate limit 429" } },
      "host",
      "rate limit 429",
    ],
    [
      "another workspace of the host",
      { headers: { "x-databricks-host": `${HOST}/?o=6` } },
      "host",
      `${HOST}/?o=6`,
    ],
    ["another account", { headers: { "x-databricks-host": `${HOST}/?a=6` } }, "host", `${HOST}/?a=6`],
    ["no host", { headers: { "x-databricks-host": undefined } }, "headers", ""],
    ["no version", { headers: { "x-databricks-metadata-version": undefined } }, "headers", HOST],
    ["another version", { headers: { "x-databricks-metadata-version": "2" } }, "headers", HOST],
    ["another method", { method: "POST" }, "method", HOST],
    ["another path", { path: "/token" }, "path", HOST],
    ["the root", { path: "/" }, "path", HOST],
    ["a name that was rebound to 127.0.0.1", { headers: { host: "evil.example" } }, "not-local", HOST],
    ["another port in Host", { headers: { host: "127.0.0.1:1" } }, "not-local", HOST],
  ] as const) {
    it(`refuses ${name} with one fixed word`, async () => {
      const { status, body } = await get(changes);
      assert.deepEqual([status, body], [403, "refused"]);
      assert.deepEqual(service.refusals, [{ reason, host }]);
      assert.equal(asked, 0, "the session was not asked");
    });
  }

  it("refuses a path with a query, so that there is one way to ask", async () => {
    assert.equal((await get({ path: `${new URL(service.url).pathname}?x=1` })).status, 403);
  });

  it("refuses every host but the approved one", async () => {
    const host = fc.oneof(
      fc.webUrl(),
      fc.constant(`${HOST}.evil.example`),
      fc.constant(`https://evil.example/${HOST}`),
    );
    await fc.assert(
      fc.asyncProperty(host, async (text) => {
        assert.equal((await get({ headers: { "x-databricks-host": text } })).status, 403);
      }),
      { numRuns: 30 },
    );
  });

  it("keeps the session's error for us and shows the CLI the fixed word", async () => {
    const error = new Error("rate limit of https://adb-7429");
    nextToken = () => Promise.reject(error);
    assert.deepEqual((await get()).body, "refused");
    assert.equal(service.lastError, error);
    assert.deepEqual(service.refusals, [{ reason: "no-token", host: HOST }]);
    nextToken = () => Promise.resolve({ accessToken: "t", expiresAt: clock.now() });
    await get();
    assert.equal(service.lastError, undefined);
  });

  it("remembers the latest hundred refusals", async () => {
    for (let count = 0; count < 103; count++)
      await get({ path: "/", headers: { "x-databricks-host": String(count) } });
    assert.equal(service.refusals.length, 100);
    assert.deepEqual(service.refusals.at(0), { reason: "path", host: "3" });
    assert.deepEqual(service.refusals.at(-1), { reason: "path", host: "102" });
  });

  it("remembers no token and no endless text", async () => {
    await get({ headers: { "x-databricks-host": `Bearer abcdefghij0123456789 ${"x".repeat(5000)}` } });
    assert.ok((service.refusals[0]?.host.length ?? 0) <= 200);
    assert.match(service.refusals[0]?.host ?? "", /^Bearer \*\*\* x{10,}$/);
  });

  it("stops at once, with requests under way and idle connections", async () => {
    nextToken = () => new Promise(() => undefined);
    const pending = get().catch((error: unknown) => error);
    const idle = connect(Number(new URL(service.url).port), "127.0.0.1");
    await new Promise((resolve) => idle.once("connect", resolve));
    while (asked === 0) await new Promise(setImmediate);
    await service.stop();
    assert.ok((await pending) instanceof Error);
    await assert.rejects(get());
    await service.stop();
  });

  it("serves a loopback workspace", async () => {
    await service.stop();
    await start("http://127.0.0.1:8080");
    assert.equal((await get({ headers: { "x-databricks-host": "http://127.0.0.1:8080/" } })).status, 200);
    assert.equal((await get({ headers: { "x-databricks-host": "http://127.0.0.1:8081" } })).status, 403);
  });
});
