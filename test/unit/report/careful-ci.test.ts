import assert from "node:assert/strict";
import { carefulCi } from "../../../core/report/careful-ci.ts";
import { FakeCi } from "../support/fake-ci.ts";
import { PAT } from "../support/memory-tree.ts";

describe("the CI behind the scan's own rules", () => {
  it("shows no credential in a line, a debug line, a group's title, an annotation or its place", async () => {
    const ci = new FakeCi();
    const careful = carefulCi(ci);
    careful.info(`a ${PAT} b`);
    careful.debug(PAT);
    await careful.group(`Deploy ${PAT}`, () => Promise.resolve());
    careful.annotate("error", `x ${PAT}`, { file: `src/${PAT}.py`, line: 1 });
    for (let at = 0; at < 20; at++) careful.annotate("warning", `w${String(at)} ${PAT}`);
    const shown = JSON.stringify([ci.log, ci.debugLog, ci.annotations]);
    assert.match(shown, /a .* b/);
    assert.match(shown, /w19/);
    assert.ok(!shown.includes(PAT) && !shown.includes(PAT.slice(4)));
  });
});
