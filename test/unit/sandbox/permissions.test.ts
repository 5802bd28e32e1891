import assert from "node:assert/strict";
import { DEPLOYER, JOB_RUNNER } from "../../../sandbox/defaults.ts";
import type { JsonObject } from "../../../sandbox/http/json.ts";
import { good, refused, sandboxForEachTest, text } from "./client.ts";

describe("sandbox: permissions", () => {
  const rig = sandboxForEachTest();
  let job: string;
  beforeEach(async () => {
    job = `/api/2.0/permissions/jobs/${text(await good(rig.api("POST", "/api/2.2/jobs/create", { name: "x" })), "job_id")}`;
  });
  const owner = { service_principal_name: DEPLOYER.applicationId, permission_level: "IS_OWNER" };
  const viewers = { group_name: "analysts", permission_level: "CAN_VIEW" };
  const entries = async (path: string) =>
    ((await good(rig.api("GET", path)))["access_control_list"] as JsonObject[]).map((one) => {
      const [{ permission_level: level, inherited }] = one["all_permissions"] as [JsonObject];
      return [one["service_principal_name"] ?? one["group_name"], level, inherited];
    });
  const admins = ["admins", "CAN_MANAGE", true];

  it("makes the creator the owner, replaces with PUT and adds with PATCH", async () => {
    const own = [DEPLOYER.applicationId, "IS_OWNER", false];
    assert.deepEqual(await entries(job), [own, admins]);
    await good(rig.api("PATCH", job, { access_control_list: [viewers] }));
    assert.deepEqual(await entries(job), [own, ["analysts", "CAN_VIEW", false], admins]);
    const answer = await good(rig.api("PUT", job, { access_control_list: [owner] }));
    assert.deepEqual(await entries(job), [own, admins]);
    assert.deepEqual(
      [answer["object_type"], answer["object_id"]],
      ["job", job.replace("/api/2.0/permissions", "")],
    );
  });

  it("wants exactly one owner, known principals, known objects", async () => {
    const put = (...list: JsonObject[]) => rig.api("PUT", job, { access_control_list: list });
    await refused(put(viewers), 400, "INVALID_PARAMETER_VALUE");
    await refused(
      put(owner, { ...owner, service_principal_name: JOB_RUNNER.applicationId }),
      400,
      "INVALID_PARAMETER_VALUE",
    );
    await refused(
      put(owner, { service_principal_name: "nobody", permission_level: "CAN_VIEW" }),
      400,
      "INVALID_PARAMETER_VALUE",
    );
    await refused(put(owner, { group_name: "x" }), 400, "INVALID_PARAMETER_VALUE");
    await refused(rig.api("PUT", job, { access_control_list: "x" }), 400, "INVALID_PARAMETER_VALUE");
    await refused(rig.api("GET", "/api/2.0/permissions/jobs/1"), 404, "RESOURCE_DOES_NOT_EXIST");
    await refused(rig.api("GET", "/api/2.0/permissions/toasters/1"), 400, "INVALID_PARAMETER_VALUE");
    assert.deepEqual(await entries(job), [[DEPLOYER.applicationId, "IS_OWNER", false], admins]);
  });

  it("lets the owner of a home folder manage what is in it", async () => {
    const { objectId } = rig.sandbox.workspace.files.find(`/Users/${JOB_RUNNER.applicationId}`);
    const path = `/api/2.0/permissions/directories/${objectId}`;
    await good(
      rig.api("PUT", path, {
        access_control_list: [{ group_name: "analysts", permission_level: "CAN_READ" }],
      }),
    );
    assert.deepEqual(await entries(path), [
      ["analysts", "CAN_READ", false],
      [JOB_RUNNER.applicationId, "CAN_MANAGE", true],
      admins,
    ]);
    await refused(rig.api("GET", path.replace("directories", "notebooks")), 404, "RESOURCE_DOES_NOT_EXIST");
  });
});
