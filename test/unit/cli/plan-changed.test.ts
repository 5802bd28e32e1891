import assert from "node:assert/strict";
import fc from "fast-check";
import { planChanged, type Plan, type PlanEntry } from "../../../core/cli/plan.ts";

const entry = (resource: string, action: PlanEntry["action"], fields: string[] = []): PlanEntry => ({
  resource,
  action,
  child: false,
  gone: false,
  fields,
});
const plan = (entries: readonly PlanEntry[], engine: Plan["engine"] = "direct"): Plan => ({
  engine,
  entries,
});

const entries = fc.uniqueArray(
  fc.record({
    resource: fc.constantFrom("jobs.a", "jobs.b", "jobs.c", "schemas.d"),
    action: fc.constantFrom("skip" as const, "update" as const, "create" as const, "delete" as const),
    child: fc.boolean(),
    gone: fc.boolean(),
    fields: fc.uniqueArray(fc.constantFrom("name", "tasks", "tags")),
  }),
  { selector: ({ resource }) => resource },
);

describe("planChanged", () => {
  it("ignores the order of resources and fields, and what is not touched", () => {
    fc.assert(
      fc.property(entries, (list) => {
        const turned = list.map((one) => ({ ...one, fields: [...one.fields].reverse() })).reverse();
        assert.equal(planChanged(plan(list), plan([...turned, entry("jobs.z", "skip")])), false);
      }),
    );
  });

  it("is the same in both directions", () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        assert.equal(planChanged(plan(one), plan(other)), planChanged(plan(other), plan(one)));
      }),
    );
  });

  for (const [title, before, after] of [
    ["another did it already", [entry("jobs.a", "create")], [entry("jobs.a", "skip")]],
    [
      "an update became a new creation",
      [entry("jobs.a", "update", ["x"])],
      [entry("jobs.a", "recreate", ["x"])],
    ],
    ["other fields change", [entry("jobs.a", "update", ["x"])], [entry("jobs.a", "update", ["y"])]],
    ["one more is deleted", [], [entry("jobs.a", "delete")]],
    ["somebody has deleted it", [entry("jobs.a", "delete")], [{ ...entry("jobs.a", "delete"), gone: true }]],
  ] as const) {
    it(`sees that ${title}`, () => {
      assert(planChanged(plan(before), plan(after)));
    });
  }

  it("sees that the state has moved to another engine", () => {
    assert(planChanged(plan([], "terraform"), plan([])));
  });
});
