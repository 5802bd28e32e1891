import assert from "node:assert/strict";
import { Flow, leaveState, SUMMARY, usualCli, type PlayCli } from "../support/flow.ts";

describe("what was deployed", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  it("is read from the state that the CLI has just written, which saves a start of it", async () => {
    const fresh = JSON.parse(SUMMARY) as { resources: object };
    const resources = { jobs: { nightly: { name: "nightly", modified_status: "created" } } };
    const cli: PlayCli = async (command, request) => {
      if (command === "summary -o json") return { stdout: JSON.stringify({ ...fresh, resources }) };
      if (command === "deploy") await leaveState(request, { "resources.jobs.nightly": { __id__: "7" } });
      return usualCli({ "jobs.nightly": "create" })(command, request);
    };
    assert.equal(await flow.run({}, cli), 0, flow.error);
    assert.deepEqual(flow.commands, ["version -o json", "plan -o json", "summary -o json", "deploy"]);
    const { host, workspaceId } = flow.sandbox.workspace;
    const url = `${host}/jobs/7?w=${workspaceId}`;
    assert.deepEqual(JSON.parse(flow.ci.outputs.get("jobs") ?? ""), { nightly: { id: "7", url } });
    // Without a scan only the lease has asked for the resolved configuration, for the place of the state.
    flow.commands.length = 0;
    assert.equal(await flow.run({ scan: "off" }, cli), 0, flow.error);
    assert.deepEqual(flow.commands, [
      "version -o json",
      "plan -o json",
      "summary -o json",
      "deploy",
      "summary -o json",
    ]);
  });

  it("is told to be wrong in all that is wrong with it, at once", async () => {
    const cli = usualCli({ "jobs.nightly": "create" }, () => ({ code: 0, leavesNoList: true }));
    flow.sandbox.workspace.jobs.delete("7");
    assert.equal(await flow.run({}, cli), 1);
    const errors = flow.ci.annotations.filter(({ level }) => level === "error").map(({ text }) => text);
    assert.match(errors.join("\n"), /HOST_NOT_APPROVED: /);
    assert.match(errors.join("\n"), /SCAN_INCOMPLETE: /);
  });
});
