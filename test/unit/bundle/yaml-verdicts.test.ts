import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { BundleYamlError, parseBundleYaml, type BundleValue } from "../../../core/bundle/yaml.ts";
import { slippedYaml } from "./slipped-yaml.ts";

/** What the loader of the real CLI (1.13.0) said of a text; `unread` where it stops before the text ends. */
interface Verdict {
  readonly text: string;
  readonly value?: unknown;
  readonly error?: string;
  readonly unread?: true;
}

const VERDICTS = JSON.parse(
  readFileSync(new URL("../../fixtures/yaml-verdicts.json", import.meta.url), "utf8"),
) as readonly Verdict[];

function plain(value: BundleValue): unknown {
  if (value.kind === "map")
    return Object.fromEntries([...value.entries()].map(([key, item]) => [key, plain(item)]));
  if (value.kind === "sequence") return value.items().map(plain);
  return value.kind === "null" ? null : value.text;
}

function read(text: string): Verdict {
  const parsed = parseBundleYaml(Buffer.from(text), "f.yml");
  if ("mistakes" in parsed) return { text, error: parsed.mistakes.map(({ problem }) => problem).join() };
  try {
    return { text, value: plain(parsed.value) };
  } catch (error) {
    assert(error instanceof BundleYamlError, String(error));
    return { text, error: error.message };
  }
}

describe("databricks/bundle-yaml/verdicts", () => {
  it("reads what the CLI reads to its end, with the same values", () => {
    const accepted = VERDICTS.filter((verdict) => "value" in verdict && verdict.unread !== true);
    assert(accepted.length > 100);
    for (const verdict of accepted) assert.deepEqual(read(verdict.text), verdict);
  });

  it("refuses a text of which the CLI would leave the end unread, or reads it as the CLI does", () => {
    for (const { text, value } of VERDICTS.filter(({ unread }) => unread)) {
      const ours = read(text);
      if (ours.error === undefined) assert.deepEqual(ours.value, value);
    }
  });

  it("tells one mistake of a text, with its line", () => {
    fc.assert(
      fc.property(slippedYaml, (text) => {
        const parsed = parseBundleYaml(Buffer.from(text), "f.yml");
        if (!("mistakes" in parsed)) return;
        assert.equal(parsed.mistakes.length, 1);
        assert((parsed.mistakes[0]?.place?.line ?? 0) > 0);
      }),
    );
  });
});
