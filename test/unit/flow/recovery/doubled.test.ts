import assert from "node:assert/strict";
import { ApiFailure, type DatabricksApi } from "../../../../core/api/client.ts";
import { textAt, type Json } from "../../../../core/api/json.ts";
import type { PlanAction } from "../../../../core/cli/plan.ts";
import { summaryOf } from "../../../../core/cli/summary.ts";
import { removeDoubled } from "../../../../core/flow/recovery/doubled.ts";
import type { Step } from "../../../../core/flow/step.ts";

const US = "5f8a6d3c-0000-4000-8000-000000000000";
const STATE = "/Workspace/Users/us/.bundle/lake/prod/state";
const SINCE = 1_000_000;

interface Workspace {
  readonly jobs: readonly Json[];
  readonly actions?: Readonly<Record<string, PlanAction>>;
  readonly refuses?: string;
}

describe("jobs that the CLI has created twice", () => {
  const settings = (name: string, state = STATE): Json => ({
    name,
    deployment: { kind: "BUNDLE", metadata_file_path: `${state}/metadata.json` },
  });
  const job = (id: number, more: Readonly<Record<string, Json>> = {}): Json => ({
    ...{ job_id: id, creator_user_name: US, created_time: SINCE + 10, settings: settings("nightly") },
    ...more,
  });

  async function removed({ jobs, actions = { "jobs.nightly": "create" }, refuses = "" }: Workspace) {
    const deleted: string[] = [];
    const listed: string[] = [];
    const warnings: string[] = [];
    const audited: unknown[] = [];
    const api: DatabricksApi = {
      call: ({ path, query, body }) => {
        if (path === refuses) return Promise.reject(new ApiFailure(403, "PERMISSION_DENIED", "no"));
        if (path === "/api/2.2/jobs/delete") {
          deleted.push(String((body as { readonly job_id: bigint }).job_id));
          return Promise.resolve({});
        }
        assert.equal(path, "/api/2.2/jobs/list");
        listed.push(query?.["name"] ?? "all");
        const named = jobs.filter(
          (one) => query?.["name"] === undefined || textAt(one, "settings", "name") === query["name"],
        );
        return Promise.resolve({ jobs: named });
      },
    };
    const step = {
      inputs: { clientId: US, command: { name: "deploy" } },
      found: () => undefined,
      ci: { annotate: (_level: string, text: string) => warnings.push(text) },
    } as unknown as Step;
    const there = Object.fromEntries(
      ["nightly", "hourly", ...Array.from({ length: 21 }, (_, nth) => `many${String(nth)}`)].map(
        (key, nth) => [key, { id: String(nth + 1), name: key }],
      ),
    );
    const summary = summaryOf({
      bundle: { name: "lake", target: "prod" },
      workspace: { state_path: STATE },
      resources: { jobs: there },
    });
    const entries = Object.entries(actions).map(([resource, action]) => ({
      ...{ resource, action, child: resource.split(".").length > 2, gone: false, fields: [] },
    }));
    const plan = { engine: "direct", entries } as const;
    await removeDoubled(
      { step, api, audit: { note: (event) => audited.push(event) } },
      { plan, summary, since: SINCE },
    );
    return { deleted, listed, warnings, audited: audited.length };
  }

  it("are deleted, but for the one that the state knows", async () => {
    const { deleted, warnings, audited } = await removed({ jobs: [job(1), job(77)] });
    assert.deepEqual(deleted, ["77"]);
    assert.match(warnings.join(), /nightly.* twice.*\(77\) was deleted/);
    assert.equal(audited, 1);
  });

  for (const [what, twin] of [
    ["somebody else created", job(77, { creator_user_name: "x@example.com" })],
    ["was there before", job(77, { created_time: SINCE - 60_000 })],
    ["says no time", job(77, { created_time: "" })],
    ["was deployed from elsewhere", job(77, { settings: settings("nightly", "/Workspace/Shared/state") })],
    ["says nothing of a deployment", job(77, { settings: { name: "nightly" } })],
    ["has another name", job(77, { settings: settings("Nightly") })],
    ["is another one of this bundle", job(2, { settings: settings("nightly") })],
  ] as const)
    it(`are none of those that ${what}`, async () => {
      assert.deepEqual((await removed({ jobs: [job(1), twin] })).deleted, []);
    });

  it("are looked for where a job was created, and nowhere else", async () => {
    const actions = {
      "jobs.nightly": "update",
      "jobs.hourly": "recreate",
      "jobs.nightly.permissions": "create",
      "pipelines.nightly": "create",
    } as const;
    const { listed, deleted } = await removed({ jobs: [job(77)], actions });
    assert.deepEqual([listed, deleted], [["hourly"], []]);
    assert.deepEqual((await removed({ jobs: [job(77)], actions: {} })).listed, []);
  });

  it("are looked for in one listing, where many were created", async () => {
    const many = Array.from({ length: 21 }, (_, nth) => [`jobs.many${String(nth)}`, "create"] as const);
    const twin = job(77, { settings: settings("many3") });
    const { listed, deleted } = await removed({ jobs: [twin, job(78)], actions: Object.fromEntries(many) });
    assert.deepEqual([listed, deleted], [["all"], ["77"]]);
  });

  for (const refuses of ["/api/2.2/jobs/list", "/api/2.2/jobs/delete"])
    it(`are a warning where ${refuses} is refused: the deployment is there`, async () => {
      const { warnings } = await removed({ jobs: [job(77)], refuses });
      assert.match(warnings.join(), /is not known/);
    });
});
