import assert from "node:assert/strict";
import fc from "fast-check";
import { redact, registerSecret } from "../../../core/base/redact.ts";

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOm8vciJ9.c2lnbmF0dXJl-_1";

describe("redact", () => {
  for (const [name, text, expected] of [
    ["an ID token", `got ${jwt}, stopped`, "got ***, stopped"],
    ["a token that was cut off", "got eyJhbGciOiJSUzI1NiJ9.eyJzdWI", "got ***"],
    ["an encrypted token (five parts)", "a eyJhbGciOiJSU.a.b.c.d e", "a *** e"],
    ["a personal access token", `x dapi${"0f".repeat(16)}-2 y`, "x *** y"],
    ["an OAuth secret", `x dose${"0f".repeat(16)} y`, "x *** y"],
    ["an Authorization header", "Authorization: Bearer abcdefghij0123456789==", "Authorization: Bearer ***"],
    ["basic credentials", "authorization: basic dXNlcjpwYXNzd29yZA==", "authorization: basic ***"],
    ["a JSON answer", '{"access_token":"opaque","expires_in":1}', '{"access_token":"***","expires_in":1}'],
    [
      "JSON inside JSON",
      String.raw`{"x":"{\"id_token\":\"opaque\"}"}`,
      String.raw`{"x":"{\"id_token\":\"***\"}"}`,
    ],
    ["a form", "client_assertion=abc&scope=all-apis", "client_assertion=***&scope=all-apis"],
    ["user information in a URL", "via http://user:pa%20ss@proxy:3128/", "via http://***@proxy:3128/"],
  ] as const) {
    it(`hides ${name}`, () => assert.equal(redact(text), expected));
  }

  for (const text of [
    "Basic authentication is off",
    "Bearer token missing",
    "error: invalid_grant, TOKEN_AUDIENCE_INVALID (Token audience 'a' invalid)",
    "https://adb-1.2.azuredatabricks.net/oidc/v1/token",
    "urn:ietf:params:oauth:token-type:access_token",
    "mail someone@example.com",
  ]) {
    it(`leaves alone: ${text}`, () => assert.equal(redact(text), text));
  }

  it("ignores values too short to be secrets", () => {
    registerSecret("job");
    registerSecret("");
    assert.equal(redact("the job runs"), "the job runs");
  });

  it("survives malformed Unicode", () => {
    registerSecret("secret-\ud800-half");
    assert.equal(redact("a secret-\ud800-half b"), "a *** b");
  });

  it("hides all of secrets that overlap, or lie in each other", () => {
    for (const one of ["overlap-one-two", "two-three-overlap", "ree-over", "overlap-one"])
      registerSecret(one);
    assert.equal(redact("<overlap-one-two-three-overlap> overlap-one."), "<***> ***.");
  });

  it("hides whatever is registered, wherever it stands (property)", () => {
    const piece = fc.string({ unit: fc.constantFrom("ѫ", "ѧ", "ë", "\ud83d"), minLength: 8, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, between) => {
        secrets.forEach(registerSecret);
        const text = redact(secrets.join(between));
        for (const one of secrets) assert.ok(!text.includes(one), text);
      }),
    );
  });

  const encoders: Record<string, (value: string) => string> = {
    plain: (value) => value,
    JSON: (value) => JSON.stringify(value),
    percent: encodeURIComponent,
    "percent in lower case": (value) =>
      encodeURIComponent(value).replace(/%[0-9A-F]{2}/g, (c) => c.toLowerCase()),
    hex: (value) => Buffer.from(value).toString("hex"),
    "hex in upper case": (value) => Buffer.from(value).toString("hex").toUpperCase(),
    base64: (value) => Buffer.from(value).toString("base64"),
    base64url: (value) => Buffer.from(value).toString("base64url"),
  };
  const secret = fc.string({ unit: "grapheme", minLength: 8, maxLength: 40 }).map((text) => `sëcret ${text}`);
  for (const [name, encode] of Object.entries(encoders)) {
    it(`hides a registered secret (${name})`, () => {
      fc.assert(
        fc.property(secret, (value) => {
          registerSecret(value);
          const text = redact(`<${encode(value)}>`);
          assert.ok(!text.includes(encode(value)), text);
          assert.match(text, /\*\*\*/);
        }),
        { numRuns: 40 },
      );
    });
  }

  it("hides a registered secret inside a longer base64 text, whatever stands before and after it", () => {
    const value = "s3cr3t/with+odd=chars?ÿ";
    registerSecret(value);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{0,7}$/), fc.stringMatching(/^[a-z]{0,7}$/), (before, after) => {
        for (const form of ["base64", "base64url"] as const) {
          const text = redact(Buffer.from(before + value + after).toString(form));
          assert.match(text, /\*\*\*/);
          const visible = Buffer.from(text.replace(/^.*\*\*\*/, ""), form).toString("latin1");
          assert.ok(visible.length <= after.length + 5, `${text} shows ${visible}`);
        }
      }),
    );
  });
});
