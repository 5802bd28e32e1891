import assert from "node:assert/strict";
import { JOB_RUNNER } from "../../../sandbox/defaults.ts";
import type { Json, JsonObject } from "../../../sandbox/http/json.ts";
import { good, refused, sandboxForEachTest, text } from "./client.ts";

describe("sandbox: pipelines", () => {
  const rig = sandboxForEachTest();
  const create = async (spec: JsonObject) =>
    text(await good(rig.api("POST", "/api/2.0/pipelines", spec)), "pipeline_id");

  it("keeps the spec, and run_as through an edit", async () => {
    const runAs = { service_principal_name: JOB_RUNNER.applicationId };
    const id = await create({ name: "flow", catalog: "main", run_as: runAs });
    await good(rig.api("PUT", `/api/2.0/pipelines/${id}`, { name: "flow2" }));
    const pipeline = await good(rig.api("GET", `/api/2.0/pipelines/${id}`));
    assert.deepEqual([pipeline["name"], pipeline["run_as"]], ["flow2", runAs]);
    assert.equal(pipeline["run_as_user_name"], JOB_RUNNER.applicationId);
    assert.deepEqual(pipeline["spec"], { name: "flow2", id, storage: `dbfs:/pipelines/${id}` });
    const { statuses } = await good(rig.api("GET", "/api/2.0/pipelines"));
    assert.equal((statuses as Json[]).length, 1);
    await good(rig.api("DELETE", `/api/2.0/pipelines/${id}`));
    await refused(rig.api("GET", `/api/2.0/pipelines/${id}`), 404, "RESOURCE_DOES_NOT_EXIST");
  });

  it("refuses a name that is taken unless told otherwise, and an unknown run_as", async () => {
    await create({ name: "flow" });
    await refused(rig.api("POST", "/api/2.0/pipelines", { name: "flow" }), 409, "RESOURCE_CONFLICT");
    await create({ name: "flow", allow_duplicate_names: true });
    const runAs = { service_principal_name: "nobody" };
    await refused(
      rig.api("POST", "/api/2.0/pipelines", { name: "x", run_as: runAs }),
      400,
      "INVALID_PARAMETER_VALUE",
    );
  });

  it("runs an update and ends it as scripted", async () => {
    const id = await create({ name: "flow" });
    rig.sandbox.workspace.pipelines.script("FAILED");
    const run = async () =>
      text(await good(rig.api("POST", `/api/2.0/pipelines/${id}/updates`)), "update_id");
    const state = async (update: string) =>
      ((await good(rig.api("GET", `/api/2.0/pipelines/${id}/updates/${update}`)))["update"] as JsonObject)[
        "state"
      ];
    const [failed, completed, stopped] = [await run(), await run(), await run()];
    assert.deepEqual(
      [await state(failed), await state(failed), await state(failed)],
      ["RUNNING", "FAILED", "FAILED"],
    );
    assert.deepEqual([await state(completed), await state(completed)], ["RUNNING", "COMPLETED"]);
    await good(rig.api("POST", `/api/2.0/pipelines/${id}/stop`));
    assert.equal(await state(stopped), "CANCELED");
    assert.deepEqual(await good(rig.api("GET", `/api/2.0/pipelines/${id}/events`)), { events: [] });
    await refused(rig.api("GET", `/api/2.0/pipelines/${id}/updates/none`), 404, "RESOURCE_DOES_NOT_EXIST");
  });
});
