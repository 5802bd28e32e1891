import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from "jose";
import { verifyPipelineToken } from "../../../core/ci/verify.ts";
import type { HttpResponse } from "../../../core/base/ports.ts";
import { failure } from "../access/setup.ts";

const GITHUB = "https://token.actions.githubusercontent.com";
const NOW = 1_764_000_000;

describe("verifying the pipeline's ID token", () => {
  type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
  let keys: Keys;
  let other: Keys;
  before(async () => {
    keys = await generateKeyPair("RS256");
    other = await generateKeyPair("RS256");
  });

  const mint = (claims: JWTPayload = {}, signer = keys): Promise<string> =>
    new SignJWT({
      iss: GITHUB,
      sub: "repo:o/r:ref:refs/heads/main",
      aud: "policy",
      iat: NOW,
      exp: NOW + 300,
      ...claims,
    })
      .setProtectedHeader({ alg: "RS256", kid: "k" })
      .sign(signer.privateKey);
  const verify = async (token: string, discovery: object = {}, issuers = [GITHUB], status = 200) => {
    const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: "k", alg: "RS256" }] };
    const send = ({ url }: { url: string }): Promise<HttpResponse> => {
      const issuer = issuers[0] ?? "";
      const config = { issuer, jwks_uri: "https://keys.example.com/jwks", ...discovery };
      const body = url === "https://keys.example.com/jwks" ? jwks : config;
      return Promise.resolve({
        status,
        headers: {},
        body: "text" in discovery ? "no" : JSON.stringify(body),
      });
    };
    return verifyPipelineToken(token, { audience: "policy", issuers, send, now: NOW * 1000 });
  };

  it("reads GitHub's claims", async () => {
    const { claims, subject } = await verify(
      await mint({
        repository: "o/r",
        ref: "refs/heads/main",
        environment: "prod",
        workflow_ref: "o/r/.github/workflows/d.yml@x",
        actor: "ann",
        event_name: "push",
        sha: "abc",
      }),
    );
    assert.equal(subject, "repo:o/r:ref:refs/heads/main");
    assert.deepEqual(claims, {
      repository: "o/r",
      ref: "refs/heads/main",
      environment: "prod",
      pipeline: "o/r/.github/workflows/d.yml@x",
      actor: "ann",
      event: "push",
      commit: "abc",
    });
  });

  it("reads the claims of Azure DevOps pipelines, which prove no environment, actor or event", async () => {
    const issuer = "https://vstoken.dev.azure.com/00000000-0000-4000-8000-000000000000";
    const token = await mint({
      iss: issuer,
      sub: "p://org/project/pipe",
      rpo_uri: "https://dev.azure.com/o/_git/r",
      rpo_ref: "refs/heads/main",
      rpo_ver: "abc",
    });
    const { claims } = await verify(token, {}, [issuer]);
    assert.deepEqual(claims, {
      repository: "https://dev.azure.com/o/_git/r",
      ref: "refs/heads/main",
      pipeline: "p://org/project/pipe",
      commit: "abc",
    });
  });

  const refused = async (work: Promise<unknown>, pattern: RegExp): Promise<void> => {
    const error = await failure(work);
    assert.equal(error.code, "ID_TOKEN_NOT_VERIFIED");
    assert.match(error.message, pattern);
  };
  it("refuses every token that is not exactly right", async () => {
    await refused(verify("nonsense"), /not a JWT/);
    await refused(verify(await mint({}, other)), /does not verify/);
    await refused(verify(await mint({ aud: "else" })), /"aud"/);
    await refused(verify(await mint({ exp: NOW - 100 })), /"exp"/);
    await refused(verify(await mint({ iss: "https://evil.example.com" })), /issuer is "https:\/\/evil/);
    await refused(verify(await mint(), {}, ["http://plain.example.com"]), /issuer/);
    await refused(
      verify(await mint({ iss: "http://plain.example.com" }), {}, ["http://plain.example.com"]),
      /issuer/,
    );
  });

  it("refuses an issuer whose documents are not right", async () => {
    await refused(verify(await mint(), { issuer: "https://else.example.com" }), /names another issuer/);
    await refused(verify(await mint(), { jwks_uri: "http://keys.example.com/jwks" }), /no secure jwks_uri/);
    await refused(verify(await mint(), {}, [GITHUB], 500), /answered 500/);
    await refused(verify(await mint(), { text: 1 }), /not JSON/);
  });
});
