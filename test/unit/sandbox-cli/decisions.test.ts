import assert from "node:assert/strict";
import fc from "fast-check";
import { changesOf } from "../../../sandbox/cli/changes.ts";
import { inOrder, interpolate } from "../../../sandbox/cli/references.ts";
import type { JsonObject } from "../../../sandbox/http/json.ts";

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const map = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), leaf, { noNullPrototype: true });
const settings = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,5}$/),
  fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), map),
  { noNullPrototype: true },
) as fc.Arbitrary<JsonObject>;

describe("what the stand-in decides", () => {
  it("finds no change where there is none, updates for a new value, recreates for a new id", () => {
    fc.assert(
      fc.property(settings, fc.string({ minLength: 1 }), (old, value) => {
        assert.deepEqual(changesOf(old, structuredClone(old), structuredClone(old), []), {});
        const before = { ...old, zz: `${value}-` };
        const values = { old: `${value}-`, new: value, remote: `${value}-` };
        const changes = changesOf(before, { ...old, zz: value }, before, ["zy"]);
        assert.deepEqual(changes, { zz: { action: "update", ...values } });
        assert.equal(changesOf(before, { ...old, zz: value }, before, ["zz"])["zz"]?.action, "recreate");
      }),
    );
  });

  it("puts everything after what it depends on", () => {
    // Each resource refers to some of those with a lower number.
    const graph = fc.array(fc.array(fc.nat(9), { maxLength: 4 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(graph, (lists) => {
        const nodes = new Map(
          lists.map((list, index) => {
            const lower = list.filter((other) => other < index);
            return [`r${index}`, lower.map((other) => ({ node: `r${other}`, label: "" }))];
          }),
        );
        const order = inOrder(nodes);
        assert.equal(order.length, nodes.size);
        for (const [name, dependencies] of nodes) {
          for (const { node } of dependencies) assert.ok(order.indexOf(node) < order.indexOf(name));
        }
      }),
    );
  });

  it("keeps the type of a single reference, and refuses a circle", () => {
    const tree = { variables: { n: { value: 5 }, a: { value: "${var.b}" }, b: { value: "${var.a}" } } };
    assert.deepEqual(interpolate(["${var.n}", "${var.n}0"], tree), [5, "50"]);
    assert.throws(() => interpolate("${var.a}", tree), /circle/);
  });
});
