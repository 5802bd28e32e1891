import assert from "node:assert/strict";
import type { NamedObject } from "../../../../core/flow/recovery/catalog-objects.ts";
import { judge, type Unrecorded } from "../../../../core/flow/recovery/unrecorded.ts";

const US = "5f8a6d3c-0000-4000-8000-000000000000";

describe("what a dead run created and recorded nowhere", () => {
  const tree = {
    resources: {
      jobs: {
        nightly: { name: "nightly job" },
        there: { name: "there", id: "7" },
        one: { name: "twins" },
        other: { name: "twins" },
        both: { name: "both" },
        "--force-lock": { name: "option" },
      },
      pipelines: { flow: { name: "nightly job" } },
      schemas: { lake: {}, both: {} },
    },
  };
  const job = (name: string, more: Partial<Unrecorded> = {}): Unrecorded => ({
    ...{ kind: "jobs", id: "100", name, creator: US },
    ...more,
  });
  const schema = (more: Partial<NamedObject> = {}): NamedObject => ({
    ...{ kind: "schemas", key: "lake", id: "main.lake", name: "main.lake", creator: US, inTime: true },
    ...more,
  });
  const judged = (
    unknown: readonly Unrecorded[],
    objects: readonly NamedObject[] = [],
  ): readonly [string[], string[]] => {
    const { adopted, reported } = judge(unknown, objects, { tree }, US);
    return [adopted.map(({ kind, key, id }) => `${kind}.${key} ${id}`), reported.map(({ why }) => why)];
  };

  it("is adopted by its name and kind, if our principal created it", () => {
    const pipeline = job("nightly job", { kind: "pipelines", id: "abc" });
    const expected = ["jobs.nightly 100", "pipelines.flow abc", "schemas.lake main.lake"];
    assert.deepEqual(judged([job("nightly job", { creator: US.toUpperCase() }), pipeline], [schema()]), [
      expected,
      [],
    ]);
  });

  for (const [what, unknown, objects, why] of [
    [
      "somebody else created",
      [job("nightly job", { creator: "x@example.com" })],
      [],
      /x@example\.com created/,
    ],
    ["nobody is said to have created", [job("nightly job", { creator: "" })], [], /not named/],
    ["has a name of nothing in the bundle", [job("old")], [], /nothing in the bundle/],
    ["has the name of several", [job("twins")], [], /several/],
    ["is there besides the one that is recorded", [job("there")], [], /twice/],
    ["has a key of several kinds", [job("both")], [], /several kinds/],
    ["has a key that the CLI would take for an option", [job("option")], [], /plain word/],
    ["is a schema of somebody else", [], [schema({ creator: "x" })], /x created/],
    ["is a schema of another time", [], [schema({ inTime: false })], /not created or changed while/],
  ] as const)
    it(`is reported and left as it is: one that ${what}`, () => {
      const [adopted, reported] = judged(unknown, objects);
      assert.deepEqual(adopted, []);
      assert.equal(reported.length, 1);
      assert.match(reported[0] ?? "", why);
    });

  it("is adopted by its place and time, where the workspace does not say who created it", () => {
    const one = { kind: "dashboards", key: "lake", id: "d1", creator: undefined } as const;
    assert.deepEqual(judged([], [schema(one)]), [["dashboards.lake d1"], []]);
    assert.match(judged([], [schema({ ...one, inTime: false })])[1][0] ?? "", /not created or changed while/);
  });

  it("is adopted once, if it is there twice: the one with the lower ID", () => {
    const [adopted, reported] = judged([
      job("nightly job", { id: "1000" }),
      job("nightly job", { id: "999" }),
    ]);
    assert.deepEqual(adopted, ["jobs.nightly 999"]);
    assert.match(reported[0] ?? "", /twice/);
  });
});
