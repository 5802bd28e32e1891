import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PRACTICES, SCOPE_RULE } from "../../../../core/scan/rules/practices.ts";
import { FORMAT_RULES, RULES } from "../../../../core/scan/rules/index.ts";
import { withRules } from "../../../../scripts/scan-rules.ts";

describe("scan rules", () => {
  it("have keywords that are long enough for a prefilter, and sticky patterns", () => {
    for (const { id, keywords } of RULES) {
      assert.ok(keywords.length > 0, id);
      for (const keyword of keywords) assert.ok(keyword.length >= 3, `${id}: ${keyword}`);
    }
    for (const { id, pattern } of FORMAT_RULES) assert.ok(pattern.sticky, id);
  });

  it("say who can use the value and what to write instead, in whole sentences", () => {
    for (const { id, name, risk, remedy } of [...RULES, ...PRACTICES, SCOPE_RULE]) {
      assert.match(id, /^[a-z][a-z0-9-]+$/);
      assert.ok(name.length > 2, id);
      for (const text of [risk, remedy]) assert.match(text, /^[A-Z`].{20,}[.)]$/, id);
    }
  });

  it("of one id are of one kind", () => {
    const names = new Map<string, string>();
    for (const { id, name } of RULES) assert.equal(names.set(id, names.get(id) ?? name).get(id), name);
  });

  it("stand in docs/scan.md as the script writes them", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../../docs/scan.md"), "utf8");
    assert.equal(page, withRules(page));
  });
});
