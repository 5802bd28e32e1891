import assert from "node:assert/strict";
import { readSummary } from "../../../core/cli/summary.ts";

describe("the CLI's summary", () => {
  it("lists what is deployed and still in the bundle", () => {
    const summary = readSummary(
      JSON.stringify({
        bundle: { name: "lake", target: "prod", mode: "production" },
        workspace: {
          host: "https://h",
          root_path: "/Workspace/Shared/lake",
          state_path: "/Workspace/Shared/lake/state",
        },
        resources: {
          jobs: {
            nightly: { id: "7000000000000000001", name: "Nightly", url: "https://h/jobs/7?w=1" },
            fresh: { name: "Fresh", modified_status: "created" },
            old: { id: "3", url: "https://h/jobs/3", modified_status: "deleted" },
            unnamed: { id: "4" },
          },
          pipelines: { ingest: { id: "0f3c-…", name: "Ingest", url: "https://h/pipelines/0f3c" } },
          schemas: { bronze: { id: "main.bronze" } },
          dashboards: { sales: { id: "01ef", display_name: "Sales" } },
        },
      }),
    );
    assert.equal(summary.name, "lake");
    assert.equal(summary.target, "prod");
    assert.equal(summary.workspace.host, "https://h");
    assert.equal(summary.workspace.rootPath, "/Workspace/Shared/lake");
    assert.equal(summary.workspace.statePath, "/Workspace/Shared/lake/state");
    assert.deepEqual(
      summary.jobs.map(({ key, id, name, url }) => [key, id, name, url]),
      [
        ["nightly", "7000000000000000001", "Nightly", "https://h/jobs/7?w=1"],
        ["unnamed", "4", "unnamed", ""],
      ],
    );
    assert.deepEqual(
      summary.resources.map(({ kind, key, name, declared }) => [`${kind}.${key}`, name, declared]),
      [
        ["jobs.nightly", "Nightly", true],
        ["jobs.old", "old", false],
        ["jobs.unnamed", "unnamed", true],
        ["pipelines.ingest", "Ingest", true],
        ["schemas.bronze", "bronze", true],
        ["dashboards.sales", "Sales", true],
      ],
    );
    assert.deepEqual(
      summary.pipelines.map(({ key, id }) => [key, id]),
      [["ingest", "0f3c-…"]],
    );
  });

  it("gives IDs exactly, if a version prints them as numbers", () => {
    const { jobs } = readSummary('{"bundle":{},"resources":{"jobs":{"a":{"id":7000000000000000001}}}}');
    assert.equal(jobs[0]?.id, "7000000000000000001");
  });

  it("of a bundle that is not deployed lists nothing", () => {
    const summary = readSummary('{"bundle":{"name":"lake","target":"dev"}}');
    assert.deepEqual([summary.jobs, summary.pipelines, summary.workspace.host], [[], [], undefined]);
  });

  for (const text of ["[]", "{}", '{"bundle":"lake"}', "Name: lake"]) {
    it(`is unreadable in ${text}`, () => {
      assert.throws(() => readSummary(text), { code: "CLI_OUTPUT_UNREADABLE" });
    });
  }
});
