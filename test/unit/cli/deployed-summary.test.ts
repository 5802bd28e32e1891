import assert from "node:assert/strict";
import { deployedSummary } from "../../../core/cli/deployed-summary.ts";
import { resourceLink } from "../../../core/cli/resource-link.ts";
import { summaryOf } from "../../../core/cli/summary.ts";

const WORKSPACE = { host: "https://lake.cloud.databricks.com", workspaceId: "7405" };

describe("what is known of a deployment by its ids", () => {
  const before = summaryOf({
    bundle: { name: "lake", target: "prod" },
    workspace: { state_path: "/s" },
    variables: { catalog: { value: "main" } },
    resources: {
      jobs: {
        kept: { name: "Kept", id: "1", url: "https://lake.cloud.databricks.com/jobs/1?w=7405" },
        fresh: { name: "Fresh", modified_status: "created", tasks: [] },
        anew: { name: "Anew", id: "2", url: "https://lake.cloud.databricks.com/jobs/2?w=7405" },
        failed: { name: "Failed", modified_status: "created" },
        old: { id: "9", modified_status: "deleted" },
        gone: { id: "8", modified_status: "deleted" },
      },
      database_catalogs: { orders: { name: "orders", url: "https://h/explore/data/orders" } },
    },
  });
  const ids = new Map([
    ["jobs.kept", "1"],
    ["jobs.fresh", "3"],
    ["jobs.anew", "4"],
    ["jobs.old", "9"],
    ["database_catalogs.orders", "orders"],
  ]);

  it("is the configuration before it, with these ids and their links", () => {
    const after = deployedSummary(before, ids, WORKSPACE);
    const link = (id: string): string => `https://lake.cloud.databricks.com/jobs/${id}?w=7405`;
    assert.deepEqual(after?.tree, {
      bundle: { name: "lake", target: "prod" },
      workspace: { state_path: "/s" },
      variables: { catalog: { value: "main" } },
      resources: {
        jobs: {
          kept: { name: "Kept", id: "1", url: link("1") },
          fresh: { name: "Fresh", tasks: [], id: "3", url: link("3") },
          anew: { name: "Anew", id: "4", url: link("4") },
          failed: { name: "Failed", modified_status: "created" },
          old: { id: "9", modified_status: "deleted" },
        },
        database_catalogs: { orders: { name: "orders", id: "orders", url: "https://h/explore/data/orders" } },
      },
    });
    assert.deepEqual(
      after.jobs.map(({ key, id, name }) => [key, id, name]),
      [
        ["kept", "1", "Kept"],
        ["fresh", "3", "Fresh"],
        ["anew", "4", "Anew"],
      ],
    );
    assert.deepEqual(
      after.resources.map(({ key, declared }) => [key, declared]),
      [
        ["kept", true],
        ["fresh", true],
        ["anew", true],
        ["old", false],
        ["orders", true],
      ],
    );
  });

  it("is not known where a link of something new is not", () => {
    const more = summaryOf({ resources: { job_runs: { once: { modified_status: "created" } } } });
    assert.equal(deployedSummary(more, new Map([["job_runs.once", "5"]]), WORKSPACE), undefined);
    const same = summaryOf({ resources: { job_runs: { once: { id: "5", url: "https://h/5" } } } });
    assert.ok(deployedSummary(same, new Map([["job_runs.once", "5"]]), WORKSPACE));
  });

  for (const [kind, id, wanted] of [
    ["jobs", "528910734205101", "/jobs/528910734205101?w=7405"],
    ["schemas", "main.orders", "/explore/data/main/orders?w=7405"],
    ["volumes", "main.orders.raw", "/explore/data/volumes/main/orders/raw?w=7405"],
    ["dashboards", "01ef", "/dashboardsv3/01ef/published?w=7405"],
    ["model_serving_endpoints", "a b?c#d/../e", "/ml/endpoints/a%20b%3Fc%23d%2F..%2Fe?w=7405"],
  ] as const)
    it(`links to ${kind}`, () => {
      assert.equal(resourceLink(kind, id, WORKSPACE), WORKSPACE.host + wanted);
    });

  it("names no workspace where the host does, and links to nothing of a kind without a page, or one unknown", () => {
    const host = "https://adb-7405.5.azuredatabricks.net";
    assert.equal(resourceLink("jobs", "1", { host, workspaceId: "7405" }), `${host}/jobs/1`);
    assert.equal(resourceLink("secret_scopes", "s", WORKSPACE), "");
    for (const kind of ["job_runs", "constructor", "__proto__"])
      assert.equal(resourceLink(kind, "1", WORKSPACE), undefined);
  });
});
