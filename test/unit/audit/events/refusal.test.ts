import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { isRefusal } from "../../../../core/audit/events/refusal.ts";
import { ERROR_CODES, SecretlessError } from "../../../../core/base/errors.ts";

describe("what a run refuses itself", () => {
  const refusals = ERROR_CODES.filter((code) => isRefusal(new SecretlessError(code, { problem: "no" })));

  it("is listed in docs/audit.md, each code and no other", async () => {
    const text = await readFile("docs/audit.md", "utf8");
    const [, section = ""] = /## What is refused\n([^#]*)\(\[troubleshooting\]/.exec(text) ?? [];
    const listed = [...section.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
    assert.deepEqual(listed.sort(), refusals.map(String).sort());
  });

  it("includes whatever is wrong with the state of access", () => {
    for (const code of ERROR_CODES)
      if (/^ACCESS_(?:STATE_|UNSEPARATED|STANDS|DEPLOYMENT_UNPROVEN)/.test(code))
        assert.ok(refusals.includes(code), code);
  });
});
