import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { download } from "../../../../core/cli/install/download.ts";
import { listen } from "../../support/servers.ts";
import { content, httpFailure, servers } from "./support/transfer.ts";

describe("download", () => {
  const { serve } = servers();

  it("streams the whole content, without any credential", async () => {
    const bytes = "x".repeat(300_000);
    let headers: unknown;
    const { url } = await serve((request, response) => {
      headers = request.headers;
      response.end(bytes);
    });
    assert.equal(await content(`${url}/a/file.zip`), bytes);
    assert.deepEqual(Object.keys(headers as object).sort(), [
      "accept",
      "accept-encoding",
      "connection",
      "host",
      "user-agent",
    ]);
  });

  it("reads no further while the sink is busy", async () => {
    const { url } = await serve((_, response) => response.end(Buffer.alloc(500_000)));
    let busy = 0;
    let most = 0;
    await download(
      url,
      async () => {
        most = Math.max(most, ++busy);
        await new Promise((resolve) => setImmediate(resolve));
        busy--;
      },
      { environment: {}, redirects: "same origin", limit: 1_000_000, signal: new AbortController().signal },
    );
    assert.equal(most, 1);
  });

  const statuses: readonly (readonly [number, boolean])[] = [
    [404, false],
    [403, false],
    [204, false],
    [304, false],
    [429, true],
    [503, true],
  ];
  for (const [status, retryable] of statuses) {
    it(`calls status ${String(status)} a failure that may ${retryable ? "" : "not "}pass`, async () => {
      const { url } = await serve((_, response) => {
        response.writeHead(status, { "retry-after": "2", date: "Wed, 25 Nov 2026 10:00:00 GMT" }).end();
      });
      const error = await httpFailure(content(url));
      assert.equal(error.status, status);
      assert.equal(error.retryable, retryable);
      assert.equal(error.retryAfter, 2_000);
    });
  }

  const truncated: readonly (readonly [string, RequestListener])[] = [
    [
      "is shorter than announced",
      (_, response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("PK", () => response.destroy());
      },
    ],
    [
      "ends in the middle of a chunk",
      (_, response) => {
        response.write("PK", () => response.destroy());
      },
    ],
  ];
  for (const [title, listener] of truncated) {
    it(`fails, and may be retried, when the content ${title}`, async () => {
      const { url } = await serve(listener);
      const error = await httpFailure(content(url));
      assert.equal(error.failure, "reset");
      assert.equal(error.retryable, true);
    });
  }

  it("stops at the limit", async () => {
    const { url } = await serve((_, response) => response.end(Buffer.alloc(100_000)));
    const error = await httpFailure(content(url, { limit: 99_999 }));
    assert.equal(error.failure, "too-large");
    assert.equal(error.retryable, false);
    assert.equal((await content(url, { limit: 100_000 })).length, 100_000);
  });

  it("gives up a connection that has gone silent", async () => {
    const { url } = await serve((_, response) => {
      response.write("PK");
    });
    const error = await httpFailure(content(url, { idle: 40 }));
    assert.equal(error.failure, "timeout");
    assert.equal(error.retryable, true);
  });

  it("ends with the reason of its signal, before and during the transfer", async () => {
    const reason = new Error("cancelled by the user");
    const { url } = await serve((_, response) => {
      response.write("PK");
    });
    await assert.rejects(content(url, { signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const sink = () => {
      controller.abort(reason);
      return Promise.resolve();
    };
    const options = {
      environment: {},
      redirects: "same origin",
      limit: 100,
      signal: controller.signal,
    } as const;
    await assert.rejects(download(url, sink, options), reason);
  });

  it("passes on what the sink throws", async () => {
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    const { url } = await serve((_, response) => response.end("PK"));
    const options = {
      environment: {},
      redirects: "same origin",
      limit: 100,
      signal: new AbortController().signal,
    } as const;
    await assert.rejects(
      download(url, () => Promise.reject(full), options),
      full,
    );
  });

  it("says that nobody listens", async () => {
    const { url, stop } = await listen((_, response) => response.end());
    await stop();
    const error = await httpFailure(content(url));
    assert.equal(error.failure, "refused");
  });
});
