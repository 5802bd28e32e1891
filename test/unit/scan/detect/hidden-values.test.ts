import assert from "node:assert/strict";
import fc from "fast-check";
import { detect } from "../../../../core/scan/detect/detector.ts";

describe("hidden values", () => {
  const hex = "3f9a0c7be21d48f6a5b3c2901d7e6f84";
  const token = ["da", "pi", hex].join("");
  const via = (text: string): (string | undefined)[] => {
    const bytes = Buffer.from(text);
    const found = detect(bytes, text, { kind: "code", binary: false, from: 0, to: bytes.length });
    return found.filter(({ value }) => value === token).map((match) => match.via ?? "plain");
  };

  it("are found in pieces, wherever they are cut", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 34 }),
        fc.constantFrom('" + "', '"+"', '" "', '"\n    "', '" || "', '".concat("'),
        (at, joiner) => {
          assert.deepEqual(via(`x = "${token.slice(0, at)}${joiner}${token.slice(at)}"\n`), ["concatenated"]);
        },
      ),
    );
    assert.deepEqual(via(`x <- paste0("d", "api${hex}")`), ["concatenated"]);
    assert.deepEqual(via(`x = "".join(["dapi", "${hex}"])`), ["concatenated"]);
    assert.deepEqual(via(`{"source": ["x = \\"dapi\\" + \\"${hex}\\"\\n"]}`), ["concatenated"]);
  });

  it("are found in one layer of encoding, whatever stands before them", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[ -~]{0,7}[ =:]$/),
        fc.constantFrom("base64", "base64url", "hex"),
        (lead, encoding) => {
          const encoded = Buffer.from(lead + token).toString(encoding);
          assert.deepEqual(via(`x = "${encoded}"`), [encoding === "hex" ? "hex" : "base64"]);
        },
      ),
    );
    const percent = [...Buffer.from(token)].map((byte) => `%${byte.toString(16)}`).join("");
    assert.deepEqual(via(`x=${percent}`), ["percent"]);
  });

  it("are found behind escapes and percent signs", () => {
    const key = Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 151 + 7) % 256)).toString("base64");
    for (const text of [
      `AccountKey%3D${encodeURIComponent(key)}%3B`,
      `"AccountKey=${key.replaceAll("=", "\\u003d").replaceAll("/", "\\/")}"`,
    ]) {
      const found = detect(Buffer.from(text), text, {
        kind: "code",
        binary: false,
        from: 0,
        to: text.length,
      });
      const values = found.map(({ value }) => value);
      assert.ok(values.includes(key), text);
    }
  });
});
