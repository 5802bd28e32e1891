import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { ACCOUNT_ADMIN, ACCOUNT_ID, DEPLOYER, JOB_RUNNER, PLANNER } from "../../../sandbox/defaults.ts";
import { githubClaims } from "../../../sandbox/github/claims.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { accessToken, audienceOf, exchange, idToken, send, text, type Answer } from "./client.ts";

describe("sandbox: token exchange", () => {
  let sandbox: Sandbox;
  let clock: FakeClock;
  let audience: string;
  before(async () => {
    clock = new FakeClock();
    sandbox = await startSandbox({ clock });
    audience = audienceOf(sandbox);
  });
  after(() => sandbox.stop());
  afterEach(() => sandbox.github.setEvent({}));

  it("hands out a bearer token for the principal that client_id names", async () => {
    const { status, body } = await exchange(sandbox, await idToken(sandbox, audience));
    assert.equal(status, 200);
    const { access_token: token, ...rest } = body;
    assert.deepEqual(rest, {
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      scope: "all-apis",
      token_type: "Bearer",
      expires_in: 3600,
    });
    const claims = decodeJwt(token as string);
    assert.equal(claims.sub, DEPLOYER.applicationId);
    assert.equal((claims.exp ?? 0) * 1000, clock.now() + 3_600_000);
    assert.ok(sandbox.handedOut.includes(token as string));
  });

  it("accepts the account ID as audience", async () => {
    assert.equal((await exchange(sandbox, await idToken(sandbox, ACCOUNT_ID))).status, 200);
  });

  const refused = async (answer: Promise<Answer>, error: string) => {
    const { status, body } = await answer;
    assert.equal(body["error"], error, JSON.stringify(body));
    assert.equal(status, error === "invalid_client" ? 401 : 400);
    assert.equal(body["access_token"], undefined);
    return text(body, "error_description");
  };
  const mint = (odd: Parameters<Sandbox["github"]["mint"]>[0]) => sandbox.github.mint(odd);

  it("refuses a wrong audience and says which one is accepted", async () => {
    const text = await refused(
      exchange(sandbox, await idToken(sandbox, "https://example.com")),
      "invalid_grant",
    );
    assert.ok(text.includes("TOKEN_AUDIENCE_INVALID (Token audience 'https://example.com' invalid)"), text);
    const { issuer } = sandbox.github;
    const subject = "repo:example-org/lake:environment:prod";
    assert.ok(text.endsWith(`{issuer: '${issuer}', subject: '${subject}', audience: '${audience}'}`), text);
  });

  it("refuses the subject of a pull request", async () => {
    sandbox.github.setEvent({ event: "pull_request" });
    const text = await refused(exchange(sandbox, await idToken(sandbox, audience)), "invalid_grant");
    assert.match(text, /TOKEN_SUBJECT_INVALID .*subject: 'repo:example-org\/lake:pull_request'/);
  });

  it("refuses the immutable form of the subject, for matching is exact", async () => {
    sandbox.github.setEvent({ subjectFormat: "immutable" });
    const text = await refused(exchange(sandbox, await idToken(sandbox, audience)), "invalid_grant");
    assert.match(text, /TOKEN_SUBJECT_INVALID .*repo:example-org@16543210\/lake@734912856:environment:prod/);
  });

  it("refuses an issuer that no policy names", async () => {
    const token = await mint({ audience, claims: { iss: "https://token.actions.githubusercontent.com" } });
    const text = await refused(exchange(sandbox, token), "invalid_grant");
    assert.match(text, /TOKEN_INVALID \(Ensure a valid federation policy has been configured\)/);
  });

  for (const [name, fields] of [
    ["no client_id", { client_id: undefined }],
    ["an unknown client_id", { client_id: "00000000-0000-4000-8000-000000000000" }],
    ["a principal without a policy", { client_id: JOB_RUNNER.applicationId }],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const text = await refused(
        exchange(sandbox, await idToken(sandbox, audience), fields),
        "invalid_grant",
      );
      assert.match(text, /TOKEN_INVALID \(Ensure a valid federation policy has been configured\)/);
    });
  }

  it("refuses an expired ID token, from its last second on", async () => {
    assert.equal((await exchange(sandbox, await mint({ audience, age: 299 }))).status, 200);
    assert.match(
      await refused(exchange(sandbox, await mint({ audience, age: 300 })), "invalid_grant"),
      /TOKEN_EXPIRED/,
    );
  });

  const now = () => Math.floor(clock.now() / 1000);
  for (const [name, odd] of [
    ["not valid yet", () => ({ claims: { nbf: now() + 1 } })],
    ["issued in the future", () => ({ claims: { iat: now() + 1 } })],
    ["without exp", () => ({ claims: { exp: undefined } })],
    ["without iat", () => ({ claims: { iat: undefined } })],
    ["signed with a foreign key", () => ({ key: "foreign" as const })],
    ["not signed", () => ({ key: "none" as const })],
  ] as const) {
    it(`refuses a token ${name}`, async () => {
      const text = await refused(exchange(sandbox, await mint({ audience, ...odd() })), "invalid_grant");
      assert.match(text, /TOKEN_INVALID/);
    });
  }

  it("refuses a token whose claims were changed after signing", async () => {
    const [header, , signature] = (
      await mint({ audience, claims: githubClaims({ event: "pull_request" }) })
    ).split(".");
    const [, body] = (await mint({ audience })).split(".");
    await refused(exchange(sandbox, `${header!}.${body!}.${signature!}`), "invalid_grant");
  });

  it("refuses what is no JWT", async () => {
    assert.match(await refused(exchange(sandbox, "dapi123"), "invalid_grant"), /TOKEN_INVALID/);
  });

  for (const [name, fields, error] of [
    ["another grant type", { grant_type: "authorization_code" }, "unsupported_grant_type"],
    ["no grant type", { grant_type: undefined }, "invalid_request"],
    ["no subject token", { subject_token: undefined }, "invalid_request"],
    [
      "another subject token type",
      { subject_token_type: "urn:ietf:params:oauth:token-type:id_token" },
      "invalid_request",
    ],
    ["no scope", { scope: undefined }, "invalid_scope"],
    ["a client assertion", { grant_type: "client_credentials", client_assertion: "x" }, "invalid_client"],
  ] as const) {
    it(`refuses ${name}`, async () => {
      await refused(exchange(sandbox, await idToken(sandbox, audience), fields), error);
    });
  }

  it("reports another requested_token_type as an invalid audience, as Databricks does", async () => {
    const fields = { requested_token_type: "urn:databricks:params:oauth:token-type:personal-access-token" };
    const text = await refused(exchange(sandbox, await idToken(sandbox, audience), fields), "invalid_grant");
    assert.match(text, /TOKEN_AUDIENCE_INVALID/);
  });

  it("refuses parameters that are there twice (RFC 6749 3.2)", async () => {
    const body = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&client_id=a&client_id=b";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const response = await fetch(audience, { method: "POST", body, headers });
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), {
      error: "invalid_request",
      error_description: "client_id is there twice",
    });
  });

  it("refuses a JSON body", async () => {
    const { status, body } = await send("POST", audience, { body: { grant_type: "x" } });
    assert.deepEqual([status, body["error"]], [400, "invalid_request"]);
  });

  it("follows a rotation of the issuer's key", async () => {
    const old = await mint({ audience });
    await sandbox.github.rotateKey();
    assert.equal((await exchange(sandbox, await mint({ audience }))).status, 200);
    assert.equal((await exchange(sandbox, old)).status, 200);
    await sandbox.github.rotateKey(false);
    await refused(exchange(sandbox, old), "invalid_grant");
    assert.equal((await exchange(sandbox, await mint({ audience }))).status, 200);
  });

  it("gives the planner a token for pull requests and the account's administrator one of the account", async () => {
    for (const [who, known] of [
      ["planner", PLANNER],
      ["account admin", ACCOUNT_ADMIN],
    ] as const) {
      assert.equal(decodeJwt(await accessToken(sandbox, who)).sub, known.applicationId);
    }
  });

  it("publishes discovery documents that lead to the token endpoints, with the account's placeholder", async () => {
    const config = (await send("GET", `${sandbox.workspace.host}/.well-known/databricks-config`)).body;
    assert.equal(config["workspace_id"], sandbox.workspace.workspaceId);
    assert.equal(config["account_id"], ACCOUNT_ID);
    assert.deepEqual(config["token_federation_default_oidc_audiences"], [audience]);
    const oidc = text(config, "oidc_endpoint");
    const metadata = (await send("GET", `${oidc}/.well-known/oauth-authorization-server`)).body;
    assert.equal(metadata["token_endpoint"], audience);
    const account = (await send("GET", `${sandbox.account.host}/.well-known/databricks-config`)).body;
    assert.equal(account["oidc_endpoint"], `${sandbox.account.host}/oidc/accounts/{account_id}`);
    assert.equal(account["host_type"], "account");
    const endpoint = text(account, "oidc_endpoint").replace("{account_id}", ACCOUNT_ID);
    assert.equal((await send("GET", `${endpoint}/.well-known/openid-configuration`)).status, 200);
  });
});
