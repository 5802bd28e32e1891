import assert from "node:assert/strict";
import { allows } from "../../../core/cli/version-constraint.ts";

describe("the version of the CLI that a bundle wants", () => {
  for (const [constraint, allowed, refused] of [
    ["1.12.1", "1.12.1", "1.12.0"],
    [">= 1.9.0", "1.12.1", "1.8.9"],
    [">=1.9.0", "1.9.0", "0.299.0"],
    ["> 1.9.0", "1.10.0", "1.9.0"],
    ["< 1.10.0", "1.9.10", "1.10.0"],
    ["<= 1.10.0", "1.10.0", "1.10.1"],
    ["!= 1.12.0", "1.12.1", "1.12.0"],
    ["1.12.*", "1.12.7", "1.13.0"],
    ["1.*", "1.99.0", "2.0.0"],
    [">= 0.218.0, <= 1.12.1", "1.12.1", "1.13.0"],
  ] as const) {
    it(`${constraint} takes ${allowed} and not ${refused}`, () => {
      assert.equal(allows(constraint, allowed), true);
      assert.equal(allows(constraint, refused), false);
    });
  }

  for (const constraint of [
    "",
    "latest",
    "^1.2.3",
    "1.2",
    ">= 1.*",
    ">= 1.2.3-beta",
    ">= 1.0.0, < 2.0.0, != 1.5.0",
    "${var.x}",
  ]) {
    it(`leaves ${JSON.stringify(constraint)} to the CLI`, () => {
      assert.equal(allows(constraint, "1.12.1"), undefined);
    });
  }

  it("leaves a development build to the CLI", () => {
    assert.equal(allows(">= 1.9.0", "0.0.0-dev+abc"), undefined);
  });
});
