import assert from "node:assert/strict";
import { Flow, plan, usualCli, type PlayCli } from "../support/flow.ts";

describe("a warning of the CLI", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  it("shows what the CLI warns of at its place, with all that it says", async () => {
    const stderr =
      "Warning: unknown field: x\n  at resources.jobs.nightly\n  in resources/orders.yml:4:9\n\nLook at the schema.\nIt knows y.\n\n" +
      "Recommendation: use a pool\n  in databricks.yml:1:1\n\n";
    const cli: PlayCli = (command, request) =>
      command === "plan -o json" ? { stdout: plan({}), stderr } : usualCli({})(command, request);
    assert.equal(await flow.run({ command: "plan" }, cli), 0, flow.error);
    assert.doesNotMatch(flow.ci.log.join("\n"), /unknown field|use a pool|It knows y/);
    assert.deepEqual(flow.ci.annotations, [
      {
        level: "warning",
        text: "unknown field: x (resources.jobs.nightly)\nLook at the schema.\nIt knows y.",
        place: { file: "resources/orders.yml", line: 4, column: 9 },
      },
      { level: "notice", text: "use a pool", place: { file: "databricks.yml", line: 1, column: 1 } },
    ]);
  });

  it("is shown once, whichever commands repeat it, and though the deployment fails", async () => {
    const stderr = "Warning: unknown field: x\n  in resources/orders.yml:4:9\n\n";
    const late = "Warning: late\n\nError: cannot create resources.jobs.a: no\n";
    const cli: PlayCli = (command, request) => {
      if (command === "plan -o json") return { stdout: plan({ "jobs.nightly": "create" }), stderr };
      if (command === "deploy") return { code: 1, stderr: stderr + late };
      return usualCli({})(command, request);
    };
    assert.equal(await flow.run({}, cli), 1);
    const warnings = flow.ci.annotations.filter(({ level }) => level === "warning");
    assert.deepEqual(
      warnings.map(({ text }) => text),
      ["unknown field: x", "late"],
    );
  });
});
