import assert from "node:assert/strict";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { githubClaims } from "../../../sandbox/github/claims.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";
import { audienceOf, exchange, idToken, send, text } from "./client.ts";

describe("sandbox: GitHub", () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ issuerPath: "/_services/token", idTokenLife: 5 });
  });
  after(() => sandbox.stop());
  afterEach(() => sandbox.github.setEvent({}));

  it("signs ID tokens that its published keys verify, with an issuer that has a path", async () => {
    const { issuer } = sandbox.github;
    assert.ok(issuer.endsWith("/_services/token"));
    const configuration = (await send("GET", `${issuer}/.well-known/openid-configuration`)).body;
    assert.equal(configuration["issuer"], issuer);
    const keys = createRemoteJWKSet(new URL(text(configuration, "jwks_uri")));
    const { payload, protectedHeader } = await jwtVerify(await idToken(sandbox, "any"), keys, {
      issuer,
      audience: "any",
    });
    assert.equal(protectedHeader.alg, "RS256");
    assert.equal(payload.sub, "repo:example-org/lake:environment:prod");
    assert.equal(payload["environment"], "prod");
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 5);
  });

  it("takes the audience as it stands behind the URL, not encoded, and the owner's URL by default", async () => {
    const audience = "https://adb-1.2.azuredatabricks.net/oidc/v1/token";
    assert.equal(decodeJwt(await idToken(sandbox, audience)).aud, audience);
    const { body } = await send("GET", sandbox.github.requestUrl, { token: sandbox.github.requestToken });
    assert.equal(decodeJwt(text(body, "value")).aud, "https://github.com/example-org");
  });

  it("refuses a wrong or missing request token", async () => {
    const url = `${sandbox.github.requestUrl}&audience=x`;
    assert.equal((await send("GET", url)).status, 401);
    assert.equal((await send("GET", url, { token: `${sandbox.github.requestToken}x` })).status, 401);
  });

  it("gives each token its own jti and records every secret", async () => {
    const [one, other] = [await idToken(sandbox, "a"), await idToken(sandbox, "a")];
    assert.notEqual(decodeJwt(one).jti, decodeJwt(other).jti);
    for (const secret of [one, other, sandbox.github.requestToken])
      assert.ok(sandbox.handedOut.includes(secret));
  });

  it("uses changed claims for the next token", async () => {
    sandbox.github.claims["actor"] = "someone";
    assert.equal(decodeJwt(await idToken(sandbox, "a"))["actor"], "someone");
  });

  it("is trusted by the workspace under its path", async () => {
    const audience = audienceOf(sandbox);
    assert.equal((await exchange(sandbox, await idToken(sandbox, audience))).status, 200);
  });

  const subjects = [
    [{}, "repo:example-org/lake:environment:prod"],
    [{ environment: "" }, "repo:example-org/lake:ref:refs/heads/main"],
    [{ environment: "", ref: "refs/tags/v1" }, "repo:example-org/lake:ref:refs/tags/v1"],
    [{ environment: "eu:prod" }, "repo:example-org/lake:environment:eu%3Aprod"],
    [{ event: "pull_request" }, "repo:example-org/lake:pull_request"],
    [{ event: "pull_request", environment: "review" }, "repo:example-org/lake:environment:review"],
    [{ event: "pull_request_target" }, "repo:example-org/lake:ref:refs/heads/main"],
    [{ repository: "acme/x", subjectFormat: "immutable" }, "repo:acme@16543210/x@734912856:environment:prod"],
  ] as const;
  for (const [event, subject] of subjects) {
    it(`names ${JSON.stringify(event)} as ${subject}`, () => {
      assert.equal(githubClaims(event)["sub"], subject);
    });
  }
});
