import assert from "node:assert/strict";
import type { HttpRequest, HttpResponse, Send } from "../../../core/base/ports.ts";
import { answering, askEarly, configUrl, documentRequest, issuerUrl } from "../../../core/net/first-look.ts";

const HOST = "https://adb-7429.12.azuredatabricks.net";
const never = new AbortController().signal;

describe("the first look at the workspace", () => {
  let asked: HttpRequest[] = [];
  let answer: (request: HttpRequest) => Promise<HttpResponse>;
  const send: Send = (request) => {
    asked.push(request);
    return answer(request);
  };
  beforeEach(() => {
    asked = [];
    answer = ({ url }) => Promise.resolve({ status: 200, headers: {}, body: url });
  });
  const urls = (): string[] => asked.map(({ url }) => url);

  it("asks for both public documents at once, with nothing of this run", () => {
    askEarly(send, ` ${HOST.toUpperCase()}/?o=74 `, never);
    assert.deepEqual(urls(), [issuerUrl(`${HOST}/oidc`), configUrl(HOST)]);
    for (const { method, headers, body } of asked)
      assert.deepEqual([method, headers, body], ["GET", { accept: "application/json" }, undefined]);
  });

  for (const host of [
    "",
    "http://example.com",
    "https://user@example.com",
    "https://0x7f.1",
    "https://example.com/path",
    "https://example.com\\@evil.example",
    "ftp://example.com",
    "javascript:alert(1)",
  ])
    it(`asks nobody where the host is no workspace's URL: ${JSON.stringify(host)}`, () => {
      askEarly(send, host, never);
      assert.deepEqual(urls(), []);
    });

  it("gives each answer once, to a GET of the same URL alone; the next try is sent", async () => {
    const early = askEarly(send, HOST, never);
    const answered = answering(send, early);
    asked = [];
    const url = configUrl(HOST);
    assert.equal((await answered(documentRequest(url))).body, url);
    assert.deepEqual(urls(), []);
    await answered(documentRequest(url));
    await answered(documentRequest(`${HOST}/api/2.0/preview/scim/v2/Me`));
    await answered({ ...documentRequest(issuerUrl(`${HOST}/oidc`)), method: "POST" });
    assert.equal(asked.length, 3);
  });

  it("hands a failure on to who waits for it, and to nobody else", async () => {
    const broken = new Error("reset");
    answer = () => Promise.reject(broken);
    const answered = answering(send, askEarly(send, HOST, never));
    await assert.rejects(answered(documentRequest(configUrl(HOST))), broken);
  });

  it("is given up with the step's end", () => {
    const end = new AbortController();
    askEarly(send, HOST, end.signal);
    end.abort();
    assert.ok(asked.length > 0 && asked.every(({ signal }) => signal?.aborted === true));
  });
});
