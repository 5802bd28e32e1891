import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { builtAction } from "../../bench/built-action.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { chromium, measure } from "../../scripts/look-browser.ts";
import { pageOf, SCENES, summaryOf, WIDTH } from "../../scripts/look.ts";
import { printTable } from "./table.ts";

const browser = await chromium();
const absent = browser === undefined ? " (skipped: there is no chromium on PATH)" : "";

/** What the heading must say, and a text that tells what to do; both must be readable without scrolling sideways. */
const SAYS: Readonly<Record<string, readonly [RegExp, RegExp]>> = {
  deploy: [/^(?:✅|⚠️) lakehouse-jobs → prod: deployed$/, /^Plan: .* resources in the workspace; took /],
  plan: [/^(?:✅|⚠️) lakehouse-jobs → prod: plan$/, /^Plan: 1 to update/],
  "blocked scan": [/^❌ lakehouse-jobs → prod: deploy failed$/, /^To do: /],
  "refused exchange": [/^❌ lakehouse-jobs → prod: deploy failed$/, /^To do: /],
  "denied access": [/^❌ job-access → prod: deploy failed$/, /to do: |^To do: /],
  "failed run": [/^❌ lakehouse-jobs → prod: run failed$/, /^To do: /],
};

describe(`job summaries in a browser${absent}`, function () {
  this.timeout(300_000);
  let action: string;
  before(async function () {
    if (browser === undefined) this.skip();
    ({ folder: action } = await builtAction());
  });

  for (const [name, scene] of Object.entries(SCENES))
    it(`${name}: heading and remedy are there at ${String(WIDTH)} pixels, in both themes`, async () => {
      const folder = await freshUntilExit("look");
      const markdown = await summaryOf(scene, action);
      const [heading, remedy] = SAYS[name] ?? [/^$/, /^$/];
      for (const theme of ["light", "dark"] as const) {
        const file = path.join(folder, `${theme}.html`);
        await writeFile(file, await pageOf(name, markdown, theme));
        const sizes = await measure(file, WIDTH);
        assert.ok(sizes);
        assert.match(sizes.heading.text, heading);
        assert.ok(sizes.heading.right <= WIDTH && sizes.widest <= WIDTH, `${String(sizes.widest)} pixels`);
        const texts = sizes.texts.filter(({ text }) => remedy.test(text.trim()));
        assert.ok(texts.length > 0, markdown);
        for (const { text, right } of sizes.texts) assert.ok(right <= WIDTH, `${text}: ${String(right)}`);
        if (theme === "light")
          printTable(name, ["pixels", "bytes"], [[sizes.widest, Buffer.byteLength(markdown)]]);
      }
    });
});
