import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { unzipSync } from "fflate";
import { RUNTIME } from "../../sandbox/runner/python.ts";
import { EXAMPLES, renderExample, TEMPLATE_WHEELS } from "../../scripts/examples.ts";
import { textsOf, WITHOUT_CLI } from "./support/rendered.ts";

describe(`the examples of the templates${WITHOUT_CLI}`, function () {
  for (const name of Object.keys(EXAMPLES)) {
    it(`${name} is what the templates render today (else: npm run examples)`, async function () {
      if (WITHOUT_CLI !== "") this.skip();
      const committed = await textsOf(path.resolve(import.meta.dirname, "../../examples", name));
      assert.deepEqual(committed, await textsOf(await renderExample(name)));
    });
  }
});

describe("the wheel that the templates ship", () => {
  it("is the package in runtime/, of its version (else: npm run examples)", async () => {
    const [name = "", ...others] = await readdir(TEMPLATE_WHEELS);
    assert.deepEqual(others, []);
    const project = await readFile(path.join(RUNTIME, "pyproject.toml"), "utf8");
    const version = /^version = "(.*)"$/m.exec(project)?.[1] ?? "";
    assert.equal(name, `databricks_secretless_runtime-${version}-py3-none-any.whl`);
    const bytes = await readFile(path.join(TEMPLATE_WHEELS, name));
    const example = path.resolve(import.meta.dirname, "../../examples/template-github-actions/wheels", name);
    assert.ok(bytes.equals(await readFile(example)));
    const wheel = unzipSync(bytes);
    const shipped = Object.entries(wheel)
      .filter(([file]) => file.startsWith("databricks_secretless/"))
      .map(([file, content]) => [file.replace(/^.*\//, ""), Buffer.from(content).toString()]);
    const source = path.join(RUNTIME, "src/databricks_secretless");
    const sources = (await readdir(source)).filter((file) => file !== "__pycache__");
    const there = sources.map(async (file) => [file, await readFile(path.join(source, file), "utf8")]);
    assert.deepEqual(Object.fromEntries(shipped), Object.fromEntries(await Promise.all(there)));
  });
});
