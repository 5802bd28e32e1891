import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { ApiFailure, type DatabricksApi } from "../../../core/api/client.ts";
import type { Json } from "../../../core/api/json.ts";
import { systemPlatform } from "../../../core/base/clock-and-platform.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import { summaryOf } from "../../../core/cli/summary.ts";
import { proveDeployed } from "../../../core/flow/deployed-here.ts";
import { scratchFolders } from "../support/scratch.ts";

const STATE = "/Workspace/Shared/lake/state";
const RECORD = '{"seq":1}';
const job = (name: string, metadata = `${STATE}/metadata.json`): Json => ({
  settings: { name, deployment: { kind: "BUNDLE", metadata_file_path: metadata } },
});
const pipeline = (metadata?: string): Json => ({ spec: { deployment: { metadata_file_path: metadata } } });

describe("what the CLI says that it has deployed", () => {
  const freshFolder = scratchFolders();

  /** What is wrong, by the workspace with these jobs and pipelines. */
  async function wrong(
    there: Readonly<Record<string, Json | number>>,
    ids: Readonly<Record<string, string>> = { nightly: "1", weekly: "2" },
    record = RECORD,
  ): Promise<string> {
    const root = await freshFolder("private");
    const state = path.join(root, "state");
    await mkdir(path.join(state, "prod"), { recursive: true });
    await writeFile(path.join(state, "prod/deployment.json"), record);
    const jobs = Object.entries(ids).filter(([key]) => key !== "ingest");
    const summary = summaryOf({
      bundle: { target: "prod" },
      workspace: { state_path: STATE },
      resources: {
        jobs: Object.fromEntries(jobs.map(([key, id]) => [key, { id, name: key }])),
        pipelines: ids["ingest"] === undefined ? {} : { ingest: { id: ids["ingest"] } },
      },
    });
    const api: DatabricksApi = {
      call: ({ path: route, query = {} }) => {
        if (route.endsWith("/export"))
          return Promise.resolve({ content: Buffer.from(RECORD).toString("base64") });
        const answer = there[query["job_id"] ?? route.slice(route.lastIndexOf("/") + 1)] ?? 404;
        return typeof answer === "number"
          ? Promise.reject(new ApiFailure(answer, "X", "no"))
          : Promise.resolve(answer);
      },
    };
    try {
      await proveDeployed(api, summary, { folder: { root, state }, platform: systemPlatform() });
      return "";
    } catch (error) {
      assert.ok(error instanceof SecretlessError);
      assert.equal(error.code, "HOST_NOT_APPROVED");
      return error.details.actual?.replace(/^.*?: /, "") ?? "";
    }
  }

  it("is believed where it is there, with the mark of this bundle and target", async () => {
    assert.equal(await wrong({ "1": job("nightly"), "2": job("weekly") }), "");
    const bare = job("weekly", "/Shared/lake/state/metadata.json");
    assert.equal(await wrong({ "1": job("renamed by the server"), "2": bare }), "");
    const marked = pipeline(`${STATE}/metadata.json`);
    assert.equal(await wrong({ p: marked }, { ingest: "p" }), "");
    assert.equal(await wrong({ p: {} }, { ingest: "p" }), "");
  });

  it("is believed of what is hidden from us", async () => {
    assert.equal(
      await wrong({ "1": 403, "2": job("weekly"), p: 403 }, { nightly: "1", weekly: "2", ingest: "p" }),
      "",
    );
  });

  it("is refused where it is not there", async () => {
    assert.equal(await wrong({ "2": job("weekly") }), "jobs.nightly (1)");
    assert.equal(await wrong({ "1": 400, "2": 404 }), "jobs.nightly (1), jobs.weekly (2)");
    assert.equal(await wrong({}, { ingest: "p" }), "pipelines.ingest (p)");
  });

  it("is refused where the id is that of another bundle, of nobody's, or of another job of the bundle", async () => {
    const other = job("nightly", "/Workspace/Shared/other/state/metadata.json");
    const text = "jobs.nightly (1, of another bundle or target)";
    assert.equal(await wrong({ "1": other, "2": job("weekly") }), text);
    assert.equal(await wrong({ "1": { settings: { name: "nightly" } }, "2": job("weekly") }), text);
    assert.equal(
      await wrong({ "1": job("weekly"), "2": job("nightly") }),
      "jobs.nightly (1, which is jobs.weekly), jobs.weekly (2, which is jobs.nightly)",
    );
    assert.equal(
      await wrong({ p: pipeline("/elsewhere/metadata.json") }, { ingest: "p" }),
      "pipelines.ingest (p)",
    );
  });

  it("is refused where the record in the workspace is another one", async () => {
    assert.equal(
      await wrong({ "1": job("nightly") }, { nightly: "1" }, '{"seq":2}'),
      `${STATE}/deployment.json`,
    );
  });
});
