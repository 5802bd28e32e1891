import assert from "node:assert/strict";
import { SecretlessError } from "../../../core/base/errors.ts";
import { HttpError } from "../../../core/net/http.ts";
import { connectDatabricks } from "../../../core/api/client.ts";
import { cancelRun, currentUser, jobExists, stopPipeline } from "../../../core/api/workspace.ts";
import type { HttpRequest, HttpResponse } from "../../../core/base/ports.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A workspace that gives these answers one after the other, the last one for ever. */
function workspace(answers: readonly (HttpError | Partial<HttpResponse>)[], signal?: AbortSignal) {
  const requests: HttpRequest[] = [];
  const clock = new FakeClock();
  let tokens = 0;
  const api = connectDatabricks({
    host: "https://adb-1.2.azuredatabricks.net",
    token: () => Promise.resolve(`token-${String(++tokens)}`),
    clock,
    send: (request) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)];
      requests.push(request);
      if (answer instanceof HttpError) return Promise.reject(answer);
      return Promise.resolve({ status: 200, headers: {}, body: "{}", ...answer });
    },
    signal,
  });
  return { api, clock, requests };
}
const ME = {
  body: '{"userName":"5f8a","displayName":"deployer","id":1}',
  headers: { "x-databricks-org-id": "900800700600" },
};

describe("the workspace's API", () => {
  it("says who we are and in which workspace", async () => {
    const { api, requests } = workspace([ME]);
    assert.deepEqual(await currentUser(api), {
      userName: "5f8a",
      displayName: "deployer",
      workspaceId: "900800700600",
    });
    assert.equal(requests[0]?.method, "GET");
    assert.equal(requests[0].url, "https://adb-1.2.azuredatabricks.net/api/2.0/preview/scim/v2/Me");
    assert.equal(requests[0].headers?.["authorization"], "Bearer token-1");
  });

  it("says what is absent", async () => {
    assert.deepEqual(await currentUser(workspace([{ body: '{"userName":"u"}' }]).api), {
      userName: "u",
      displayName: "u",
      workspaceId: undefined,
    });
    assert.equal((await currentUser(workspace([{ body: "{}" }]).api)).userName, "");
  });

  it("is asked again after what may pass, each time with a token that is valid then", async () => {
    const reset = new HttpError("reset", { failure: "reset", retryable: true });
    const { api, clock, requests } = workspace([
      reset,
      { status: 503 },
      { status: 429, headers: { "retry-after": "7" } },
      ME,
    ]);
    assert.equal((await clock.running(currentUser(api))).userName, "5f8a");
    assert.deepEqual(
      requests.map(({ headers }) => headers?.["authorization"]),
      ["Bearer token-1", "Bearer token-2", "Bearer token-3", "Bearer token-4"],
    );
  });

  it("is given up after a minute", async () => {
    const { api, clock } = workspace([{ status: 503 }]);
    const start = clock.now();
    await assert.rejects(clock.running(currentUser(api)), { code: "ENDPOINT_UNAVAILABLE" });
    assert.ok(clock.now() - start <= 60_000);
  });

  const token = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln";
  for (const [status, body] of [
    [401, `{"message":"no ${token}"}`],
    [403, `{"message":"no ${token}"}`],
    [403, `<html>no ${token}`],
  ] as const) {
    it(`does not let a stranger in (${String(status)} ${body.slice(0, 6)}), and the token does not show`, async () => {
      const { api, requests } = workspace([{ status, body }]);
      const error: unknown = await currentUser(api).catch((one: unknown) => one);
      assert.ok(error instanceof SecretlessError);
      assert.equal(error.code, "WRONG_PRINCIPAL");
      assert.match(error.details.actual ?? "", new RegExp(`^status ${String(status)}: .*no \\*\\*\\*`));
      assert.equal(requests.length, 1, "asked once");
    });
  }

  it("fails at once with what no second try mends", async () => {
    const { api, requests } = workspace([{ status: 400, body: "no" }]);
    await assert.rejects(currentUser(api), { code: "ENDPOINT_UNAVAILABLE" });
    assert.equal(requests.length, 1);
    await assert.rejects(currentUser(workspace([{ body: "<html>" }]).api), {
      code: "ENDPOINT_UNAVAILABLE",
    });
  });

  it("cancels a run by its exact ID, and stops a pipeline; what has ended already is no failure", async () => {
    for (const status of [200, 400, 404]) {
      const { api, requests } = workspace([{ status }], AbortSignal.abort());
      await cancelRun(api, "7000000000000000001");
      await stopPipeline(api, "0f3c-11/x");
      assert.deepEqual(
        requests.map(({ method, url, body }) => [method, new URL(url).pathname, body]),
        [
          ["POST", "/api/2.2/jobs/runs/cancel", '{"run_id":7000000000000000001}'],
          ["POST", "/api/2.0/pipelines/0f3c-11%2Fx/stop", "{}"],
        ],
      );
    }
    for (const failed of [{ status: 403 }, { status: 404, body: "<html>" }]) {
      await assert.rejects(cancelRun(workspace([failed]).api, "1"), { code: "ENDPOINT_UNAVAILABLE" });
    }
  });

  for (const [status, there] of [
    [200, true],
    [403, true],
    [400, false],
    [404, false],
  ] as const) {
    it(`takes a job for ${there ? "there" : "gone"} after ${String(status)}`, async () => {
      const { api, requests } = workspace([{ status }]);
      assert.equal(await jobExists(api, "7000000000000000001"), there);
      assert.equal(new URL(requests[0]?.url ?? "").search, "?job_id=7000000000000000001");
    });
  }

  it("does not take a page of something else for the word that a job is gone", async () => {
    for (const status of [200, 400, 403, 404]) {
      const { api } = workspace([{ status, body: "<html>" }]);
      await assert.rejects(jobExists(api, "1"), { code: "ENDPOINT_UNAVAILABLE" });
    }
  });
});
