import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { DEPLOYER, JOB_RUNNER } from "../../../sandbox/defaults.ts";
import { CREDENTIAL, prepareJobAccess } from "../../../sandbox/job-access.ts";
import { auditedApi, type Caller } from "../../../core/flow/api.ts";
import type { AuditEvent } from "../../../core/audit/events/ocsf.ts";
import type { HttpResponse } from "../../../core/base/ports.ts";
import { HttpError } from "../../../core/net/http.ts";
import { FakeCi } from "../support/fake-ci.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { Flow, usualCli, type PlayCli } from "../support/flow.ts";

type Line = Record<"class_uid" | "status" | "api" | "unmapped", unknown>;

describe("the audit of writing calls", () => {
  const clock = new FakeClock();
  async function eventsOf(answers: (HttpError | Partial<HttpResponse>)[], failure: Caller["failure"]) {
    const events: AuditEvent[] = [];
    const write = (event: AuditEvent): Promise<void> => {
      events.push(event);
      return Promise.resolve();
    };
    const send = (): Promise<HttpResponse> => {
      const answer = answers.shift();
      if (answer instanceof HttpError) return Promise.reject(answer);
      return Promise.resolve({ status: 200, headers: {}, body: "{}", ...answer });
    };
    const step = {
      ci: new FakeCi(),
      inputs: {},
      ports: { clock, send },
      signal: new AbortController().signal,
    } as unknown as Parameters<typeof auditedApi>[0];
    const caller = { audit: { write }, clientId: "sp", failure };
    const api = auditedApi(step, "https://h", () => Promise.resolve("t"), caller);
    const call = { method: "POST", path: "/x", query: { q: "1" }, repeatable: true } as const;
    await clock.running(api.call(call)).catch(() => undefined);
    await clock.running(api.call({ method: "GET", path: "/y" }));
    return events;
  }

  it("has each try with what came of it, and no reading call", async () => {
    const reset = new HttpError("reset", { failure: "reset", retryable: true });
    const found = await eventsOf([reset, { headers: { "x-request-id": "r" } }], "ENDPOINT_UNAVAILABLE");
    assert.deepEqual(
      found.map(({ status, status_detail, status_code, api, unmapped }) => ({
        status,
        status_detail,
        status_code,
        api,
        caller: unmapped["caller"],
      })),
      [
        {
          status: "Failure",
          status_detail: "no answer came",
          status_code: "ENDPOINT_UNAVAILABLE",
          api: {
            operation: "POST /x",
            service: { name: "h" },
            response: { error: "ENDPOINT_UNAVAILABLE", error_message: "no answer came" },
          },
          caller: "sp",
        },
        {
          status: "Success",
          status_detail: undefined,
          status_code: undefined,
          api: {
            operation: "POST /x",
            service: { name: "h" },
            request: { uid: "r" },
            response: { code: 200 },
          },
          caller: "sp",
        },
      ],
    );
    const [refused] = await eventsOf([{ status: 403 }], "ACCESS_FAILED");
    assert.deepEqual([refused?.["status_code"], refused?.["status_detail"]], ["ACCESS_FAILED", "status 403"]);
  });
});

describe("the writing calls of a step", () => {
  const STATE = "/Workspace/Shared/lake/state";
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  /** What the sandbox has got beside exchanges, and what the audit log says; the CLI is played, so all of it is ours. */
  async function written(): Promise<{ served: string[]; audited: string[] }> {
    const served = flow.sandbox.requests
      .filter(({ method, path: route }) => method !== "GET" && !route.endsWith("/token"))
      .map(({ method, path: route }) => `${method} ${route}`);
    const text = await readFile(path.join(flow.checkout, "audit.jsonl"), "utf8");
    const audited = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line)
      .filter(({ class_uid, api }) => class_uid === 6003 && JSON.stringify(api).includes("/api/2"))
      .map(({ api }) => (api as { operation: string }).operation);
    return { served, audited };
  }
  const INPUTS = { "audit-log": "audit.jsonl" };

  it("are all on record when access is granted and withdrawn, files of the workspace too", async () => {
    const { sandbox } = flow;
    prepareJobAccess(sandbox);
    sandbox.workspace.files.mkdirs("/Workspace/Shared/lake/files");
    sandbox.workspace.serviceCredentials.grant(CREDENTIAL, DEPLOYER.applicationId, "MANAGE");
    const deployer = sandbox.account.principals.withApplicationId(DEPLOYER.applicationId);
    assert.ok(deployer);
    const run_as = { service_principal_name: JOB_RUNNER.applicationId };
    const jobId = sandbox.workspace.jobs.create({ name: "nightly", run_as }, deployer).id;
    const access = path.join(flow.checkout, "access.yml");
    const entry = `{ purpose: read, unity_catalog_credential: ${CREDENTIAL} }`;
    await writeFile(access, `version: 1\njobs:\n  nightly:\n    - ${entry}\n`);
    const usual = usualCli({ "jobs.nightly": "skip" });
    const cli: PlayCli = (command, request) =>
      command === "summary -o json"
        ? {
            stdout: JSON.stringify({
              sync: { paths: ["."] },
              bundle: { name: "lakehouse-jobs", target: "prod" },
              workspace: { state_path: STATE, file_path: "/Workspace/Shared/lake/files" },
              resources: { jobs: { nightly: { id: jobId, name: "nightly", run_as } } },
            }),
          }
        : usual(command, request);
    assert.equal(await flow.run(INPUTS, cli), 0, flow.error);
    await rm(access);
    assert.equal(await flow.run(INPUTS, cli), 0, flow.error);
    const { served, audited } = await written();
    assert.deepEqual(audited, served);
    for (const operation of ["import", "delete"]) {
      assert.ok(audited.includes(`POST /api/2.0/workspace/${operation}`), operation);
    }
    assert.ok(audited.some((one) => one.startsWith("PATCH /api/2.1/unity-catalog/permissions/")));
  });

  for (const [what, url, operation] of [
    ["a run", "https://example.com/jobs/7/runs/99", "POST /api/2.2/jobs/runs/cancel"],
    [
      "an update of a pipeline",
      "https://example.com/#joblist/pipelines/0f3c-11/updates/1",
      "POST /api/2.0/pipelines/0f3c-11/stop",
    ],
  ] as const) {
    it(`are on record when ${what} is cancelled because the job is`, async () => {
      const started = what === "a run" ? `Run URL: ${url}\n` : `Update URL: ${url}\n`;
      const cli = usualCli({}, (_command, request) => {
        request.onStderr(Buffer.from(started));
        flow.ci.abort.abort();
        return { signal: "SIGTERM" };
      });
      assert.equal(await flow.run({ ...INPUTS, command: "run", resource: "nightly" }, cli), 1);
      assert.deepEqual(await written(), { served: [operation], audited: [operation] });
    });
  }
});
