import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError, type ErrorCode } from "../../../core/base/errors.ts";
import { discoverWorkspace, type DiscoveryOptions } from "../../../core/federation/discovery.ts";
import { transportError } from "../../../core/net/http.ts";
import type { HttpRequest, HttpResponse } from "../../../core/base/ports.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { fakeSend, json } from "../support/id-tokens.ts";

const HOST = "https://adb-1.2.azuredatabricks.net";
const CONFIG = "/.well-known/databricks-config";
const SERVER = "/oidc/.well-known/oauth-authorization-server";
const ABSENT: HttpResponse = { status: 404, headers: {}, body: "<html>not found</html>" };

type Answers = Readonly<Record<string, HttpResponse | Error | undefined>>;

function discover(answers: Answers, changes: Partial<DiscoveryOptions> = {}) {
  const clock = new FakeClock();
  const host = changes.host ?? HOST;
  const { send, requests } = fakeSend((request: HttpRequest) => {
    const answer = answers[request.url.replace(host, "")] ?? ABSENT;
    return answer instanceof Error ? Promise.reject(answer) : answer;
  });
  const options = { host, send, clock, deadline: clock.now() + 10_000, ...changes };
  return { result: clock.running(discoverWorkspace(options)), requests, clock };
}

async function failure(result: Promise<unknown>, code: ErrorCode): Promise<SecretlessError> {
  const error = await result.catch((reason: unknown) => reason);
  assert.ok(error instanceof SecretlessError, String(error));
  assert.equal(error.code, code);
  return error;
}

describe("discovery", () => {
  it("reads what the host says, in one round trip", async () => {
    const audience = `${HOST}/oidc/v1/token`;
    const { result, requests } = discover({
      [CONFIG]: json({
        oidc_endpoint: `${HOST}/oidc`,
        account_id: "acc",
        workspace_id: "7429",
        cloud: "AZURE",
        host_type: "Workspace",
        token_federation_default_oidc_audiences: [audience, "other"],
      }),
      [SERVER]: json({ issuer: `${HOST}/oidc`, token_endpoint: `${HOST}/oidc/v1/token` }),
    });
    assert.deepEqual(await result, {
      tokenEndpoint: `${HOST}/oidc/v1/token`,
      defaultAudience: audience,
      workspaceId: "7429",
      accountId: "acc",
      cloud: "Azure",
      hostType: "workspace",
    });
    assert.deepEqual(requests.map(({ method, url }) => `${method} ${url}`).sort(), [
      `GET ${HOST}${CONFIG}`,
      `GET ${HOST}${SERVER}`,
    ]);
    assert.ok(requests.every(({ headers }) => headers?.["authorization"] === undefined));
  });

  for (const [name, absent] of [
    ["404", ABSENT],
    ["a redirect to the sign-in page", { status: 303, headers: { location: "/login.html" }, body: "" }],
    ["401", { status: 401, headers: {}, body: "" }],
  ] as const) {
    it(`has rules of its own where the documents are absent (${name})`, async () => {
      assert.deepEqual(await discover({ [CONFIG]: absent, [SERVER]: absent }).result, {
        tokenEndpoint: `${HOST}/oidc/v1/token`,
        defaultAudience: `${HOST}/oidc/v1/token`,
        workspaceId: undefined,
        accountId: undefined,
        cloud: "Azure",
        hostType: "workspace",
      });
    });
  }

  for (const [name, config, accountId, expected] of [
    ["the first that the host names", { token_federation_default_oidc_audiences: ["x", "y"] }, "acc", "x"],
    [
      "the token endpoint of a workspace, though the account is known",
      { workspace_id: "1", account_id: "acc" },
      "acc",
      "endpoint",
    ],
    ["the account ID, where the host has no workspace ID", { account_id: "acc" }, undefined, "acc"],
    ["the account ID that the user gave", {}, "mine", "mine"],
    [
      "the account ID of a unified host",
      { host_type: "unified", workspace_id: "1", oidc_endpoint: `${HOST}/oidc` },
      "acc",
      "acc",
    ],
    ["the token endpoint, if nothing else is known", {}, undefined, "endpoint"],
    [
      "not an empty text",
      { workspace_id: "1", token_federation_default_oidc_audiences: [""] },
      undefined,
      "endpoint",
    ],
    [
      "not what is no text",
      { workspace_id: "1", token_federation_default_oidc_audiences: "x" },
      undefined,
      "endpoint",
    ],
  ] as const) {
    it(`chooses the audience as the SDKs do: ${name}`, async () => {
      const { defaultAudience, tokenEndpoint } = await discover({ [CONFIG]: json(config) }, { accountId })
        .result;
      assert.equal(defaultAudience, expected === "endpoint" ? tokenEndpoint : expected);
    });
  }

  it("fills the account ID into the endpoint of an account host", async () => {
    const host = "https://accounts.azuredatabricks.net";
    const { result, requests } = discover(
      { [CONFIG]: json({ oidc_endpoint: `${host}/oidc/accounts/{account_id}/` }) },
      { host, accountId: "acc" },
    );
    const { tokenEndpoint, defaultAudience, hostType } = await result;
    assert.deepEqual(
      [tokenEndpoint, defaultAudience, hostType],
      [`${host}/oidc/accounts/acc/v1/token`, "acc", "account"],
    );
    assert.ok(
      requests.some(({ url }) => url === `${host}/oidc/accounts/acc/.well-known/oauth-authorization-server`),
    );
  });

  it("knows account hosts by their name, and needs the account ID there", async () => {
    const host = "https://accounts.cloud.databricks.com";
    const { tokenEndpoint, defaultAudience } = await discover({}, { host, accountId: "acc" }).result;
    assert.deepEqual([tokenEndpoint, defaultAudience], [`${host}/oidc/accounts/acc/v1/token`, "acc"]);
    await failure(discover({}, { host }).result, "INPUT_INVALID");
  });
});

describe("trust in the token endpoint", () => {
  const other = "http://127.0.0.1:9999/oidc/v1/token";
  for (const [host, endpoint, isTrusted] of [
    [HOST, `${HOST}/other/path`, true],
    [HOST, "https://westeurope.azuredatabricks.net/oidc/v1/token", true],
    [HOST, "https://x.cloud.databricks.com/oidc/v1/token", false],
    [HOST, "http://westeurope.azuredatabricks.net/oidc/v1/token", false],
    [HOST, "https://azuredatabricks.net.evil.example/oidc/v1/token", false],
    [HOST, "https://evilazuredatabricks.net/oidc/v1/token", false],
    [HOST, `${HOST}.evil.example/oidc/v1/token`, false],
    [HOST, `${HOST}@evil.example/oidc/v1/token`, false],
    [HOST, `${HOST.replace("//", "//user:pw@")}/oidc/v1/token`, false],
    [HOST, `${HOST.replace("//", "//user@")}/oidc/v1/token`, false],
    [HOST, "http://127.0.0.1:1/token", false],
    [HOST, "/oidc/v1/token", false],
    [HOST, "javascript:alert(1)", false],
    ["https://workspace.example", "https://workspace.example:8443/oidc/v1/token", false],
    ["https://workspace.example", "https://x.azuredatabricks.net/oidc/v1/token", false],
    ["http://127.0.0.1:80", other, true],
    ["http://127.0.0.1:80", "http://localhost:9999/x", true],
    ["http://127.0.0.1:80", "https://x.azuredatabricks.net/oidc/v1/token", false],
    ["http://127.0.0.1:80", "ftp://127.0.0.1/x", false],
  ] as const) {
    it(`${host} may ${isTrusted ? "" : "not "}name ${endpoint}`, async () => {
      const named = discover({ [SERVER]: json({ token_endpoint: endpoint }) }, { host });
      const root = discover({ [CONFIG]: json({ oidc_endpoint: endpoint }) }, { host });
      if (isTrusted) {
        assert.equal((await named.result).tokenEndpoint, endpoint);
        assert.equal((await root.result).tokenEndpoint, `${endpoint}/v1/token`);
      } else {
        const { details } = await failure(named.result, "ENDPOINT_NOT_TRUSTED");
        assert.doesNotMatch(JSON.stringify(details), /user:pw/);
        await failure(root.result, "ENDPOINT_NOT_TRUSTED");
        assert.ok(root.requests.every(({ url }) => url.startsWith(`${host}/`)));
      }
    });
  }

  it("is never given to another host, whatever the document says", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string({ minLength: 1 })),
        async (endpoint) => {
          const { result } = discover({ [SERVER]: json({ token_endpoint: endpoint }) });
          const origin = await result.then(
            ({ tokenEndpoint }) => new URL(tokenEndpoint).origin,
            () => HOST,
          );
          assert.ok(origin === HOST || /^https:\/\/[^/]+\.azuredatabricks\.net$/.test(origin));
        },
      ),
    );
  });
});

describe("reachability", () => {
  const request: HttpRequest = { method: "GET", url: `${HOST}${CONFIG}` };
  for (const [code, remedy] of [
    ["ENOTFOUND", /spelling of the host/],
    ["EAI_AGAIN", /spelling of the host/],
    ["ECONNREFUSED", /firewall/],
    ["ECONNRESET", /closes connections/],
    ["ETIMEDOUT", /firewall/],
    ["SELF_SIGNED_CERT_IN_CHAIN", /NODE_EXTRA_CA_CERTS/],
    ["EPROTO", /does not speak HTTPS/],
  ] as const) {
    it(`${code} has its own remedy`, async () => {
      const error = transportError(request, { code });
      const { message, details } = await failure(
        discover({ [CONFIG]: error }).result,
        "ENDPOINT_UNAVAILABLE",
      );
      assert.ok(message.includes(code), message);
      assert.match(details.remedy ?? "", remedy);
    });
  }

  for (const [name, answer, problem] of [
    ["HTML", { status: 200, headers: {}, body: " <!doctype html>" }, /answered with HTML/],
    ["no JSON", { status: 200, headers: {}, body: "" }, /not JSON/],
    ["a JSON text", json("x"), /not JSON/],
    [
      "403",
      { status: 403, headers: {}, body: "Source IP address: 1.2.3.4 is blocked" },
      /refuses this runner/,
    ],
    ["501", { status: 501, headers: {}, body: "" }, /status 501/],
    ["503 for ever", { status: 503, headers: {}, body: "busy" }, /status 503/],
  ] as const) {
    it(`is not given with ${name}`, async () => {
      const { message } = await failure(discover({ [CONFIG]: answer }).result, "ENDPOINT_UNAVAILABLE");
      assert.match(message, problem);
      await failure(discover({ [SERVER]: answer }).result, "ENDPOINT_UNAVAILABLE");
    });
  }

  it("survives a fault, within the deadline", async () => {
    let count = 0;
    const { send } = fakeSend(() =>
      ++count < 5 ? { status: 429, headers: { "retry-after": "2" } } : json({}),
    );
    const { result, clock } = discover({}, { send });
    const begin = clock.now();
    await result;
    assert.ok(clock.now() - begin >= 4000);
  });

  it("ends at the deadline when nothing answers", async () => {
    const send = () => new Promise<never>(() => undefined);
    const { result, clock } = discover({}, { send });
    const begin = clock.now();
    const { message } = await failure(result, "ENDPOINT_UNAVAILABLE");
    assert.equal(
      message,
      `Asking ${HOST} where to exchange ID tokens failed: no answer came before the deadline.`,
    );
    assert.equal(clock.now() - begin, 10_000);
  });

  it("stops with the reason of its signal", async () => {
    const reason = new Error("cancelled");
    await assert.rejects(discover({}, { signal: AbortSignal.abort(reason) }).result, reason);
  });
});
