import assert from "node:assert/strict";
import { ApiFailure, type DatabricksApi } from "../../../../core/api/client.ts";
import type { Json } from "../../../../core/api/json.ts";
import { dashboards } from "../../../../core/flow/recovery/dashboards.ts";

const ROOT = "/Workspace/Users/us/.bundle/lake/prod";
const BEGUN = Date.parse("2026-11-24T10:00:00Z");
const left = {
  lease: {
    ...{ id: "", run: "", since: new Date(BEGUN).toISOString(), unmended: "", renewed: "", lock: "" },
    ended: false,
  },
  written: BEGUN + 60_000,
};
const DURING = BEGUN + 30_000;

interface Case {
  readonly resource?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly changed?: number;
  readonly dashboard?: Readonly<Record<string, string>> | ApiFailure;
  readonly root?: string;
}

/** What is found of a bundle with one dashboard, and what the workspace was asked. */
async function found({ resource = {}, changed = DURING, dashboard = {}, root = ROOT }: Case) {
  const asked: string[] = [];
  const place = `${ROOT}/resources/Sales.lvdash.json`;
  const api: DatabricksApi = {
    call({ path, query }): Promise<Json> {
      asked.push(query?.["path"] ?? path);
      if (path === "/api/2.0/workspace/get-status" && query?.["path"] === place)
        return Promise.resolve({ object_type: "DASHBOARD", resource_id: "d1" });
      if (path !== "/api/2.0/lakeview/dashboards/d1")
        return Promise.reject(new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", "no"));
      if (dashboard instanceof ApiFailure) return Promise.reject(dashboard);
      const there = { dashboard_id: "d1", display_name: "Sales", etag: "8", lifecycle_state: "ACTIVE" };
      return Promise.resolve({ ...there, update_time: new Date(changed).toISOString(), ...dashboard });
    },
  };
  const sales = { display_name: "Sales", parent_path: `${ROOT}/resources`, ...resource };
  const workspace = { host: undefined, rootPath: root, statePath: `${ROOT}/state` };
  const objects = await dashboards(api, { tree: { resources: { dashboards: { sales } } }, workspace }, left);
  return { objects, asked };
}

describe("dashboards of a run that died", () => {
  const one = { kind: "dashboards", key: "sales", id: "d1", name: "Sales", creator: undefined };

  for (const [what, given, expected] of [
    ["created meanwhile, at the bundle's own place", {}, [{ ...one, inTime: true }]],
    ["there since before", { changed: BEGUN - 60_000 }, [{ ...one, inTime: false }]],
    ["changed after the death", { changed: BEGUN + 120_000 }, [{ ...one, inTime: false }]],
    ["without a time that can be read", { dashboard: { update_time: "?" } }, [{ ...one, inTime: false }]],
    ["in the trash", { dashboard: { lifecycle_state: "TRASHED" } }, []],
    ["not to be seen", { dashboard: new ApiFailure(403, "PERMISSION_DENIED", "no") }, []],
    ["of another name", { resource: { display_name: "Costs" } }, []],
    [
      "recorded, and changed meanwhile",
      { resource: { id: "d1", etag: "7" } },
      [{ ...one, inTime: true, known: true }],
    ],
    ["recorded as it is", { resource: { id: "d1", etag: "8" } }, []],
    [
      "recorded, and changed by somebody else later",
      { resource: { id: "d1", etag: "7" }, changed: BEGUN + 120_000 },
      [],
    ],
    ["recorded without an etag", { resource: { id: "d1" } }, []],
    [
      "recorded, and no longer in the bundle",
      { resource: { id: "d1", etag: "7", modified_status: "deleted" } },
      [],
    ],
  ] as const satisfies readonly (readonly [string, Case, readonly unknown[]])[])
    it(what, async () => {
      assert.deepEqual((await found(given)).objects, expected);
    });

  for (const [what, given] of [
    ["a folder of somebody else", { resource: { parent_path: "/Workspace/Shared" } }],
    ["a folder whose name begins alike", { resource: { parent_path: `${ROOT}2` } }],
    ["a way out of its folder", { resource: { parent_path: `${ROOT}/../../x` } }],
    ["a name that is a path", { resource: { display_name: "a/b" } }],
    ["a name that is not known yet", { resource: { display_name: "${resources.jobs.a.id}" } }],
    ["no folder of the bundle", { root: "" }],
  ] as const satisfies readonly (readonly [string, Case])[])
    it(`asks for nothing by ${what}`, async () => {
      assert.deepEqual(await found(given), { objects: [], asked: [] });
    });

  it("passes on that the workspace cannot be asked", async () => {
    await assert.rejects(found({ dashboard: new ApiFailure(500, "INTERNAL_ERROR", "no") }), ApiFailure);
  });
});
