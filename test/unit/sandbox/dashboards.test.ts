import assert from "node:assert/strict";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import type { JsonObject } from "../../../sandbox/http/json.ts";
import { good, refused, sandboxForEachTest, text } from "./client.ts";

describe("sandbox: dashboards", () => {
  const rig = sandboxForEachTest();
  const BASE = "/api/2.0/lakeview/dashboards";
  const HOME = `/Users/${DEPLOYER.applicationId}`;
  const create = (more: JsonObject = {}) =>
    rig.api("POST", BASE, {
      display_name: "Sales",
      parent_path: `/Workspace${HOME}`,
      serialized_dashboard: '{"pages":[{"name":"p"}]}',
      ...more,
    });

  it("creates, changes, publishes and trashes one", async () => {
    const made = await good(create());
    assert.deepEqual(
      [made["parent_path"], made["path"], made["etag"]],
      [HOME, `${HOME}/Sales.lvdash.json`, "1"],
    );
    assert.equal(made["serialized_dashboard"], '{"pages":[{"name":"p","pageType":"PAGE_TYPE_CANVAS"}]}\n');
    const path = `${BASE}/${text(made, "dashboard_id")}`;
    await refused(rig.api("GET", `${path}/published`), 404, "RESOURCE_DOES_NOT_EXIST");
    await good(rig.api("POST", `${path}/published`, { warehouse_id: "w" }));
    assert.equal((await good(rig.api("GET", `${path}/published`)))["warehouse_id"], "w");
    await good(rig.api("DELETE", `${path}/published`));
    await refused(rig.api("GET", `${path}/published`), 404, "RESOURCE_DOES_NOT_EXIST");
    const changed = await good(rig.api("PATCH", path, { display_name: "Orders", etag: "1" }));
    assert.deepEqual([changed["etag"], changed["path"]], ["2", `${HOME}/Orders.lvdash.json`]);
    await refused(rig.api("PATCH", path, { display_name: "x", etag: "1" }), 409, "ABORTED");
    assert.equal(rig.sandbox.workspace.files.get(`${HOME}/Orders.lvdash.json`)?.type, "DASHBOARD");
    await good(rig.api("DELETE", path));
    assert.equal((await good(rig.api("GET", path)))["lifecycle_state"], "TRASHED");
    assert.equal(rig.sandbox.workspace.files.get(`${HOME}/Orders.lvdash.json`), undefined);
  });

  it("refuses a folder that is not there, a name that is taken, content that is no JSON", async () => {
    await refused(create({ parent_path: "/Workspace/none" }), 404, "RESOURCE_DOES_NOT_EXIST");
    await good(create());
    await refused(create(), 409, "RESOURCE_ALREADY_EXISTS");
    await refused(create({ display_name: "x", serialized_dashboard: "{" }), 400, "INVALID_PARAMETER_VALUE");
    await refused(create({ display_name: "" }), 400, "INVALID_PARAMETER_VALUE");
    await refused(rig.api("GET", `${BASE}/none`), 404, "RESOURCE_DOES_NOT_EXIST");
  });
});
