import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { ACCOUNT_ID, DEPLOYER } from "../../../../sandbox/defaults.ts";
import { playedJobs } from "../../../../sandbox/job-access.ts";
import { startAccessFlow, STATE } from "../../support/access-flow.ts";
import type { Flow, PlayCli } from "../../support/flow.ts";

describe("access in a workspace that does not say its ID", () => {
  let flow: Flow;
  let cli: (special?: PlayCli) => PlayCli;
  beforeEach(async () => {
    ({ flow, cli } = await startAccessFlow());
  });
  afterEach(() => flow.stop());

  /** As a gateway does that takes headers and fields away. */
  const nameless = (times = Infinity): void => {
    const { host } = flow.sandbox.workspace;
    const body = { userName: DEPLOYER.applicationId, displayName: DEPLOYER.displayName };
    const config = { account_id: ACCOUNT_ID, oidc_endpoint: `${host}/oidc` };
    flow.sandbox.fault({ path: /scim\/v2\/Me/, times, then: { status: 200, body } });
    flow.sandbox.fault({ path: /databricks-config$/, times, then: { status: 200, body: config } });
  };

  it("stops instead of giving grants another name, and says what was missing", async () => {
    nameless();
    for (const inputs of [{ command: "plan" }, {}]) {
      assert.equal(await flow.run(inputs, cli()), 1);
      assert.match(flow.error, /^WRONG_WORKSPACE: [^]*x-databricks-org-id/);
    }
    assert.deepEqual(playedJobs(flow.sandbox), ["refused", "refused"]);
  });

  it("keeps what was granted while it said it: nothing is renamed, withdrawn or recorded anew", async () => {
    assert.equal(await flow.run({}, cli()), 0, flow.error);
    const before = flow.sandbox.workspace.files.get(`${STATE}/access.json`)?.content.toString();
    assert.ok(before);
    nameless(1);
    assert.equal(await flow.run({ command: "destroy", "auto-approve": "true" }, cli()), 1);
    assert.match(flow.error, /^WRONG_WORKSPACE: /);
    assert.ok(!flow.commands.some((command) => command.startsWith("destroy")));
    assert.equal(flow.sandbox.workspace.files.get(`${STATE}/access.json`)?.content.toString(), before);
    assert.equal(await flow.run({}, cli()), 0, flow.error);
    assert.match(flow.ci.log.join("\n"), /0 granted, 0 updated, 0 withdrawn, 1 unchanged/);
  });

  it("deploys what has no access", async () => {
    await rm(path.join(flow.checkout, "access.yml"));
    nameless();
    assert.equal(await flow.run({}, cli()), 0, flow.error);
  });
});
