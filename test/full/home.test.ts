import assert from "node:assert/strict";
import { cp, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { root } from "../../scripts/bundle.ts";
import { actionlint, onPath, zizmor } from "../shells/support/linters.ts";

const linters = { actionlint: await onPath("actionlint"), zizmor: await onPath("zizmor") };
const absent = (name: keyof typeof linters): string =>
  linters[name] === undefined ? ` (skipped: there is no ${name} on PATH)` : "";

describe("our own workflows, as the linters see them", function () {
  this.timeout(120_000);

  async function workflows(change = (text: string): string => text): Promise<Map<string, string>> {
    const folder = path.join(root, ".github/workflows");
    const texts = new Map<string, string>();
    for (const name of await readdir(folder))
      texts.set(`.github/workflows/${name}`, change(await readFile(path.join(folder, name), "utf8")));
    return texts;
  }

  it(`actionlint finds nothing in them, and what is wrong when something is${absent("actionlint")}`, async function () {
    if (linters.actionlint === undefined) this.skip();
    const found = await actionlint(linters.actionlint, await freshUntilExit("actionlint"), await workflows());
    assert.deepEqual([found.code, found.output], [0, ""]);
    const spoilt = await workflows((text) => text.replace("needs: build", "needs: biuld"));
    assert.notEqual(
      (await actionlint(linters.actionlint, await freshUntilExit("actionlint"), spoilt)).code,
      0,
    );
  });

  it(`zizmor finds nothing in .github at its strictest${absent("zizmor")}`, async function () {
    if (linters.zizmor === undefined) this.skip();
    const folder = await freshUntilExit("zizmor");
    await cp(path.join(root, ".github"), path.join(folder, ".github"), { recursive: true });
    await cp(path.join(root, "action.yml"), path.join(folder, "action.yml"));
    const { code, output } = await zizmor(linters.zizmor, [folder]);
    assert.equal(code, 0, output);
    assert.match(output, /No findings to report/);
  });
});
