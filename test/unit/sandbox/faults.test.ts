import assert from "node:assert/strict";
import { throttled } from "../../../sandbox/http/faults.ts";
import { SystemServer } from "../../../sandbox/http/server.ts";
import { Faults } from "../../../sandbox/http/faults.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/sandbox.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { accessToken, send, workspaceApi } from "./client.ts";

const CREATE = "/api/2.2/jobs/create";

describe("sandbox: faults", () => {
  let sandbox: Sandbox;
  let api: ReturnType<typeof workspaceApi>;
  beforeEach(async () => {
    sandbox = await startSandbox();
    api = workspaceApi(sandbox, await accessToken(sandbox));
  });
  afterEach(() => sandbox.stop());
  const create = () => api("POST", CREATE, { name: "x" });

  it("answers as told, once, and then as usual", async () => {
    const fault = sandbox.fault({ path: CREATE, then: { status: 503 } });
    const { status, body } = await create();
    assert.deepEqual([status, body["error_code"]], [503, "TEMPORARILY_UNAVAILABLE"]);
    assert.equal(sandbox.workspace.jobs.all.size, 0);
    assert.equal((await create()).status, 200);
    assert.equal(fault.hits, 1);
    assert.equal(sandbox.requests.filter(({ status: one }) => one === 503).length, 1);
  });

  it("throttles with Retry-After", async () => {
    sandbox.fault({ then: throttled(7) });
    const { status, headers, body } = await create();
    assert.deepEqual(
      [status, headers.get("retry-after"), body["error_code"]],
      [429, "7", "REQUEST_LIMIT_EXCEEDED"],
    );
  });

  it("sends a text as it is, with given headers", async () => {
    sandbox.fault({ then: { status: 502, body: "<html>", headers: { "content-type": "text/html" } } });
    const { status, text, headers } = await create();
    assert.deepEqual([status, text, headers.get("content-type")], [502, "<html>", "text/html"]);
  });

  it("lets a request take effect and then fails it", async () => {
    sandbox.fault({ method: "POST", path: CREATE, tookEffect: true, then: { status: 503 } });
    assert.equal((await create()).status, 503);
    assert.equal(sandbox.workspace.jobs.all.size, 1);
  });

  it("breaks the connection, before or after the effect", async () => {
    sandbox.fault({ path: CREATE, then: "reset" });
    await assert.rejects(create);
    assert.equal(sandbox.workspace.jobs.all.size, 0);
    sandbox.fault({ path: CREATE, then: "reset", tookEffect: true });
    await assert.rejects(create);
    assert.equal(sandbox.workspace.jobs.all.size, 1);
    assert.equal(sandbox.requests.at(-1)!.status, undefined);
  });

  it("hangs until the client gives up or the sandbox stops", async () => {
    sandbox.fault({ path: CREATE, then: "hang", times: 2 });
    const given = fetch(`${sandbox.workspace.host}${CREATE}`, {
      method: "POST",
      signal: AbortSignal.timeout(50),
    });
    await assert.rejects(given, { name: "TimeoutError" });
    const hanging = assert.rejects(create);
    while (sandbox.requests.filter(({ path }) => path === CREATE).length < 2) await new Promise(setImmediate);
    await sandbox.stop();
    await hanging;
  });

  it("counts the nth matching request and how many times", async () => {
    const fault = sandbox.fault({
      system: "workspace",
      path: /\/jobs\/(create|list)$/g,
      nth: 2,
      times: 2,
      then: { status: 500 },
    });
    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await create()).status);
    await api("GET", "/api/2.0/workspace/list?path=/Workspace");
    assert.deepEqual(statuses, [200, 500, 500, 200]);
    assert.equal(fault.hits, 2);
  });

  it("leaves other systems, methods and paths alone", async () => {
    sandbox.fault({ system: "github", path: CREATE, then: { status: 500 } });
    sandbox.fault({ method: "GET", path: CREATE, then: { status: 500 } });
    sandbox.fault({ path: "/api/2.2/jobs", then: { status: 500 } });
    assert.equal((await create()).status, 200);
  });

  it("obeys the first rule that still hits, and none that was removed", async () => {
    const first = sandbox.fault({ path: CREATE, times: Infinity, then: { status: 500 } });
    sandbox.fault({ path: CREATE, times: 2, then: { status: 502 } });
    assert.equal((await create()).status, 500);
    first.remove();
    assert.equal((await create()).status, 502);
    assert.equal((await create()).status, 200);
  });

  it("delays a request, and every answer by the latency, on its clock", async () => {
    await sandbox.stop();
    const clock = new FakeClock();
    sandbox = await startSandbox({ clock, latency: 40 });
    sandbox.fault({ path: "/.well-known/databricks-config", delay: 1_000 });
    const answered: string[] = [];
    const url = `${sandbox.workspace.host}/.well-known/databricks-config`;
    const pending = [1, 2].map(async (name) => {
      await send("GET", url);
      answered.push(String(name));
    });
    while (clock.sleeps.length < 2) await new Promise(setImmediate);
    assert.deepEqual(
      [...clock.sleeps].sort((one, other) => one - other),
      [40, 1_040],
    );
    await clock.advance(40);
    await Promise.race(pending);
    assert.equal(answered.length, 1);
    await clock.advance(1_000);
    await Promise.all(pending);
  });

  it("reports a defect of its own as such, without a 5xx", async () => {
    const defects: unknown[] = [];
    const stopping = new AbortController().signal;
    const wiring = { clock: new FakeClock(), latency: 0, faults: new Faults(), log: [], defects, stopping };
    const server = await SystemServer.start("workspace", wiring);
    const broken = new Error("broken");
    server.serve(
      [
        {
          method: "GET",
          pattern: "/x",
          access: "public",
          handle: () => {
            throw broken;
          },
        },
      ],
      () => undefined,
    );
    const { status, body } = await send("GET", `${server.url}/x`);
    assert.deepEqual([status, body["error_code"]], [400, "SANDBOX_DEFECT"]);
    assert.deepEqual(defects, [broken]);
    await server.stop();
  });
});
