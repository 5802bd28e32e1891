import assert from "node:assert/strict";
import fc from "fast-check";
import { parseChecksums } from "../../../../core/cli/install/checksums.ts";

const hash = fc.stringMatching(/^[\da-f]{64}$/);
const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}$/);

describe("SHA256SUMS", () => {
  it("gives back what sha256sum wrote (property)", () => {
    const lines = fc.uniqueArray(fc.record({ hash, name, binary: fc.boolean(), upper: fc.boolean() }), {
      selector: (line) => line.name,
    });
    fc.assert(
      fc.property(lines, fc.constantFrom("\n", "\r\n"), (entries, newline) => {
        const text = entries
          .map(
            (one) =>
              `${one.upper ? one.hash.toUpperCase() : one.hash} ${one.binary ? "*" : " "}${one.name}${newline}`,
          )
          .join("");
        assert.deepEqual(parseChecksums(text), new Map(entries.map((one) => [one.name, one.hash])));
      }),
    );
  });

  it("never throws, and finds only whole hashes (property)", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const value of parseChecksums(text)?.values() ?? []) assert.match(value, /^[\da-f]{64}$/);
      }),
    );
  });

  const a = "a".repeat(64);
  const b = "b".repeat(64);
  for (const [title, text] of [
    ["a web page", "<!doctype html><title>Sign in</title>"],
    ["a hash that is too short", `${a.slice(1)}  x.zip\n`],
    ["a hash that is too long", `${a}a  x.zip\n`],
    ["no name", `${a}  \n`],
    ["one blank only", `${a} x.zip\n`],
    ["a line of something else", `${a}  x.zip\nversion 1\n`],
    ["two hashes for one file", `${a}  x.zip\n${b}  x.zip\n`],
  ] as const) {
    it(`is not ${title}`, () => {
      assert.equal(parseChecksums(text), undefined);
    });
  }

  it("may say the same twice, and may hold blank lines", () => {
    assert.deepEqual(parseChecksums(`\n${a}  x.zip\n\n${a} *x.zip\n`), new Map([["x.zip", a]]));
    assert.deepEqual(parseChecksums(""), new Map());
  });

  it("keeps names that mean something to JavaScript", () => {
    assert.equal(parseChecksums(`${a}  __proto__\n`)?.get("__proto__"), a);
  });
});
