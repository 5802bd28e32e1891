import assert from "node:assert/strict";
import type { DatabricksApi } from "../../../core/api/client.ts";
import type { Json } from "../../../core/api/json.ts";
import { unseenRuns } from "../../../core/flow/unseen-run.ts";

const US = "5f8a6d3c-0000-4000-8000-000000000000";
const SINCE = 1_000_000;
const resource = (key: string, id: string) => ({ key, id, name: key, url: "" });
const run = (id: number, more: Readonly<Record<string, Json>> = {}): Json => ({
  ...{
    run_id: id,
    creator_user_name: US,
    start_time: SINCE + 800,
    run_page_url: `https://x/run/${String(id)}`,
  },
  ...more,
});

describe("a run that was cancelled before its link was seen", () => {
  /** What is found where the workspace has these runs and updates from that look on. */
  async function found(
    key: string,
    {
      runs = [],
      updates = [],
      from = 0,
    }: { runs?: readonly Json[]; updates?: readonly Json[]; from?: number },
  ): Promise<readonly [ids: readonly string[], waited: number]> {
    let waited = 0;
    const clock = {
      now: () => waited,
      sleep: (ms: number) => {
        waited += ms;
        return Promise.resolve();
      },
    };
    const api: DatabricksApi = {
      call: ({ path, query, lasting }) => {
        assert.ok(lasting, "it would end with the cancelled step");
        const isThere = waited >= from;
        if (path === "/api/2.2/jobs/runs/list") {
          assert.deepEqual(query, { job_id: "7", active_only: "true" });
          return Promise.resolve({ runs: isThere ? runs : [] });
        }
        assert.equal(path, "/api/2.0/pipelines/p-1/updates");
        return Promise.resolve({ updates: isThere ? updates : [] });
      },
    };
    const summary = { jobs: [resource("nightly", "7")], pipelines: [resource("flow", "p-1")] };
    const one = await unseenRuns({ api, clock, summary, resource: key, principal: US, since: SINCE });
    return [one.map(({ kind, id }) => `${kind} ${id}`), waited];
  }

  const update = (more: Readonly<Record<string, Json>> = {}): Json => ({
    ...{ update_id: "u", state: "WAITING_FOR_RESOURCES", creation_time: SINCE + 800 },
    ...more,
  });

  for (const [what, key, given, ids] of [
    ["is the one that our principal started since", "nightly", { runs: [run(9)] }, ["jobs 9"]],
    ["is found by the whole key, too", "jobs.nightly", { runs: [run(9)] }, ["jobs 9"]],
    ["is none of somebody else", "nightly", { runs: [run(9, { creator_user_name: "x@example.com" })] }, []],
    ["is none from before", "nightly", { runs: [run(9, { start_time: SINCE - 60_000 })] }, []],
    ["may be one of several", "nightly", { runs: [run(9), run(8)] }, ["jobs 9", "jobs 8"]],
    ["is an update of a pipeline", "flow", { updates: [update()] }, ["pipelines p-1"]],
    ["is no update that has ended", "flow", { updates: [update({ state: "COMPLETED" })] }, []],
    ["is no update from before", "flow", { updates: [update({ creation_time: 1 })] }, []],
  ] as const)
    it(what, async () => {
      assert.deepEqual((await found(key, given))[0], ids);
    });

  it("is looked for again, since what was sent takes effect later", async () => {
    assert.deepEqual(await found("nightly", { runs: [run(9)] }), [["jobs 9"], 0]);
    assert.deepEqual(await found("nightly", { runs: [run(9)], from: 1_500 }), [["jobs 9"], 2_000]);
    assert.deepEqual(await found("nightly", {}), [[], 2_000]);
  });

  it("is not looked for where nothing of that key is deployed", async () => {
    assert.deepEqual(await found("script", { runs: [run(9)] }), [[], 0]);
  });
});
