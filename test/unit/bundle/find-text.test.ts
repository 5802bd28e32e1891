import assert from "node:assert/strict";
import { findText } from "../../../core/bundle/find-text.ts";
import { inCheckout } from "./checkouts.ts";

describe("a text of the bundle's configuration", () => {
  const files = {
    "lake/databricks.yml": "include: [r/*.yml]\n# ${var.nope}\n",
    "lake/r/a.yml": "a: 1\nb: ${var.nope}\n",
    "lake/unread.yml": "c: elsewhere\n",
  };
  const find = (texts: readonly string[], given = files as Readonly<Record<string, string>>) =>
    inCheckout(given, (checkout) =>
      findText(texts, { root: `${checkout}/lake`, checkout, platform: { os: "linux", arch: "x64" } }),
    );

  it("is found where it stands, outside of comments, the first that is there", async () => {
    const place = { file: "lake/r/a.yml", line: 2, column: 4 };
    assert.deepEqual(await find(["not there", "${var.nope}", "a: 1"]), place);
  });

  it("is not found in files that are no part of the bundle, nor in a bundle that cannot be read", async () => {
    assert.equal(await find(["elsewhere"]), undefined);
    assert.equal(await find(["x"], { "lake/databricks.yml": "x: [" }), undefined);
  });
});
