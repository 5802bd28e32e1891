import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const read = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const ofJson = (file: string): unknown => (JSON.parse(read(file)) as { version: unknown }).version;

describe("the version", () => {
  it("is one in the package, the extension and the wheel", () => {
    const version = ofJson("package.json");
    assert.equal(ofJson("vss-extension.json"), version);
    assert.equal(/^version = "(.*)"$/m.exec(read("runtime/pyproject.toml"))?.[1], version);
  });
});
