import assert from "node:assert/strict";
import fc from "fast-check";
import { changesOf } from "../../../sandbox/cli/changes.ts";
import { inOrder, interpolate, resolveReferences } from "../../../sandbox/cli/references.ts";
import type { JsonObject } from "../../../sandbox/http/json.ts";

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const settings = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,5}$/),
  fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), leaf, { noNullPrototype: true }),
  ),
  { noNullPrototype: true },
) as fc.Arbitrary<JsonObject>;

describe("what the stand-in decides", () => {
  it("finds no change where there is none", () => {
    fc.assert(
      fc.property(settings, (same) => {
        assert.deepEqual(changesOf(same, structuredClone(same), structuredClone(same), []), {});
      }),
    );
  });

  it("updates for every new value, and recreates for a new id", () => {
    fc.assert(
      fc.property(settings, fc.string({ minLength: 1 }), (old, value) => {
        const before = { ...old, zz: `${value}-` };
        const changes = changesOf(before, { ...old, zz: value }, before, ["zy"]);
        assert.deepEqual(changes, {
          zz: { action: "update", old: `${value}-`, new: value, remote: `${value}-` },
        });
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
          lists.map((list, index) => [
            `resources.jobs.j${index}`,
            list
              .filter((other) => other < index)
              .map((other) => ({ node: `resources.jobs.j${other}`, label: "" })),
          ]),
        );
        const order = inOrder(nodes);
        assert.equal(order.length, nodes.size);
        for (const [name, dependencies] of nodes) {
          for (const { node } of dependencies) assert.ok(order.indexOf(node) < order.indexOf(name));
        }
      }),
    );
  });

  it("refuses a circle of references", () => {
    const to = (node: string) => [{ node, label: "" }];
    const circle = new Map(Object.entries({ a: to("b"), b: to("a") }));
    assert.throws(() => inOrder(circle), /cycle/);
    const variables = { variables: { a: { value: "${var.b}" }, b: { value: "${var.a}" } } };
    assert.throws(() => interpolate("${var.a}", variables), /cycle/);
  });

  it("keeps the type of a single reference, and every digit of an id", () => {
    const tree = { variables: { n: { value: 5 } } };
    assert.equal(interpolate("${var.n}", tree), 5);
    assert.equal(interpolate("${var.n}0", tree), "50");
    const label = "${resources.jobs.j.id}";
    const job = { run_job_task: { job_id: label } };
    const known = resolveReferences(job, () => "9007199254740993");
    assert.deepEqual(known.value, { run_job_task: { job_id: 9007199254740993n } });
    const unknown = resolveReferences(job, () => undefined);
    assert.deepEqual(unknown, {
      value: { run_job_task: { job_id: 0 } },
      vars: { "run_job_task.job_id": label },
    });
  });
});
