import assert from "node:assert/strict";
import { connectDatabricks } from "../../../core/api/databricks-api.ts";
import { inParallel, listAll, type ApiFailure, type Json } from "../../../core/api/rest.ts";
import type { Clock, HttpRequest, HttpResponse } from "../../../core/base/ports.ts";

/** Short waits pass at once; the deadline passes only by them. */
function shortWaits(): Clock {
  let time = 0;
  return {
    now: () => time,
    sleep: (ms, signal) => {
      if (ms <= 25_000) {
        time += ms + 1;
        return Promise.resolve();
      }
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          reject(new Error("stopped"));
        });
      });
    },
  };
}

const answer = (status: number, body: string, headers = {}): HttpResponse => ({ status, headers, body });

describe("the connection to a Databricks host", () => {
  const sent: HttpRequest[] = [];
  const written: unknown[] = [];
  const connect = (...answers: HttpResponse[]): ReturnType<typeof connectDatabricks> => {
    sent.length = 0;
    written.length = 0;
    return connectDatabricks({
      host: "https://w.example.com",
      token: () => Promise.resolve("secret-token"),
      clock: shortWaits(),
      send: (request) => {
        sent.push(request);
        return Promise.resolve(answers[sent.length - 1] ?? answer(200, "{}"));
      },
      onWrite: (...call) => {
        written.push(call);
        return Promise.resolve();
      },
    });
  };

  it("sends token, query and body, and keeps large ids as texts", async () => {
    const api = connect(answer(200, '{"job_id":9007199254740993,"n":7}'));
    const found = await api({ method: "GET", path: "/api/x", query: { a: "b c" } });
    assert.deepEqual({ ...(found as object) }, { job_id: "9007199254740993", n: 7 });
    assert.equal(sent[0]?.url, "https://w.example.com/api/x?a=b+c");
    assert.equal(sent[0].headers?.["authorization"], "Bearer secret-token");
    assert.deepEqual(written, []);
  });

  it("tells of each write with the server's request id", async () => {
    await connect(answer(200, "", { "x-request-id": "r1" }))({
      method: "PATCH",
      path: "/api/x",
      body: { a: 1 },
    });
    assert.deepEqual(written, [["PATCH", "https://w.example.com/api/x", 200, "r1"]]);
    assert.equal(sent[0]?.body, '{"a":1}');
  });

  it("throws the error code of a refusal", async () => {
    const api = connect(answer(403, '{"error_code":"PERMISSION_DENIED","message":"no"}'));
    await assert.rejects(
      api({ method: "GET", path: "/x" }),
      (error: ApiFailure) =>
        error.refused && error.errorCode === "PERMISSION_DENIED" && error.message === "no",
    );
    await assert.rejects(
      connect(answer(404, "<html>"))({ method: "GET", path: "/x" }),
      (error: ApiFailure) => error.status === 502,
    );
  });

  it("tries again where that may help, and gives up as a failure", async () => {
    const busy = answer(503, "busy");
    assert.deepEqual(
      { ...((await connect(busy, busy, answer(200, '{"a":1}'))({ method: "GET", path: "/x" })) as object) },
      { a: 1 },
    );
    await assert.rejects(
      connect(...Array<HttpResponse>(500).fill(busy))({ method: "GET", path: "/x" }),
      (error: ApiFailure) => error.status === 503,
    );
  });
});

describe("listings", () => {
  it("follow page tokens past empty pages, and stop at one that repeats", async () => {
    const pages: Json[] = [{ items: [1], next_page_token: "a" }, { next_page_token: "b" }, { items: [2] }];
    let page = 0;
    assert.deepEqual(await listAll(() => Promise.resolve(pages[page++] ?? null), "/x", "items"), [1, 2]);
    await assert.rejects(
      listAll(() => Promise.resolve({ next_page_token: "same" }), "/x", "items"),
      /does not come to an end/,
    );
  });

  it("keep the order of parallel work", async () => {
    assert.deepEqual(await inParallel([3, 1, 2], (n) => Promise.resolve(n * 2), 2), [6, 2, 4]);
    await assert.rejects(
      inParallel([1], () => Promise.reject(new Error("x"))),
      /x/,
    );
  });
});
