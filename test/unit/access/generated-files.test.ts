import assert from "node:assert/strict";
import { checkGeneratedFiles } from "./generated-files.ts";

describe("generated access and policy files", () => {
  it("never crash, and never grant what they do not name exactly (a sample of test/full)", async function () {
    this.timeout(60_000);
    const { granted, refused } = await checkGeneratedFiles(300);
    assert.ok(granted > 0 && refused > 0, "the sample has both");
  });
});
