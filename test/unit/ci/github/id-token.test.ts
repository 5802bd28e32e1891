import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError, type ErrorCode } from "../../../../core/base/errors.ts";
import { HttpError } from "../../../../core/net/http.ts";
import { requestGitHubIdToken, type GitHubIdTokenRequest } from "../../../../core/ci/github/id-token.ts";
import type { HttpResponse } from "../../../../core/base/ports.ts";
import { redact } from "../../../../core/base/redact.ts";
import { fakeSend, json, unsignedJwt } from "../../support/id-tokens.ts";

const idToken = unsignedJwt({ sub: "repo:o/r:ref:refs/heads/main" });

function requestWith(answer: Partial<HttpResponse>, changes: Partial<GitHubIdTokenRequest> = {}) {
  const { send, requests } = fakeSend(() => answer);
  const result = requestGitHubIdToken({
    requestUrl: "https://pipelines.example/token?api-version=2.0",
    requestToken: "request-token-0123456789",
    fromFork: false,
    audience: "https://ws.example/oidc/v1/token",
    send,
    ...changes,
  });
  return { result, requests };
}

async function refusal(result: Promise<string>, code: ErrorCode): Promise<SecretlessError> {
  const error = await result.catch((reason: unknown) => reason);
  assert.ok(error instanceof SecretlessError, String(error));
  assert.equal(error.code, code);
  return error;
}

describe("GitHub ID token", () => {
  it("is asked for with its audience and the job's token", async () => {
    const { result, requests } = requestWith(json({ count: 1, value: idToken }));
    assert.equal(await result, idToken);
    assert.equal(redact(Buffer.from(idToken).toString("hex")), "***");
    assert.deepEqual(requests, [
      {
        method: "GET",
        url: "https://pipelines.example/token?api-version=2.0&audience=https%3A%2F%2Fws.example%2Foidc%2Fv1%2Ftoken",
        headers: { authorization: "Bearer request-token-0123456789", accept: "application/json" },
      },
    ]);
    assert.equal(redact("request-token-0123456789"), "***");
  });

  it("hands the signal on", async () => {
    const { signal } = new AbortController();
    const { result, requests } = requestWith(json({ value: idToken }), { signal });
    await result;
    assert.equal(requests[0]?.signal, signal);
  });

  it("can be asked for with any audience", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (audience) => {
        const { result, requests } = requestWith(json({ value: idToken }), { audience });
        await result;
        const url = new URL(requests[0]!.url);
        assert.equal(url.searchParams.get("audience"), audience);
        assert.equal(url.searchParams.get("api-version"), "2.0");
      }),
    );
  });

  for (const missing of ["requestUrl", "requestToken"] as const) {
    it(`needs the permission: without ${missing} the error shows the lines to add`, async () => {
      const { result, requests } = requestWith({}, { [missing]: undefined });
      const { details } = await refusal(result, "ID_TOKEN_PERMISSION_MISSING");
      assert.match(details.remedy ?? "", /^permissions:\n {2}id-token: write\n {2}contents: read$/m);
      assert.deepEqual(requests, []);
    });
  }

  it("is not given to a fork's pull request", async () => {
    const { result } = requestWith({}, { requestUrl: "", fromFork: true });
    await refusal(result, "ID_TOKEN_FORK");
  });

  it("is asked for even from a fork if the runner offers it", async () => {
    assert.equal(await requestWith(json({ value: idToken }), { fromFork: true }).result, idToken);
  });

  it("needs a URL", async () => {
    const { result, requests } = requestWith({}, { requestUrl: "not a url" });
    await refusal(result, "ID_TOKEN_REFUSED");
    assert.deepEqual(requests, []);
  });

  for (const status of [401, 403]) {
    it(`is refused with ${status}`, async () => {
      const { result } = requestWith(json({ message: "no", value: "dapi0123456789abcdef0123" }, status));
      const { message, details } = await refusal(result, "ID_TOKEN_REFUSED");
      assert.equal(message, "GitHub refused to give an ID token.");
      assert.equal(details.actual, `status ${status}: {"message":"no","value":"***"}`);
    });
  }

  for (const [name, answer] of [
    ["HTML", { body: "<html>sign in</html>" }],
    ["nothing", { body: "" }],
    ["JSON null", json(null)],
    ["another member", json({ token: idToken })],
    ["a number", json({ value: 1 })],
    ["what is no JWT", json({ value: "a.b" })],
    ["a redirect", { status: 302, headers: { location: "https://elsewhere.example" } }],
    ["404", { status: 404, body: "not found" }],
  ] as const) {
    it(`is not ${name}`, async () => {
      const error = await refusal(requestWith(answer).result, "ID_TOKEN_REFUSED");
      assert.equal(error.message, "GitHub's answer is not an ID token.");
    });
  }

  for (const status of [408, 429, 500, 502, 503, 504]) {
    it(`may come with another try after ${status}`, async () => {
      const { result } = requestWith({ status, headers: { "retry-after": "3" } });
      await assert.rejects(result, (error) => {
        assert.ok(error instanceof HttpError);
        assert.ok(error.retryable);
        assert.equal(error.retryAfter, 3000);
        return true;
      });
    });
  }
});
