import assert from "node:assert/strict";
import { SecretlessError, toSecretlessError } from "../../../core/base/errors.ts";
import { errorText } from "../../../core/report/error-text.ts";

describe("the text of an error", () => {
  it("shows the code, each mistake with its place, and what to do", () => {
    const error = new SecretlessError("INPUT_INVALID", {
      problem: "2 inputs are not right.",
      remedy: "Correct them.",
      mistakes: [
        { problem: "Input `host` is missing.", expected: "a URL" },
        { problem: "Bad.", place: { file: "databricks.yml", line: 3, column: 7 }, actual: "x\ny" },
      ],
    });
    assert.equal(
      errorText(error),
      [
        "INPUT_INVALID: 2 inputs are not right.",
        "  - Input `host` is missing.",
        "    wanted: a URL",
        "  - Bad.",
        "    at: databricks.yml:3:7",
        "    found: x",
        "      y",
        "  to do: Correct them.",
        "  more: docs/troubleshooting.md#input_invalid",
      ].join("\n"),
    );
  });

  it("calls anything unexpected a defect, with its cause kept", () => {
    const cause = new TypeError("x is not a function");
    const error = toSecretlessError(cause);
    assert.equal(error.code, "INTERNAL");
    assert.equal(error.cause, cause);
    assert.equal(toSecretlessError(error), error);
    assert.match(errorText(toSecretlessError("text")), /^INTERNAL: text/);
  });

  it("gives a place without a line as the file alone", () => {
    const error = new SecretlessError("BUNDLE_NOT_FOUND", { problem: "No bundle.", place: { file: "a" } });
    assert.match(errorText(error), /\n {2}at: a\n/);
  });
});
