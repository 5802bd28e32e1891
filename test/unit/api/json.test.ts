import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isObject,
  listAt,
  member,
  members,
  readJson,
  textAt,
  writeJson,
  type Json,
} from "../../../core/api/json.ts";

describe("JSON of Databricks", () => {
  it("keeps every integer exactly: as a number up to 2^53, as its digits beyond", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (id) => {
        const found = readJson(`{"job_id":${id}}`);
        assert.equal(textAt(found, "job_id"), String(id));
        assert.equal(writeJson({ job_id: id }), `{"job_id":${id}}`);
      }),
    );
    assert.equal(member(readJson('{"a":9007199254740991}'), "a"), 9007199254740991);
    assert.equal(member(readJson('{"a":9007199254740993}'), "a"), "9007199254740993");
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
        assert.equal(JSON.stringify(readJson(text)), text);
      }),
    );
  });

  it("gives members that are there, and no inherited ones", () => {
    const json = readJson('{"a":{"b":{"__proto__":{"x":1}}},"list":[1],"n":null}');
    assert.equal(textAt(json, "a", "b", "__proto__", "x"), "1");
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

  it("gives texts of texts and numbers alone, and lists of lists", () => {
    assert.deepEqual(
      ["x", "", 7, null, true, {}, [], undefined].map((value) => textAt({ a: value }, "a")),
      ["x", "", "7", "", "", "", "", ""],
    );
    assert.deepEqual(listAt({ a: { b: [1, "x"] } }, "a", "b"), [1, "x"]);
    for (const value of [undefined, null, "x", {}, { a: {} }]) assert.deepEqual(listAt(value, "a"), []);
  });

  it("is written as JSON.stringify does", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(writeJson(value as Json), JSON.stringify(value));
      }),
    );
    assert.equal(writeJson({ a: undefined, b: [{ c: 1 }] }), '{"b":[{"c":1}]}');
  });
});
