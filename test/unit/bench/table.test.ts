import assert from "node:assert/strict";
import { isMissed, table, type Figure } from "../../../bench/table.ts";

const figure = (median: number, goal?: number): Figure => ({
  name: "speed",
  unit: "×",
  spread: { median, min: 1, max: 12.345, count: 3 },
  ...(goal !== undefined && { goal }),
});

describe("bench: table", () => {
  it("meets a goal up to the goal itself, by its median alone", () => {
    assert.equal(isMissed(figure(1.5, 1.5)), false);
    assert.equal(isMissed(figure(1.5001, 1.5)), true);
    assert.equal(isMissed(figure(99)), false);
  });

  it("has one line a figure, its columns aligned", () => {
    const lines = table([figure(1.4, 1.5), figure(2, 1.5), figure(3)]).split("\n");
    assert.equal(lines.length, 5);
    assert.equal(new Set(lines.map((line) => line.length)).size, 1);
    assert.match(
      lines[2] ?? "",
      /^\| speed +\| 1\.40 × +\| 1\.00 × \| 12\.35 × \| 3 +\| ≤ 1\.5 × \| met +\|$/,
    );
    assert.match(lines[3] ?? "", /\| MISSED \|$/);
    assert.match(lines[4] ?? "", /\| +\| +\|$/);
  });
});
