import assert from "node:assert/strict";
import { ACCOUNT_ID } from "../../sandbox/defaults.ts";
import type { Send } from "../../core/base/ports.ts";
import { createSend } from "../../core/net/send.ts";
import { systemClock } from "../../core/base/clock-and-platform.ts";
import { settled } from "./support/fake-clock.ts";
import { Flow, usualCli } from "./support/flow.ts";

describe("a CI that chooses the audience of its ID tokens itself", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  const ci = { fixedAudience: ACCOUNT_ID };
  const tokensSent = (): number =>
    flow.sandbox.requests.filter(({ path }) => path.endsWith("/oidc/v1/token")).length;

  it("is asked beside the discovery of the workspace, once", async () => {
    assert.equal(await flow.run({ command: "plan" }, usualCli({}), { ci }), 0, flow.error);
    assert.deepEqual(flow.ci.audiences, [ACCOUNT_ID]);
    assert.equal(tokensSent(), 1);
  });

  it("is asked again for each further try", async () => {
    flow.sandbox.fault({ system: "workspace", path: /\/v1\/token$/, then: { status: 503 } });
    assert.equal(await flow.run({ command: "plan" }, usualCli({}), { ci }), 0, flow.error);
    assert.equal(flow.ci.audiences.length, 2);
    assert.equal(tokensSent(), 2);
  });

  it("may refuse the first time without harm to anybody but this run", async () => {
    const mintIdToken = (): Promise<string> => Promise.reject(new Error("no token"));
    assert.equal(await flow.run({ command: "plan" }, usualCli({}), { ci: { ...ci, mintIdToken } }), 1);
    assert.match(flow.error, /no token/);
  });

  it("gets its token thrown away if the workspace took long to answer", async () => {
    const now = { ahead: 0 };
    const clock = {
      now: () => Date.now() + now.ahead,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms, signal),
    };
    const minted: Promise<string>[] = [];
    const mintIdToken = (audience: string): Promise<string> => {
      const token = flow.sandbox.github.mint({ audience });
      minted.push(token);
      return token;
    };
    const direct = createSend({});
    const send: Send = async (request) => {
      const answer = await direct(request);
      if (!/databricks-config$/.test(request.url)) return answer;
      // As if the answer of the workspace came a while after that of the CI.
      await minted[0];
      await settled();
      now.ahead = 60_000;
      return answer;
    };
    const result = await flow.run({ command: "plan" }, usualCli({}), {
      ci: { ...ci, mintIdToken },
      ports: { clock, send },
    });
    assert.equal(result, 0, flow.error);
    assert.equal(flow.ci.audiences.length, 2);
  });

  it("is asked nothing if an input is wrong", async () => {
    assert.equal(await flow.run({ timeout: "soon" }, usualCli({}), { ci }), 1);
    assert.deepEqual(flow.ci.audiences, []);
  });
});

describe("a CI that is asked for an audience", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  const usual = (): string => `${flow.sandbox.workspace.host}/oidc/v1/token`;

  it("is asked once, for the usual one, beside the discovery of the workspace", async () => {
    assert.equal(await flow.run({ command: "plan" }, usualCli({})), 0, flow.error);
    assert.deepEqual(flow.ci.audiences, [usual()]);
  });

  it("is asked once for the one of the input", async () => {
    assert.equal(await flow.run({ command: "plan", audience: ACCOUNT_ID }, usualCli({})), 0, flow.error);
    assert.deepEqual(flow.ci.audiences, [ACCOUNT_ID]);
  });

  it("is asked again if the workspace wants another one, and only that token is sent", async () => {
    const body = {
      account_id: ACCOUNT_ID,
      oidc_endpoint: `${flow.sandbox.workspace.host}/oidc`,
      token_federation_default_oidc_audiences: [ACCOUNT_ID],
    };
    flow.sandbox.fault({
      system: "workspace",
      path: /databricks-config$/,
      times: Infinity,
      then: { status: 200, body },
    });
    assert.equal(await flow.run({ command: "plan" }, usualCli({})), 0, flow.error);
    assert.deepEqual(flow.ci.audiences, [usual(), ACCOUNT_ID]);
    const exchanges = flow.sandbox.requests.filter(({ path }) => path.endsWith("/oidc/v1/token"));
    assert.equal(exchanges.length, 1);
  });
});
