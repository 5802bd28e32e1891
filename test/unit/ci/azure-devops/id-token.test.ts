import assert from "node:assert/strict";
import { HttpError } from "../../../../core/net/http.ts";
import { answer, CONNECTION, Job, jwt, LEGACY, page, PIPELINE, URI } from "./azure-job.ts";

describe("ID tokens of Azure DevOps", () => {
  it("asks for the pipeline's own token with the job's token", async () => {
    const job = new Job(
      answer({ oidcToken: PIPELINE }, 200, { "x-vss-e2eid": "e2e-1", "x-msedge-ref": "ref-1" }),
    );
    assert.equal(await job.ask(), PIPELINE);
    const [request] = job.requests;
    assert.equal(request?.method, "POST");
    assert.equal(request.url, `${URI}?api-version=7.1`);
    assert.equal(request.headers?.["authorization"], "Bearer job-token-value");
    assert.equal(request.headers["x-tfs-fedauthredirect"], "Suppress");
    assert.equal(request.headers["content-type"], "application/json");
    assert.equal(request.body, "");
    assert.deepEqual(job.debugLog, ["ID token request: status 200, x-vss-e2eid: e2e-1, x-msedge-ref: ref-1"]);
  });

  it("asks for the token of a service connection by its GUID", async () => {
    const job = new Job(answer({ oidcToken: LEGACY }));
    assert.equal(await job.ask({ connectionId: CONNECTION }), LEGACY);
    assert.equal(job.requests[0]?.url, `${URI}?api-version=7.1&serviceConnectionId=${CONNECTION}`);
  });

  it("makes up the same URL where the agent does not name it", async () => {
    const job = new Job(answer({ oidcToken: PIPELINE }), answer({ oidcToken: PIPELINE }));
    const parts = { oidcRequestUri: "", projectId: "b94c", hostType: "build", planId: "p1", jobId: "j1" };
    for (const collectionUri of ["https://dev.azure.com/example-org/", "https://dev.azure.com/example-org"]) {
      await job.ask({ variables: { ...parts, collectionUri } });
    }
    assert.deepEqual(
      job.requests.map(({ url }) => url),
      [`${URI}?api-version=7.1`, `${URI}?api-version=7.1`],
    );
  });

  it("says so where there is no place to ask", async () => {
    const parts = {
      oidcRequestUri: "",
      collectionUri: "https://dev.azure.com/o/",
      projectId: "b",
      hostType: "build",
      planId: "p",
      jobId: "j",
    };
    for (const missing of ["collectionUri", "projectId", "hostType", "planId", "jobId"]) {
      const { code } = await new Job().refusal({ variables: { ...parts, [missing]: "" } });
      assert.equal(code, "ID_TOKEN_NOT_OFFERED");
    }
  });

  it("tells a missing job token from a refused one", async () => {
    assert.equal((await new Job().refusal({ jobToken: "" })).code, "JOB_TOKEN_MISSING");
    for (const response of [
      page(302),
      page(203),
      page(200),
      page(401),
      answer({ message: "TF400813" }, 401),
    ]) {
      const error = await new Job(response).refusal();
      assert.equal(error.code, "ID_TOKEN_REFUSED");
      assert.match(error.message, /did not accept the job's access token/);
      assert.match(error.details.actual ?? "", new RegExp(`status ${String(response.status)} with `));
    }
    assert.match(
      (await new Job({ status: 302, headers: {}, body: "" }).refusal()).details.actual ?? "",
      /no content/,
    );
  });

  it("takes nothing for a token that is none", async () => {
    for (const body of [
      {},
      { oidcToken: 7 },
      { oidcToken: "two.parts" },
      { oidcToken: "a b.c.d" },
      [],
      "null",
      '"x"',
    ]) {
      assert.equal((await new Job(answer(body)).refusal()).code, "ID_TOKEN_REFUSED", JSON.stringify(body));
    }
    for (const token of [
      "e30.e30.e30",
      "e30.bm8ganNvbg.e30",
      jwt({ sub: 1, exp: 1 }),
      jwt({ sub: "p://" }),
    ]) {
      assert.match((await new Job(answer({ oidcToken: token })).refusal()).message, /cannot be read/);
    }
  });

  it("refuses a name in place of the GUID before it asks, and sees it in the answer", async () => {
    const job = new Job();
    const error = await job.refusal({ connectionId: "databricks-prod" });
    assert.equal(error.code, "CONNECTION_UNKNOWN");
    assert.equal(error.details.actual, "databricks-prod");
    assert.equal(job.requests.length, 0);
    const ignored = await new Job(answer({ oidcToken: PIPELINE })).refusal({ connectionId: CONNECTION });
    assert.equal(ignored.code, "CONNECTION_UNKNOWN");
  });

  it("tells a connection that no input names from one that is not there", async () => {
    const value = `There is no explicit reference to service connection ${CONNECTION} from current stage A.B.__default.`;
    const notNamed = await new Job(answer({ count: value.length, value }, 400)).refusal({
      connectionId: CONNECTION,
    });
    assert.equal(notNamed.code, "CONNECTION_NOT_REFERENCED");
    assert.equal(notNamed.details.actual, value);
    const absent = await new Job(answer({ message: "not found" }, 404)).refusal({ connectionId: CONNECTION });
    assert.equal(absent.code, "CONNECTION_UNKNOWN");
    // Without a connection, neither is about one.
    for (const response of [
      answer({ count: 1, value }, 400),
      answer({ message: "not found", typeKey: 1 }, 404),
    ]) {
      assert.equal((await new Job(response).refusal()).code, "ID_TOKEN_REFUSED");
    }
  });

  it("quotes the service's words without tokens", async () => {
    const error = await new Job(
      answer({ message: `bad ${PIPELINE}`, typeKey: "VssException" }, 400),
    ).refusal();
    assert.equal(error.details.actual, "bad ***");
  });

  it("leaves to the caller what may pass", async () => {
    for (const [response, retryAfter] of [
      [answer({ message: "busy" }, 503, { "retry-after": "7" }), 7_000],
      [answer("", 429), undefined],
      [answer({ message: "not yet", typeKey: "TaskOrchestrationPlanSecurityException" }, 403), undefined],
    ] as const) {
      const error: unknown = await new Job(response).ask().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof HttpError);
      assert.equal(error.retryable, true);
      assert.equal(error.retryAfter, retryAfter);
    }
  });
});
