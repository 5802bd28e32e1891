import assert from "node:assert/strict";
import fc from "fast-check";
import { interleaved, ratio, spread } from "../../../bench/statistics.ts";

const values = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

describe("bench: statistics", () => {
  it("takes the middle of an odd number of values, and the mean of the two middle ones of an even number", () => {
    assert.deepEqual(spread([9, 1, 5]), { median: 5, min: 1, max: 9, count: 3 });
    assert.deepEqual(spread([10, 2, 1, 4]), { median: 3, min: 1, max: 10, count: 4 });
    assert.deepEqual(spread([7]), { median: 7, min: 7, max: 7, count: 1 });
  });

  it("does not sort numbers as text", () => {
    assert.equal(spread([100, 9, 20]).median, 20);
  });

  it("leaves the values as they are", () => {
    const given = [3, 1, 2];
    spread(given);
    assert.deepEqual(given, [3, 1, 2]);
  });

  it("refuses to make a figure of nothing", () => {
    assert.throws(() => spread([]), RangeError);
    assert.throws(() => spread([1, NaN]), RangeError);
    assert.throws(() => spread([Infinity]), RangeError);
  });

  it("has as many values below the median as above it, whatever their order", () => {
    fc.assert(
      fc.property(values, fc.func(fc.integer()), (list, order) => {
        const { median, min, max } = spread(list);
        const below = list.filter((value) => value < median).length;
        const above = list.filter((value) => value > median).length;
        assert.ok(below <= list.length / 2 && above <= list.length / 2);
        assert.ok(min <= median && median <= max);
        const shuffled = [...list].sort((left, right) => order(left) - order(right));
        assert.deepEqual(spread(shuffled), spread(list));
      }),
    );
  });

  it("compares pair by pair: a machine that slows down moves no ratio", () => {
    const pairs = [1, 2, 10].map((slowness) => ({ ours: 3 * slowness, bare: 2 * slowness }));
    assert.deepEqual(ratio(pairs), { median: 1.5, min: 1.5, max: 1.5, count: 3 });
    // The ratio of the medians would be 4.
    const uneven = [
      { ours: 1, bare: 1 },
      { ours: 4, bare: 1 },
      { ours: 6, bare: 6 },
    ];
    assert.equal(ratio(uneven).median, 1);
  });

  it("measures in turn, and lets each begin every other round", async () => {
    const order: string[] = [];
    const measure = (name: string) => () => Promise.resolve(order.push(name));
    const results = await interleaved(3, { ours: measure("ours"), bare: measure("bare") });
    assert.deepEqual(order, ["ours", "bare", "bare", "ours", "ours", "bare"]);
    assert.deepEqual(results, [
      { ours: 1, bare: 2 },
      { ours: 4, bare: 3 },
      { ours: 5, bare: 6 },
    ]);
  });
});
