import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../core/base/errors.ts";
import { isObject, member, members, parseJson, textOf } from "../../../core/api/json.ts";

describe("the CLI's JSON", () => {
  it("keeps every integer exactly: as a number up to 2^53, as its digits beyond", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (id) => {
        const found = parseJson(`{"job_id":${id}}`, "test");
        assert.equal(textOf(member(found, "job_id")), String(id));
      }),
    );
    assert.equal(member(parseJson('{"a":9007199254740991}', "test"), "a"), 9007199254740991);
    assert.equal(member(parseJson('{"a":9007199254740993}', "test"), "a"), "9007199254740993");
  });

  it("is otherwise what JSON.parse reads", () => {
    const json = fc
      .jsonValue({ noUnicodeString: false })
      .filter((value) => !JSON.stringify(value).includes("-0"));
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        // Neither exponents nor integers beyond 2^53, which the test before has.
        fc.pre(!/\de[+-]?\d|\d{16}/.test(text));
        assert.equal(JSON.stringify(parseJson(text, "test")), text);
      }),
    );
  });

  it("does not quote what cannot be read", () => {
    for (const text of [
      "",
      "  ",
      "token=dapi0123456789abcdef",
      '{"a":',
      '{"a":1} trailing',
      "[1,]",
      "{a:1}",
    ]) {
      assert.throws(
        () => parseJson(text, "databricks x"),
        (error: unknown) => {
          assert.ok(error instanceof SecretlessError);
          assert.equal(error.code, "CLI_OUTPUT_UNREADABLE");
          assert.match(error.message, /`databricks x`/);
          assert.ok(!JSON.stringify(error.details).includes("dapi"));
          return true;
        },
      );
    }
  });

  it("survives being nested without end", () => {
    assert.throws(() => parseJson("[".repeat(1_000_000), "test"), { code: "CLI_OUTPUT_UNREADABLE" });
  });

  it("gives members that are there, and no inherited ones", () => {
    const json = parseJson('{"a":{"b":{"__proto__":{"x":1}}},"list":[1],"n":null}', "test");
    assert.deepEqual(textOf(member(json, "a", "b", "__proto__", "x")), "1");
    for (const path of [["constructor"], ["a", "toString"], ["a", "x", "b"], ["list", "0"], ["n", "x"]]) {
      assert.equal(member(json, ...path), undefined);
    }
    assert.equal(member(undefined, "a"), undefined);
    assert.deepEqual(
      members(json).map(([key]) => key),
      ["a", "list", "n"],
    );
    for (const value of [undefined, null, "a", 1, [1]]) assert.deepEqual(members(value), []);
    assert.deepEqual([isObject(null), isObject([]), isObject({})], [false, false, true]);
  });

  it("gives texts of texts and numbers alone", () => {
    assert.deepEqual(
      ["x", "", 7, null, true, {}, undefined].map((value) => textOf(value)),
      ["x", undefined, "7", undefined, undefined, undefined, undefined],
    );
  });
});
