import assert from "node:assert/strict";
import { readSources } from "../../../core/scan/sources.ts";
import { memoryTree } from "../support/memory-tree.ts";

async function runs(yml: string, more: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const tree = memoryTree({
    "/w/.git/config": "",
    "/w/databricks.yml": `bundle: {name: x}\n${yml}`,
    ...more,
  });
  const options = { checkout: "/w", bundleRoot: "/w", target: "prod", repositoryId: "r" };
  return (await readSources(options, tree, { os: "linux", arch: "x64" })).runsCode;
}

const TARGETS = "targets: {prod: {}}\n";
const JAR = "artifacts: {a: {files: [{source: a.jar}]}}\n";

describe("whether the CLI runs code of a bundle, by its files", () => {
  for (const yml of [
    "experimental: {scripts: {preinit: x}}\n",
    "experimental: {scripts: '${var.s}'}\n",
    "experimental: '${var.e}'\n",
    "experimental: {python: {mutators: ['m:f']}}\n",
    "experimental: {pydabs: {enabled: true}}\n",
    ".e: &e {scripts: {preinit: x}}\nexperimental: {<<: *e}\n",
    "python: {resources: ['m:f']}\n",
    "python: '${var.p}'\n",
    "artifacts: {a: {build: make}}\n",
    "artifacts: {a: {type: whl}}\n",
    "artifacts: {a: '${var.a}'}\n",
    "artifacts: '${var.a}'\n",
  ])
    it(`says yes to ${yml.trim()}, at the top and in a target`, async () => {
      assert.equal(await runs(TARGETS + yml), true);
      if (yml.includes("&e")) return;
      assert.equal(await runs(`targets: {prod: {${yml.trim()}}}\n`), true);
      assert.equal(await runs(`targets: {prod: {}, dev: {${yml.trim()}}}\n`), false);
      const included = { "/w/more.yml": yml };
      assert.equal(await runs(`${TARGETS}include: [more.yml]\n`, included), true);
    });

  for (const yml of ["", "experimental: {}\n", "experimental: {scripts: {}}\n", "python: {}\n", JAR])
    it(`says no to ${yml.trim() || "what has none of it"}`, async () => {
      assert.equal(await runs(TARGETS + yml), false);
    });

  it("knows the build that the CLI infers from setup.py", async () => {
    assert.equal(await runs(TARGETS, { "/w/setup.py": "" }), true);
    assert.equal(await runs(TARGETS, { "/w/Setup.py/__main__.py": "" }), true);
    assert.equal(await runs(TARGETS + JAR, { "/w/setup.py": "" }), false);
    assert.equal(await runs(TARGETS, { "/w/lib/setup.py": "" }), false);
  });

  it("says yes where a target or the whole is not known", async () => {
    assert.equal(await runs("targets: {prod: '${var.t}'}\n"), true);
    assert.equal(await runs("a: [\n"), true);
  });
});
