import assert from "node:assert/strict";
import { checkGeneratedFiles } from "../unit/access/generated-files.ts";

describe("10,000 generated access and policy files", () => {
  it("never crash, and never grant what they do not name exactly", async function () {
    this.timeout(600_000);
    const { granted, refused } = await checkGeneratedFiles(10_000);
    process.stdout.write(`    ${granted} grants, ${refused} files refused\n`);
    assert.ok(granted > 1000 && refused > 100);
  });
});
