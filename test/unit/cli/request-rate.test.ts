import assert from "node:assert/strict";
import { requestRate } from "../../../core/cli/request-rate.ts";

describe("requests in a second", () => {
  for (const [version, wanted] of [
    ["1.9.0", "20"],
    ["1.13.0", "20"],
    ["1.20.9", "20"],
    ["1.21.0", "30"],
    ["v1.21.0", "30"],
    ["1.27.0-dev+0123abcd", "30"],
    ["2.0.0", "30"],
    // A local build says nothing of its age.
    ["0.0.0-dev", "20"],
    ["", "20"],
  ] as const)
    it(`of a deployment with ${version || "an unknown version"}: ${wanted}`, () => {
      assert.equal(requestRate(version, false), wanted);
      assert.equal(requestRate(version, true), "60");
    });
});
