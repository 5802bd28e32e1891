import assert from "node:assert/strict";
import { FactsSoFar } from "../../../core/report/facts.ts";

describe("the facts of a run", () => {
  const run = { command: "plan", workspaceUrl: "https://w.example.com", runUrl: "" };

  it("keep what each part found, the latest of each kind", () => {
    const soFar = new FactsSoFar(run);
    soFar.add({ plan: { changes: [], unchanged: 1 } });
    soFar.add({ deployed: true });
    soFar.add({ plan: { changes: [], unchanged: 2 } });
    const wanted = { ...run, warnings: [], deployed: true, plan: { changes: [], unchanged: 2 } };
    assert.deepEqual(soFar.facts, wanted);
  });

  it("lose no warning, and tell none twice", () => {
    const soFar = new FactsSoFar(run);
    for (const text of ["one", "two", "one"]) soFar.add({ warnings: [text] });
    assert.deepEqual(soFar.facts.warnings, ["one", "two"]);
  });

  it("change nothing that was read before", () => {
    const soFar = new FactsSoFar(run);
    const before = soFar.facts;
    soFar.add({ destroyed: 1, warnings: ["late"] });
    assert.deepEqual(before, { ...run, warnings: [] });
  });
});
