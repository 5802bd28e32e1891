import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/base/errors.ts";
import { parseJson } from "../../../core/cli/json-output.ts";

describe("the CLI's JSON", () => {
  it("keeps ids that JavaScript's numbers cannot hold", () => {
    assert.deepEqual(
      { ...(parseJson('{"id":9007199254740993}', "test") as object) },
      { id: "9007199254740993" },
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
});
