import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { jsonWithoutBidi, quote, quoteAddress, quoteAll, withoutBidi } from "../../../core/base/quote.ts";
import { harmless } from "../../../core/ci/safe-for-log.ts";
import { withoutCredentials } from "../../../core/scan/hide.ts";

const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;
const text = fc.string({ unit: "binary", maxLength: 200 });

describe("what an error quotes", () => {
  it("is a short text whole, and of a longer one the beginning and the length", () => {
    assert.equal(quote("nightly"), "nightly");
    assert.equal(quote("x".repeat(40)), "x".repeat(40));
    assert.equal(quote("abcdefghijklmnop".repeat(3)), "abcdefghijkl… (48 characters)");
    assert.equal(quoteAll(Array.from({ length: 12 }, (_, at) => `t${String(at)}`)).split(", ").length, 11);
  });

  it("shows an address whole, without its user", () => {
    const host = "https://adb-1234567890123456.7.azuredatabricks.net";
    assert.equal(quoteAddress(host), host);
    assert.equal(quoteAddress(`${host}/?o=12`), `${host}/?o=12`);
    assert.doesNotMatch(
      quoteAddress("https://me:hunter22@adb-1234567890123456.7.azuredatabricks.net"),
      /hunter22/,
    );
  });

  it("holds nothing that cannot be seen, and little, whatever it is", () => {
    fc.assert(
      fc.property(text, (value) => {
        assert.doesNotMatch(quote(value), /[\p{C}\p{Zl}\p{Zp}]/u);
        assert.ok(Array.from(quote(value)).length <= 40 * 8 + 24);
        if (Array.from(value).length > 40) assert.ok(!quote(value).includes(value));
      }),
    );
  });

  it("turns no direction of writing, in a line and in JSON of the same value", () => {
    fc.assert(
      fc.property(text, (value) => {
        assert.doesNotMatch(withoutBidi(value), BIDI);
        assert.doesNotMatch(harmless(value), BIDI);
        const json = jsonWithoutBidi(JSON.stringify({ value }));
        assert.doesNotMatch(json, BIDI);
        assert.deepEqual(JSON.parse(json), { value });
      }),
    );
    assert.equal(withoutBidi("a\u202eb"), "a<U+202E>b");
  });

  it("passes the scan's own rules", () => {
    // Of a digest: the rules know the usual samples.
    const token = `dapi${createHash("sha512").update("quoted").digest("hex").slice(0, 32)}`;
    assert.equal(withoutCredentials("plain ü text"), "plain ü text");
    const shown = withoutCredentials(`found "${token}" ü, wanted 1`);
    assert.match(shown, /^found "\*\*\* \([\w-]+\)" ü, wanted 1$/);
  });
});
