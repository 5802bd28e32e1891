import assert from "node:assert/strict";
import { realCli } from "../../../../sandbox/runner/find-cli.ts";
import { tryHiddenBundles } from "./hidden-bundles.ts";

const present = (await realCli()) !== undefined;

describe(`bundles that hide tokens${present ? "" : " (skipped: there is no databricks on PATH)"}`, function () {
  this.timeout(120_000);
  before(function () {
    if (!present) this.skip();
  });

  it("deploy none that the scan has not found: 40 tokens", async () => {
    const { uploaded, bypasses } = await tryHiddenBundles([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(bypasses, []);
    assert.ok(uploaded >= 40, `${String(uploaded)} tokens came into the workspace`);
  });
});
