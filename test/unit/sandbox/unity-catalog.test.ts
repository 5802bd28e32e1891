import assert from "node:assert/strict";
import { DEPLOYER, JOB_RUNNER } from "../../../sandbox/defaults.ts";
import type { JsonObject } from "../../../sandbox/http/json.ts";
import { good, refused, sandboxForEachTest } from "./client.ts";

describe("sandbox: Unity Catalog", () => {
  const rig = sandboxForEachTest();
  const BASE = "/api/2.1/unity-catalog";
  const schema = (name: string, catalog = "main") =>
    rig.api("POST", `${BASE}/schemas`, { name, catalog_name: catalog });
  const volume = (more: JsonObject = {}) =>
    rig.api("POST", `${BASE}/volumes`, {
      name: "Landing",
      catalog_name: "main",
      schema_name: "orders",
      volume_type: "MANAGED",
      ...more,
    });

  it("creates schemas and volumes in what is there, in lower case, once", async () => {
    await refused(schema("orders", "none"), 404, "CATALOG_DOES_NOT_EXIST");
    await refused(volume(), 404, "SCHEMA_DOES_NOT_EXIST");
    const made = await good(schema("Orders"));
    assert.deepEqual([made["full_name"], made["owner"]], ["main.orders", DEPLOYER.applicationId]);
    await refused(schema("orders"), 400, "SCHEMA_ALREADY_EXISTS");
    await refused(schema("a.b"), 400, "INVALID_PARAMETER_VALUE");
    assert.equal((await good(volume()))["full_name"], "main.orders.landing");
    await refused(volume(), 400, "VOLUME_ALREADY_EXISTS");
    await refused(volume({ name: "x", storage_location: "s3://x" }), 400, "INVALID_PARAMETER_VALUE");
    await refused(volume({ name: "x", volume_type: "EXTERNAL" }), 400, "INVALID_PARAMETER_VALUE");
    assert.equal((await good(rig.api("GET", `${BASE}/catalogs/main`)))["name"], "main");
    assert.equal(
      (await good(rig.api("GET", `${BASE}/current-metastore-assignment`)))["default_catalog_name"],
      "main",
    );
  });

  it("updates and renames", async () => {
    await good(schema("orders"));
    await good(volume());
    const path = `${BASE}/volumes/main.orders.landing`;
    assert.equal((await good(rig.api("PATCH", path, { comment: "c" })))["comment"], "c");
    assert.equal(
      (await good(rig.api("PATCH", path, { new_name: "arrived" })))["full_name"],
      "main.orders.arrived",
    );
    await refused(rig.api("GET", path), 404, "VOLUME_DOES_NOT_EXIST");
    assert.equal((await good(rig.api("GET", `${BASE}/volumes/main.orders.arrived`)))["comment"], "c");
  });

  it("deletes a schema with volumes only by force", async () => {
    await good(schema("orders"));
    await good(volume());
    await refused(rig.api("DELETE", `${BASE}/schemas/main.orders`), 400, "INVALID_PARAMETER_VALUE");
    await good(rig.api("DELETE", `${BASE}/schemas/main.orders?force=true`));
    assert.deepEqual(
      [rig.sandbox.workspace.unityCatalog.schemas.size, rig.sandbox.workspace.unityCatalog.volumes.size],
      [0, 0],
    );
  });

  it("grants and revokes privileges", async () => {
    await good(schema("orders"));
    const path = `${BASE}/permissions/schema/main.orders`;
    const change = (...changes: JsonObject[]) => rig.api("PATCH", path, { changes });
    await good(
      change(
        { principal: "analysts", add: ["USE SCHEMA", "SELECT"] },
        { principal: JOB_RUNNER.applicationId, add: ["MODIFY"] },
      ),
    );
    const expected = [
      { principal: "analysts", privileges: ["SELECT", "USE_SCHEMA"] },
      { principal: JOB_RUNNER.applicationId, privileges: ["MODIFY"] },
    ];
    assert.deepEqual((await good(rig.api("GET", path)))["privilege_assignments"], expected);
    assert.deepEqual((await good(rig.api("GET", `${path}?principal=analysts`)))["privilege_assignments"], [
      expected[0],
    ]);
    await good(change({ principal: "analysts", remove: ["SELECT"] }));
    await good(change({ principal: JOB_RUNNER.applicationId, remove: ["ALL_PRIVILEGES"] }));
    assert.deepEqual(
      [...rig.sandbox.workspace.grants.of("schema", "main.orders")],
      [["analysts", new Set(["USE_SCHEMA"])]],
    );
  });

  it("refuses grants to nobody, on nothing, or to and fro", async () => {
    await good(schema("orders"));
    const change = (path: string, principal: string, more: JsonObject = {}) =>
      rig.api("PATCH", `${BASE}/permissions/${path}`, { changes: [{ principal, add: ["SELECT"], ...more }] });
    await refused(change("schema/main.none", "x"), 404, "SCHEMA_DOES_NOT_EXIST");
    await refused(change("constructor/x", "x"), 400, "INVALID_PARAMETER_VALUE");
    const unknown = "00000000-0000-4000-8000-000000000000";
    await refused(change("schema/main.orders", unknown), 404, "PRINCIPAL_DOES_NOT_EXIST");
    await refused(change("schema/main.orders", ""), 404, "PRINCIPAL_DOES_NOT_EXIST");
    await refused(change("schema/main.orders", "x", { remove: ["SELECT"] }), 400, "INVALID_PARAMETER_VALUE");
    assert.equal(rig.sandbox.workspace.grants.of("schema", "main.orders").size, 0);
  });
});
