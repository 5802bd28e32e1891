import assert from "node:assert/strict";
import { DEPLOYER, JOB_RUNNER } from "../../../sandbox/defaults.ts";
import type { Json, JsonObject } from "../../../sandbox/http/json.ts";
import { good, refused, sandboxForEachTest, text } from "./client.ts";

describe("sandbox: jobs", () => {
  const rig = sandboxForEachTest();
  const create = async (settings: JsonObject) =>
    text(await good(rig.api("POST", "/api/2.2/jobs/create", settings)), "job_id");
  const get = (id: string, more = "") => rig.api("GET", `/api/2.2/jobs/get?job_id=${id}${more}`);

  it("keeps settings and fills in what the server fills in", async () => {
    const id = await create({
      name: "a",
      tasks: [{ task_key: "t", notebook_task: { notebook_path: "/n" } }],
    });
    const job = await good(get(id));
    assert.equal(job["run_as_user_name"], DEPLOYER.applicationId);
    assert.deepEqual(job["settings"], {
      email_notifications: {},
      webhook_notifications: {},
      timeout_seconds: 0,
      max_concurrent_runs: 1,
      format: "MULTI_TASK",
      name: "a",
      tasks: [
        {
          run_if: "ALL_SUCCESS",
          timeout_seconds: 0,
          email_notifications: {},
          task_key: "t",
          notebook_task: { source: "WORKSPACE", notebook_path: "/n" },
        },
      ],
    });
  });

  it("replaces all settings on reset, but keeps a run_as that is left out", async () => {
    const id = await create({
      name: "a",
      tags: { x: "y" },
      run_as: { service_principal_name: JOB_RUNNER.applicationId },
    });
    await good(rig.api("POST", "/api/2.1/jobs/reset", { job_id: BigInt(id), new_settings: { name: "b" } }));
    const job = await good(get(id));
    const settings = job["settings"] as JsonObject;
    assert.deepEqual([settings["name"], settings["tags"]], ["b", undefined]);
    assert.equal(job["run_as_user_name"], JOB_RUNNER.applicationId);
  });

  it("refuses an unknown run_as, tasks without or with the same key, and ids of nothing", async () => {
    const bad = (settings: JsonObject) =>
      refused(rig.api("POST", "/api/2.2/jobs/create", settings), 400, "INVALID_PARAMETER_VALUE");
    await bad({ run_as: { service_principal_name: "00000000-0000-4000-8000-000000000000" } });
    await bad({ tasks: [{}] });
    await bad({ tasks: [{ task_key: "a" }, { task_key: "a" }] });
    await refused(get("1"), 404, "RESOURCE_DOES_NOT_EXIST");
    await refused(get("x"), 400, "INVALID_PARAMETER_VALUE");
    await refused(rig.api("POST", "/api/2.2/jobs/delete", { job_id: 1 }), 404, "RESOURCE_DOES_NOT_EXIST");
    await refused(rig.api("POST", "/api/2.2/jobs/reset", { job_id: 1 }), 400, "INVALID_PARAMETER_VALUE");
    await refused(rig.api("POST", "/api/2.2/jobs/create", Buffer.from("{")), 400, "MALFORMED_REQUEST");
  });

  it("shows more than a hundred tasks in pages", async () => {
    const id = await create({
      tasks: Array.from({ length: 150 }, (_, index) => ({ task_key: `t${String(index)}` })),
    });
    const first = await good(get(id));
    const second = await good(get(id, `&page_token=${text(first, "next_page_token")}`));
    const count = (job: JsonObject) => ((job["settings"] as JsonObject)["tasks"] as Json[]).length;
    assert.deepEqual([count(first), count(second), second["has_more"]], [100, 50, undefined]);
  });

  it("lists the first hundred tasks of a job, and says that it has more", async () => {
    for (const count of [100, 101])
      await create({
        tasks: Array.from({ length: count }, (_, index) => ({ task_key: `t${String(index)}` })),
      });
    const { jobs } = await good(rig.api("GET", "/api/2.2/jobs/list?expand_tasks=true"));
    const shown = (jobs as { settings: { tasks: Json[] }; has_more?: boolean }[]).map(
      ({ settings, has_more: more }) => [settings.tasks.length, more],
    );
    assert.deepEqual(new Set(shown.map(String)), new Set(["100,", "100,true"]));
  });

  it("lists in pages, by name, without tasks unless asked", async () => {
    for (let index = 0; index < 3; index += 1)
      await create({ name: index === 1 ? "Nightly" : "other", tasks: [{ task_key: "t" }] });
    const list = (query: string) => good(rig.api("GET", `/api/2.2/jobs/list?${query}`));
    const named = (await list("name=nightly&expand_tasks=true"))["jobs"] as { settings: JsonObject }[];
    assert.deepEqual(
      named.map(({ settings }) => settings["name"]),
      ["Nightly"],
    );
    assert.ok(Array.isArray(named[0]!.settings["tasks"]));
    const first = await list("limit=2");
    assert.equal(first["has_more"], true);
    const second = await list(`limit=2&page_token=${text(first, "next_page_token")}`);
    const jobs = [first, second].flatMap((page) => page["jobs"] as { settings: JsonObject }[]);
    assert.equal(jobs.length, 3);
    assert.ok(jobs.every(({ settings }) => settings["tasks"] === undefined));
  });
});

describe("sandbox: big ids", () => {
  const rig = sandboxForEachTest({ bigIds: true });

  it("loses no digit of an id past 2^53", async () => {
    const create = async (name: string) =>
      text(await good(rig.api("POST", "/api/2.2/jobs/create", { name })), "job_id");
    const ids = [await create("a"), await create("b"), await create("c")];
    assert.deepEqual(ids, ["9007199254740991", "9007199254740993", "9007199254740995"]);
    const job = await good(rig.api("GET", "/api/2.2/jobs/get?job_id=9007199254740993"));
    assert.deepEqual([(job["settings"] as JsonObject)["name"], job["job_id"]], ["b", 9007199254740993n]);
    const answer = await rig.api("GET", "/api/2.2/jobs/get?job_id=9007199254740995");
    assert.match(answer.text, /"job_id":9007199254740995[,}]/);
  });
});
