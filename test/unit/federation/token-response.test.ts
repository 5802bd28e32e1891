import assert from "node:assert/strict";
import fc from "fast-check";
import { requestToken } from "../../../core/federation/token-response.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import { HttpError } from "../../../core/net/http.ts";
import type { HttpResponse } from "../../../core/base/ports.ts";
import { redact } from "../../../core/base/redact.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { fakeSend, json } from "../support/id-tokens.ts";

const ENDPOINT = "https://ws.example/oidc/v1/token";

function request(answer: Partial<HttpResponse>, latency = 0) {
  const clock = new FakeClock(1_000_000);
  const { send, requests } = fakeSend(() => {
    clock.time += latency;
    return answer;
  });
  return { result: requestToken(ENDPOINT, { a: "1 2", b: "ü&=" }, { send, clock }), requests };
}

describe("token response", () => {
  const token = { access_token: "opaque-access-token", token_type: "Bearer", expires_in: 3599 };

  it("comes for a form", async () => {
    const { result, requests } = request(json(token));
    await result;
    assert.deepEqual(requests, [
      {
        method: "POST",
        url: ENDPOINT,
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: "a=1+2&b=%C3%BC%26%3D",
      },
    ]);
  });

  for (const expiresIn of [3599, "3599", 3599.5]) {
    it(`lives from the start of the request: expires_in ${JSON.stringify(expiresIn)}`, async () => {
      const { result } = request(json({ ...token, expires_in: expiresIn }), 5000);
      const expiresAt = 1_000_000 + Number(expiresIn) * 1000;
      assert.deepEqual(await result, { accessToken: "opaque-access-token", expiresAt });
      assert.equal(redact("<opaque-access-token>"), "<***>");
    });
  }

  it("takes the type in any case (RFC 6749 5.1)", async () => {
    assert.ok("accessToken" in (await request(json({ ...token, token_type: "bearer" })).result));
  });

  for (const [name, answer] of [
    ["no lifetime", { ...token, expires_in: undefined }],
    ["a lifetime of 0", { ...token, expires_in: 0 }],
    ["a negative lifetime", { ...token, expires_in: -1 }],
    ["a lifetime that is no number", { ...token, expires_in: "soon" }],
    ["another type", { ...token, token_type: "DPoP" }],
    ["no type", { ...token, token_type: undefined }],
    ["no token", { ...token, access_token: undefined }],
    ["an empty token", { ...token, access_token: "" }],
  ] as const) {
    it(`is a refusal with ${name}, and shows no token`, async () => {
      const refusal = await request(json(answer)).result;
      assert.ok("status" in refusal);
      assert.equal(refusal.status, 200);
      assert.doesNotMatch(JSON.stringify(refusal), /opaque-access-token/);
    });
  }

  for (const [name, body, expected] of [
    [
      "OAuth",
      '{"error":"invalid_grant","error_description":"no","error_codes":[1,"2",3]}',
      ["invalid_grant", "no", [1, 3]],
    ],
    ["camel case", '{"errorCode":"E","errorSummary":"no"}', ["E", "no", []]],
    ["Databricks' REST", '{"error_code":"E","message":"no"}', ["E", "no", []]],
    ["HTML", "<html>no</html>", ["", "<html>no</html>", []]],
    ["numbers", '{"error":5}', ["", '{"error":5}', []]],
    ["nothing", "", ["", "", []]],
  ] as const) {
    it(`reads a refusal in the form of ${name}`, async () => {
      const [error, description, codes] = expected;
      assert.deepEqual(await request({ status: 400, body }).result, {
        status: 400,
        error,
        description,
        codes,
      });
    });
  }

  for (const [name, status, body, retryable] of [
    ["a page", 200, "<html>Sign in</html>", false],
    ["half of a token", 200, '{"access_token":"opaque-access-tok', true],
    ["nothing", 200, "", true],
    ["null", 200, "null", true],
    ["a list", 200, "[1,2]", true],
    ["a redirect", 302, "", false],
  ] as const) {
    it(`is none of a token endpoint with ${name}: ${retryable ? "another try may help" : "no further try helps"}`, async () => {
      await assert.rejects(
        request({ status, body }).result,
        (error) =>
          error instanceof HttpError && error.retryable === retryable && error.failure === "foreign-answer",
      );
    });
  }

  it("is about the address of the runner where it says so, whatever the status", async () => {
    for (const status of [400, 403, 404]) {
      const body = "Source IP address: 203.0.113.7 is blocked by Databricks IP ACL for workspace: 1";
      await assert.rejects(
        request({ status, body }).result,
        (error) => error instanceof SecretlessError && /IP access list/.test(error.details.remedy ?? ""),
      );
    }
  });

  for (const status of [408, 429, 500, 502, 503, 504]) {
    it(`may come with another try after ${status}`, async () => {
      await assert.rejects(
        request({ status }).result,
        (error) => error instanceof HttpError && error.retryable,
      );
    });
  }

  it("is a token, a refusal, or an answer of somebody else, whatever comes", async () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.object().map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom(200, 302, 400, 401, 403, 404, 501), async (text, status) => {
        const answer = await request({ status, body: text }).result.catch((error: unknown) => {
          assert.ok(error instanceof HttpError && error.status === status && status < 400);
          return { status };
        });
        assert.ok("accessToken" in answer ? status === 200 : answer.status === status);
      }),
    );
  });
});
