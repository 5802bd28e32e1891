import assert from "node:assert/strict";
import { Flow, usualCli } from "../support/flow.ts";

describe("a plan that loses something", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  for (const action of ["delete", "recreate"]) {
    it(`refuses to ${action} without auto-approve, and hands the approval on`, async () => {
      const cli = usualCli({ "schemas.orders": action, "jobs.nightly.permissions": "delete" });
      assert.equal(await flow.run({}, cli), 1);
      assert.match(flow.error, /^DESTRUCTIVE_PLAN: /);
      assert.match(flow.error, new RegExp(`${action} schemas\\.orders: loses every table`));
      assert.doesNotMatch(flow.error, /permissions/);
      assert.ok(!flow.commands.includes("deploy"));
      assert.equal(await flow.run({ "auto-approve": "jobs, volumes" }, cli), 1);
      assert.match(flow.error, /to `schemas` for these kinds alone/);
      assert.equal(await flow.run({ "auto-approve": "jobs, schemas" }, cli), 0, flow.error);
      assert.equal(await flow.run({ "auto-approve": "true" }, cli), 0);
      assert.ok(flow.commands.includes("deploy --auto-approve"));
    });
  }

  it("leaves it to the CLI to refuse a loss that the plan did not have", async () => {
    assert.equal(await flow.run({ "auto-approve": "true" }, usualCli({ "jobs.nightly": "update" })), 0);
    assert.ok(flow.commands.includes("deploy"));
  });

  it("destroys kinds that are approved, and no others", async () => {
    const destroying = usualCli({}, () => {
      flow.sandbox.workspace.jobs.delete("7");
      return { code: 0 };
    });
    assert.equal(await flow.run({ command: "destroy", "auto-approve": "schemas" }, destroying), 1);
    assert.match(flow.error, /^DESTRUCTIVE_PLAN: [^]*delete jobs\.nightly[^]*all kinds that go: `jobs`/);
    assert.equal(await flow.run({ command: "destroy", "auto-approve": "jobs" }, destroying), 0, flow.error);
  });
});
