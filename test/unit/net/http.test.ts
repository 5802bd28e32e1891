import assert from "node:assert/strict";
import fc from "fast-check";
import { HttpError, parseRetryAfter, statusError, transportError } from "../../../core/net/http.ts";
import type { HttpRequest } from "../../../core/base/ports.ts";

describe("statusError", () => {
  const request: HttpRequest = { method: "POST", url: "https://h.example/oidc/v1/token?x=1", body: "secret" };
  for (const [status, retryable] of [
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [408, true],
    [409, false],
    [429, true],
    [500, true],
    [501, false],
    [502, true],
    [503, true],
    [504, true],
    [302, false],
  ] as const) {
    it(`says whether ${String(status)} may be retried`, () => {
      const error = statusError(request, { status, headers: {}, body: "" });
      assert.equal(error.retryable, retryable);
      assert.equal(error.status, status);
      assert.equal(error.failure, undefined);
      assert.equal(
        error.message,
        `POST https://h.example/oidc/v1/token was answered with status ${String(status)}`,
      );
    });
  }

  it("keeps Retry-After and the body, redacted and cut", () => {
    const body = `{"access_token":"opaque"}${"x".repeat(5000)}`;
    const error = statusError(request, { status: 429, headers: { "retry-after": "7" }, body });
    assert.equal(error.retryAfter, 7000);
    assert.equal(error.body.length, 2000);
    assert.ok(error.body.startsWith('{"access_token":"***"}x'));
  });
});

describe("parseRetryAfter", () => {
  const date = "Wed, 21 Oct 2026 07:28:00 GMT";
  for (const [value, answered, expected] of [
    [undefined, date, undefined],
    ["", date, undefined],
    ["0", undefined, 0],
    [" 120 ", undefined, 120_000],
    ["Wed, 21 Oct 2026 07:28:30 GMT", date, 30_000],
    ["Wed, 21 Oct 2026 07:27:00 GMT", date, 0],
    ["Wed, 21 Oct 2026 07:28:30 GMT", undefined, undefined],
    ["2026-10-21", date, undefined],
    ["-1", date, undefined],
    ["1.5", date, undefined],
    ["9999999999", date, undefined],
  ] as const) {
    it(`reads ${JSON.stringify(value)}`, () => assert.equal(parseRetryAfter(value, answered), expected));
  }

  it("reads every date, relative to the answer's own", () => {
    const time = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(time, time, (then, now) => {
        const [later, earlier] = [new Date(then * 1000).toUTCString(), new Date(now * 1000).toUTCString()];
        assert.equal(parseRetryAfter(later, earlier), Math.max(0, then - now) * 1000);
      }),
    );
  });

  it("gives any text a wait that is not negative, or none", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const wait = parseRetryAfter(text, date);
        assert.ok(wait === undefined || wait >= 0);
      }),
    );
  });
});

describe("transportError", () => {
  const request: HttpRequest = { method: "GET", url: "https://h.example/x?code=1" };
  for (const [code, failure, retryable] of [
    ["ENOTFOUND", "dns", false],
    ["EAI_AGAIN", "dns", true],
    ["ECONNREFUSED", "refused", true],
    ["EHOSTUNREACH", "refused", true],
    ["ENETUNREACH", "refused", true],
    ["ECONNRESET", "reset", true],
    ["EPIPE", "reset", true],
    ["ETIMEDOUT", "timeout", true],
    ["CERT_HAS_EXPIRED", "certificate", false],
    ["SELF_SIGNED_CERT_IN_CHAIN", "certificate", false],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate", false],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate", false],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate", false],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate", false],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "protocol", false],
    ["HPE_INVALID_CONSTANT", "protocol", false],
    ["", "protocol", false],
  ] as const) {
    it(`classifies ${code === "" ? "what has no code" : code}`, () => {
      const cause = Object.assign(new Error("what Node says"), code === "" ? {} : { code });
      const error = transportError(request, cause);
      assert.ok(error instanceof HttpError);
      assert.equal(error.failure, failure);
      assert.equal(error.retryable, retryable);
      assert.equal(error.cause, cause);
      assert.ok(error.message.startsWith("GET https://h.example/x failed: "), error.message);
      assert.equal(error.message.endsWith(` (${code})`), code !== "");
    });
  }

  it("names the proxy", () => {
    const error = transportError(request, { code: "ECONNREFUSED" }, "http://proxy:3128");
    assert.match(
      error.message,
      /^GET https:\/\/h\.example\/x through the proxy http:\/\/proxy:3128 failed: /,
    );
  });
});
