import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJson } from "../../../core/cli/json-output.ts";
import { losses, PLAN_COMMAND, readPlan as readParsed } from "../../../core/cli/plan.ts";

const readPlan = (text: string) => readParsed(parseJson(text, PLAN_COMMAND));
const plan = (entries: unknown, more: object = { plan_version: 2, cli_version: "1.13.0" }) =>
  readPlan(JSON.stringify({ ...more, plan: entries }));

describe("the CLI's plan", () => {
  it("is read with what changes, sorted, children told from resources", () => {
    const found = plan({
      "resources.pipelines.p": { action: "skip" },
      "resources.jobs.nightly.permissions": {
        action: "create",
        depends_on: [{ node: "resources.jobs.nightly", label: "${resources.jobs.nightly.id}" }],
      },
      "resources.jobs.nightly": {
        action: "update",
        remote_state: { job_id: 1 },
        changes: {
          "tasks[task_key='a'].timeout_seconds": { action: "update", old: 0, new: 5 },
          max_concurrent_runs: { action: "update", old: 1, new: 2 },
          timeout_seconds: { action: "skip", reason: "empty" },
        },
      },
    });
    assert.deepEqual(found, {
      engine: "direct",
      entries: [
        {
          resource: "jobs.nightly",
          action: "update",
          child: false,
          gone: false,
          fields: ["max_concurrent_runs", "tasks[task_key='a'].timeout_seconds"],
          values: [
            { path: "tasks[task_key='a'].timeout_seconds", old: 0, now: 5 },
            { path: "max_concurrent_runs", old: 1, now: 2 },
          ],
        },
        { resource: "jobs.nightly.permissions", action: "create", child: true, gone: false, fields: [] },
        { resource: "pipelines.p", action: "skip", child: false, gone: false, fields: [] },
      ],
    });
  });

  it("of Terraform's engine has no plan_version and no fields", () => {
    const found = plan({ "resources.jobs.a": { action: "update" } }, { cli_version: "1.13.0" });
    assert.equal(found.engine, "terraform");
    assert.deepEqual(found.entries[0]?.fields, []);
  });

  for (const nothing of ["{}", '{"plan":null}', '{"plan":{}}', '{"plan_version":2,"plan":{}}']) {
    it(`without anything to do may be ${nothing}`, () => {
      assert.deepEqual(readPlan(nothing).entries, []);
    });
  }

  for (const [name, text] of [
    ["another action, whatever it may do", '{"plan":{"resources.jobs.a":{"action":"explode"}}}'],
    ["no action", '{"plan":{"resources.jobs.a":{}}}'],
    ["an entry that is none", '{"plan":{"resources.jobs.a":7}}'],
    ["another kind of key", '{"plan":{"jobs.a":{"action":"skip"}}}'],
    ["a key without a name", '{"plan":{"resources.jobs":{"action":"skip"}}}'],
    ["a list of entries", '{"plan":[]}'],
    ["no object", "[]"],
    ["text", "Plan: 1 to add"],
  ] as const) {
    it(`is unreadable with ${name}`, () => {
      assert.throws(() => readPlan(text), { code: "CLI_OUTPUT_UNREADABLE" });
    });
  }

  it("survives names that objects have by themselves", () => {
    const found = readPlan(
      '{"plan":{"resources.jobs.__proto__":{"action":"delete"},"resources.constructor.x":{"action":"delete"}}}',
    );
    assert.deepEqual(
      losses(found).map(({ resource }) => resource),
      ["constructor.x", "jobs.__proto__"],
    );
  });
});

describe("what a plan loses", () => {
  it("is each resource that it deletes or recreates, with what is lost by its kind", () => {
    const found = losses(
      plan({
        "resources.jobs.a": { action: "delete" },
        "resources.schemas.b": { action: "recreate" },
        "resources.apps.c": { action: "delete" },
        "resources.volumes.d": { action: "update_id" },
        "resources.clusters.e": { action: "resize" },
      }),
    );
    assert.deepEqual(found, [
      { resource: "apps.c", action: "delete", lost: "what it holds, and its ID" },
      { resource: "jobs.a", action: "delete", lost: "its run history and its ID" },
      { resource: "schemas.b", action: "recreate", lost: "every table and volume in it" },
    ]);
  });

  it("is nothing where somebody else has deleted it already, and no permissions or grants", () => {
    assert.deepEqual(
      losses(
        plan({
          "resources.jobs.a": { action: "delete", gone: true },
          "resources.schemas.b.grants": { action: "delete" },
        }),
      ),
      [],
    );
  });

  it("is exactly the deletions and recreations of resources", () => {
    const key = fc.tuple(
      fc.constantFrom("jobs", "schemas", "x"),
      fc.stringMatching(/^\w{1,5}$/),
      fc.constantFrom("", ".grants"),
    );
    const action = fc.constantFrom("skip", "resize", "update", "update_id", "create", "recreate", "delete");
    fc.assert(
      fc.property(fc.array(fc.tuple(key, action, fc.boolean())), (list) => {
        const entries = new Map(
          list.map(([[group, name, child], what, gone]) => [
            `resources.${group}.${name}${child}`,
            { action: what, gone },
          ]),
        );
        const expected = [...entries].filter(
          ([at, { action: what, gone }]) =>
            !gone && !at.endsWith(".grants") && (what === "delete" || what === "recreate"),
        );
        const found = losses(plan(Object.fromEntries(entries)));
        assert.deepEqual(
          found.map(({ resource }) => `resources.${resource}`).sort(),
          expected.map(([at]) => at).sort(),
        );
      }),
    );
  });
});
