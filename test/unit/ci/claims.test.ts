import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../core/base/errors.ts";
import { loadClaimsReader, readClaims } from "../../../core/ci/claims.ts";
import { unsignedJwt } from "../support/id-tokens.ts";

const minimal = { iss: "https://issuer.example", sub: "s", aud: "a", exp: 1_800_000_300 };

describe("claims", () => {
  it("are those of GitHub's token under our names, times in milliseconds, the rest left out", async () => {
    const token = unsignedJwt({
      ...minimal,
      iat: 1_800_000_000,
      nbf: 1_799_999_400,
      jti: "id-1",
      repository: "o/r",
      repository_id: "345",
      environment: "prod",
      event_name: "push",
      run_id: "77",
      enterprise_secret: "x",
      actor: 5,
    });
    assert.deepEqual(await readClaims(token), {
      issuer: "https://issuer.example",
      subject: "s",
      audience: ["a"],
      expiresAt: 1_800_000_300_000,
      issuedAt: 1_800_000_000_000,
      jwtId: "id-1",
      repository: "o/r",
      environment: "prod",
      event: "push",
    });
  });

  it("may name several audiences", async () => {
    const { audience } = await readClaims(unsignedJwt({ ...minimal, aud: ["a", "b"] }));
    assert.deepEqual(audience, ["a", "b"]);
  });

  it("leave out what is not there", async () => {
    assert.deepEqual(Object.keys(await readClaims(unsignedJwt(minimal))).sort(), [
      "audience",
      "expiresAt",
      "issuer",
      "subject",
    ]);
  });

  const refused = (error: unknown) => {
    assert.ok(error instanceof SecretlessError);
    assert.equal(error.code, "ID_TOKEN_REFUSED");
    return true;
  };
  for (const name of ["iss", "sub", "aud", "exp"] as const) {
    it(`need ${name}`, async () => {
      await assert.rejects(readClaims(unsignedJwt({ ...minimal, [name]: undefined })), refused);
      await assert.rejects(
        readClaims(unsignedJwt({ ...minimal, [name]: name === "exp" ? "1" : 1 })),
        refused,
      );
    });
  }

  it("are not read from any other text", async () => {
    await fc.assert(fc.asyncProperty(fc.string(), (text) => assert.rejects(readClaims(text), refused)));
  });

  it("do not repeat what they could not read", async () => {
    await assert.rejects(readClaims("opaque-value"), (error) => {
      assert.doesNotMatch(JSON.stringify([(error as Error).message, error]), /opaque/);
      return true;
    });
  });

  it("can be prepared for", async () => {
    assert.ok(await loadClaimsReader());
  });
});
