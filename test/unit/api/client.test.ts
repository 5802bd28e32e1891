import assert from "node:assert/strict";
import fc from "fast-check";
import sinon from "sinon";
import {
  ApiFailure,
  callError,
  connectDatabricks,
  isUnavailable,
  UNREADABLE_ANSWER,
  type ApiRequest,
  type Connection,
  type ConnectionOptions,
} from "../../../core/api/client.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { HttpRequest, HttpResponse } from "../../../core/base/ports.ts";
import { HttpError } from "../../../core/net/http.ts";
import { FakeClock } from "../support/fake-clock.ts";

type Answer = HttpError | HttpResponse;
const answer = (status: number, body = "{}", headers = {}): HttpResponse => ({ status, headers, body });
const lost = (failure: "reset" | "refused"): HttpError =>
  new HttpError(failure, { failure, retryable: true });
const GET = { method: "GET", path: "/x" } as const;
const JWT = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln";

async function failure(work: Promise<unknown>): Promise<ApiFailure> {
  const error: unknown = await work.catch((one: unknown) => one);
  assert.ok(error instanceof ApiFailure, String(error));
  return error;
}

describe("the connection to a Databricks host", () => {
  let clock = new FakeClock();
  let sent: HttpRequest[] = [];
  const onWrite = sinon.stub();
  beforeEach(() => {
    clock = new FakeClock();
    sent = [];
    onWrite.reset();
    onWrite.resolves();
  });
  /** Gives these answers one after the other, the last one for ever. */
  const connect = (answers: readonly Answer[], over: Partial<ConnectionOptions> = {}): Connection => {
    let tokens = 0;
    return connectDatabricks({
      host: "https://w.example.com",
      token: () => Promise.resolve(`token-${++tokens}`),
      clock,
      send: (request) => {
        const next = answers[Math.min(sent.length, answers.length - 1)] ?? answer(200);
        sent.push(request);
        return next instanceof HttpError ? Promise.reject(next) : Promise.resolve(next);
      },
      onWrite,
      ...over,
    });
  };

  it("gives an array where one is asked for, and takes it for somebody else's answer where not", async () => {
    const array = answer(200, "[{}]");
    assert.deepEqual(await connect([array]).call({ ...GET, array: true }), [{}]);
    assert.equal((await failure(connect([array]).call(GET))).errorCode, UNREADABLE_ANSWER);
    assert.equal(
      (await failure(connect([answer(200)]).call({ ...GET, array: true }))).errorCode,
      UNREADABLE_ANSWER,
    );
  });

  it("sends token and query, and keeps large ids as texts", async () => {
    const api = connect([answer(200, '{"job_id":9007199254740993,"n":7}', { "x-databricks-org-id": "1" })]);
    const found = await api.answer({ ...GET, query: { a: "b c" } });
    assert.deepEqual({ ...(found.json as object) }, { job_id: "9007199254740993", n: 7 });
    assert.equal(found.headers["x-databricks-org-id"], "1");
    assert.equal(sent[0]?.url, "https://w.example.com/x?a=b+c");
    assert.deepEqual(sent[0].headers, { authorization: "Bearer token-1", accept: "application/json" });
    assert.equal(sent[0].body, undefined);
    sinon.assert.notCalled(onWrite);
  });

  it("takes an empty answer for an empty object", async () => {
    assert.deepEqual(await connect([answer(204, " ")]).call({ ...GET, method: "DELETE" }), {});
  });

  it("sends integers of any size digit by digit", async () => {
    const body = { run_id: 7000000000000000001n, a: "ü", b: [1, null, true], c: undefined };
    await connect([answer(200)]).call({ method: "POST", path: "/x", body });
    assert.equal(sent[0]?.body, '{"run_id":7000000000000000001,"a":"ü","b":[1,null,true]}');
    assert.equal(sent[0].headers?.["content-type"], "application/json");
  });

  it("tells of each try of a write, by the server's request id, and of one that was not answered", async () => {
    const api = connect([
      answer(503, "", { "x-request-id": "r1" }),
      lost("reset"),
      answer(200, "", { "x-databricks-request-id": "r2" }),
    ]);
    await clock.running(api.call({ method: "PATCH", path: "/x", query: { q: "1" }, repeatable: true }));
    const write = { method: "PATCH", url: "https://w.example.com/x" };
    assert.deepEqual(
      onWrite.args.map(([told]) => told as unknown),
      [
        { ...write, status: 503, requestId: "r1" },
        { ...write, status: undefined, requestId: undefined },
        { ...write, status: 200, requestId: "r2" },
      ],
    );
  });

  it("fails where what was written cannot be put on record", async () => {
    onWrite.rejects(new SecretlessError("AUDIT_LOG_UNWRITABLE", { problem: "full" }));
    await assert.rejects(connect([answer(200)]).call({ method: "POST", path: "/x" }), {
      code: "AUDIT_LOG_UNWRITABLE",
    });
  });

  it("tries again where that may help, each time with a token that is valid then", async () => {
    const api = connect([lost("reset"), answer(503, "busy"), answer(429), answer(200, '{"a":1}')]);
    assert.deepEqual({ ...((await clock.running(api.call(GET))) as object) }, { a: 1 });
    assert.deepEqual(
      sent.map(({ headers }) => headers?.["authorization"]),
      ["Bearer token-1", "Bearer token-2", "Bearer token-3", "Bearer token-4"],
    );
  });

  it("gives up after a minute: as a failure if it was answered, else as what the connection said", async () => {
    const start = clock.now();
    const error = await failure(clock.running(connect([answer(503, "busy")]).call(GET)));
    assert.deepEqual([error.status, error.errorCode], [503, "HTTP_503"]);
    assert.ok(clock.now() - start <= 60_000);
    await assert.rejects(clock.running(connect([lost("reset")]).call(GET)), { name: "HttpError" });
  });

  const POST: ApiRequest = { method: "POST", path: "/x" };
  for (const [title, request, first, again] of [
    ["GET", GET, lost("reset"), true],
    ["PUT", { ...POST, method: "PUT" }, answer(503), true],
    ["DELETE", { ...POST, method: "DELETE" }, lost("reset"), true],
    ["a POST that may be repeated", { ...POST, repeatable: true }, lost("reset"), true],
    ["a PATCH that may be repeated", { ...POST, method: "PATCH", repeatable: true }, answer(500), true],
    ["another POST that was answered 503", POST, answer(503), false],
    ["another POST whose answer was lost", POST, lost("reset"), false],
    ["another PATCH that was answered 500", { ...POST, method: "PATCH" }, answer(500), false],
    ["another POST that was limited", POST, answer(429), true],
    ["another POST that never got there", POST, lost("refused"), true],
  ] as const) {
    it(`${again ? "tries again" : "does not try again"}: ${title}`, async () => {
      const api = connect([first, answer(200)]);
      const work = clock.running(api.call(request));
      if (again) await work;
      else await assert.rejects(work);
      assert.equal(sent.length, again ? 2 : 1);
    });
  }

  it("stops when the signal is aborted, but not a call that has to outlast it", async () => {
    const signal = AbortSignal.abort(new Error("cancelled"));
    const api = connect([answer(200, '{"a":1}')], { signal });
    await assert.rejects(api.call(GET), /cancelled/);
    assert.deepEqual({ ...((await api.call({ ...GET, lasting: true })) as object) }, { a: 1 });
  });

  it("passes on what is no failure of the request", async () => {
    const token = (): Promise<string> => Promise.reject(new TypeError("defect"));
    await assert.rejects(connect([], { token }).call(GET), TypeError);
  });

  describe("its failures", () => {
    it("carry status, error code and message, without a token", async () => {
      const body = JSON.stringify({ error_code: "PERMISSION_DENIED", message: `no ${JWT}` });
      const error = await failure(connect([answer(403, body)]).call(GET));
      assert.deepEqual([error.status, error.errorCode, error.message], [403, "PERMISSION_DENIED", "no ***"]);
      assert.deepEqual([error.refused, error.missing], [true, false]);
      const bare = await failure(connect([answer(404, "")]).call(GET));
      assert.deepEqual([bare.errorCode, bare.refused, bare.missing], ["HTTP_404", false, true]);
    });

    it("are never taken for the API's word where a page was answered in its place", async () => {
      for (const status of [401, 403, 404]) {
        const error = await failure(connect([answer(status, "<html>")]).call(GET));
        assert.deepEqual([error.status, error.errorCode], [status, UNREADABLE_ANSWER]);
        assert.deepEqual([error.refused, error.missing, error.is(status)], [false, false, false]);
      }
      const error = await failure(connect([answer(200, "<html>")]).call(GET));
      assert.equal(error.errorCode, UNREADABLE_ANSWER);
    });

    it("are overcome where an answer was cut off, and none is made up where it says nothing", async () => {
      for (const body of ["", " ", '{"a":', '{"a":1']) {
        sent = [];
        const api = connect([answer(200, body), answer(200, '{"a":1}')]);
        assert.deepEqual(await clock.running(api.call(GET)), { a: 1 });
        assert.equal(sent.length, 2);
      }
      for (const body of ["[1,2]", "7", "null", "<html>"]) {
        sent = [];
        const error = await failure(connect([answer(200, body)]).call(GET));
        assert.deepEqual([error.errorCode, sent.length], [UNREADABLE_ANSWER, 1]);
      }
      assert.deepEqual(await connect([answer(200, "")]).call({ method: "POST", path: "/x", body: {} }), {});
    });

    it("name the runner's address where that is refused, whatever was asked", async () => {
      const body = "Source IP address: 203.0.113.7 is blocked by Databricks IP ACL for workspace: 1";
      const refused = await failure(connect([answer(403, body)]).call(GET));
      assert.equal(isUnavailable(refused), true);
      const error = callError("The look", refused) as SecretlessError;
      assert.match(error.details.remedy ?? "", /IP access list/);
      assert.equal(isUnavailable(await failure(connect([answer(403, "{}")]).call(GET))), false);
    });

    it("never break the reading, whatever the body", async () => {
      const bodies = fc.oneof(fc.string(), fc.json());
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(200, 400, 403, 404), bodies, async (status, body) => {
          sent = [];
          const error: unknown = await clock.running(connect([answer(status, body)]).call(GET)).then(
            () => undefined,
            (one: unknown) => one,
          );
          assert.ok(status === 200 && error === undefined ? true : error instanceof ApiFailure);
        }),
      );
    });

    it("become an error for the user that quotes the answer", async () => {
      const refused = await failure(connect([answer(400, `no ${JWT}`)]).call(GET));
      const error = callError("The look", refused);
      assert.ok(error instanceof SecretlessError);
      assert.equal(error.code, "ENDPOINT_UNAVAILABLE");
      assert.match(
        error.message,
        /^The look failed: GET https:\/\/w.example.com\/x was answered with status 400\.$/,
      );
      assert.equal(error.details.actual, "no ***");
      const page = callError("The look", await failure(connect([answer(200, "<html>")]).call(GET)));
      assert.match(String(page), /The look failed: .*not as the API does/);
      assert.equal((callError("It", lost("reset")) as SecretlessError).code, "ENDPOINT_UNAVAILABLE");
      const defect = new TypeError("defect");
      assert.equal(callError("It", defect), defect);
    });
  });
});
