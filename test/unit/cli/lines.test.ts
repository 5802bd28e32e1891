import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "../../../core/cli/lines.ts";
import { registerSecret } from "../../../core/base/redact.ts";

function split(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  return lines;
}

/** The bytes cut at these places (fractions of the whole). */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const line = fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => text.replace(/[\r\n]/g, ""));
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 });

describe("splitting output into lines", () => {
  it("loses no line, however the bytes are cut, with LF and CRLF", () => {
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom("\n", "\r\n"), places, (lines, end, where) => {
        const bytes = Buffer.from(lines.map((one) => one + end).join(""));
        assert.deepEqual(split(cut(bytes, where)), lines);
      }),
    );
  });

  it("hands on what stands after the last line break", () => {
    assert.deepEqual(split([Buffer.from("a\n\nb")]), ["a", "", "b"]);
    assert.deepEqual(split([]), []);
  });

  it("replaces what is not UTF-8, wherever the bytes are cut", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), places, (bytes, where) => {
        const buffer = Buffer.from(bytes);
        assert.deepEqual(split(cut(buffer, where)), split([buffer]));
      }),
    );
    assert.deepEqual(split([Buffer.from([0x61, 0xff, 0x62, 0x0a])]), ["a\ufffdb"]);
    assert.deepEqual(split([Buffer.from([0x61, 0xe2, 0x82])]), ["a\ufffd"]);
  });

  it("cuts a line that is too long, says so, and keeps no more than it must", () => {
    const [long = "", next] = split([
      ...Array.from({ length: 100 }, () => Buffer.from("x".repeat(1_000))),
      Buffer.from("\nnext\n"),
    ]);
    assert.equal(long, `${"x".repeat(16_384)} … (${100_000 - 16_384} characters more)`);
    assert.equal(next, "next");
    assert.deepEqual(split([Buffer.from("x".repeat(16_384))]), ["x".repeat(16_384)]);
  });

  it("cuts no token in two, the half of which nobody would recognise", () => {
    const secret = "opaque-secret-of-the-run-0123456789";
    registerSecret(secret);
    const [long = ""] = split([Buffer.from("x".repeat(16_384 - 10) + secret + "y".repeat(50))]);
    assert.ok(!long.includes(secret.slice(0, 10)), long.slice(-100));
    assert.match(long, /x\*\*\*y+ … /);
  });
});
