import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { SecretlessError } from "../../../core/base/errors.ts";
import { HttpError } from "../../../core/net/http.ts";
import { createSend } from "../../../core/net/send.ts";
import { systemClock, systemPlatform } from "../../../core/base/clock-and-platform.ts";
import { bodyOf, listen, type RunningServer } from "../support/servers.ts";

const send = createSend({});
const started: RunningServer[] = [];

async function serve(...args: Parameters<typeof listen>) {
  const server = await listen(...args);
  started.push(server);
  return server;
}

async function failureOf(work: Promise<unknown>): Promise<HttpError> {
  const error = await work.then(
    () => assert.fail("no error"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HttpError, String(error));
  return error;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

describe("send", () => {
  it("sends method, headers and body, and returns status, headers and body", async () => {
    const { url } = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        response.writeHead(201, { "X-Up": "Per", "set-cookie": ["a=1", "b=2"] });
        const { method, headers } = request;
        response.end(
          JSON.stringify({
            method,
            url: request.url,
            body,
            type: headers["content-type"],
            length: headers["content-length"],
            agent: headers["user-agent"],
          }),
        );
      });
    });
    const answer = await send({
      method: "POST",
      url: `${url}/p?q=1`,
      headers: { "content-type": "text/x" },
      body: "grüße",
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers["x-up"], "Per");
    assert.equal(answer.headers["set-cookie"], "a=1, b=2");
    assert.deepEqual(JSON.parse(answer.body), {
      method: "POST",
      url: "/p?q=1",
      body: "grüße",
      type: "text/x",
      length: "7",
      agent: "databricks-secretless",
    });
  });

  for (const method of ["GET", "DELETE", "PATCH", "PUT"] as const) {
    it(`sends the body of ${method}`, async () => {
      const { url } = await serve(
        (request, response) => void bodyOf(request).then((body) => response.end(body)),
      );
      assert.equal((await send({ method, url, body: "{}" })).body, "{}");
    });
  }

  it("follows no redirect", async () => {
    let count = 0;
    const { url } = await serve((_, response) => {
      count++;
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    assert.equal((await send({ method: "GET", url })).status, 302);
    assert.equal(count, 1);
  });

  it("gives up on a body that is too large", async () => {
    const { url } = await serve((_, response) => response.end("x".repeat(2000)));
    const error = await failureOf(createSend({}, 1999)({ method: "GET", url }));
    assert.equal(error.failure, "too-large");
    assert.equal(error.retryable, false);
    assert.equal((await createSend({}, 2000)({ method: "GET", url })).body.length, 2000);
  });

  for (const [name, begin] of [
    ["no answer at all", false],
    ["half an answer", true],
  ] as const) {
    it(`times out: ${name}`, async () => {
      const { url } = await serve((_, response) => {
        if (begin) response.write("half");
      });
      const error = await failureOf(send({ method: "GET", url: `${url}/secret?code=1`, timeout: 30 }));
      assert.equal(error.failure, "timeout");
      assert.ok(error.retryable);
      assert.equal(error.message, `GET ${url}/secret was not answered within 0.03 s`);
    });
  }

  it("stops with the reason of its signal, before and during the request", async () => {
    const reason = new Error("cancelled");
    const controller = new AbortController();
    const { url } = await serve(() => {
      controller.abort(reason);
    });
    await assert.rejects(send({ method: "GET", url, signal: controller.signal }), reason);
    await assert.rejects(send({ method: "GET", url, signal: controller.signal }), reason);
  });

  for (const [name, write] of [
    ["before the answer", ""],
    ["in the middle of the answer", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"],
  ] as const) {
    it(`classifies a connection that breaks ${name}`, async () => {
      const server = createTcpServer((socket) => {
        socket.once("data", () => socket.end(write));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const error = await failureOf(send({ method: "GET", url: `http://127.0.0.1:${String(port)}/` }));
      server.close();
      assert.equal(error.failure, "reset");
      assert.ok(error.retryable);
    });
  }

  it("classifies a refused connection", async () => {
    const { url, stop } = await listen(() => undefined);
    await stop();
    const error = await failureOf(send({ method: "GET", url }));
    assert.equal(error.failure, "refused");
    assert.ok(error.retryable);
    assert.match(
      error.message,
      /^GET http:\/\/127\.0\.0\.1:\d+\/ failed: the host cannot be reached \(ECONNREFUSED\)$/,
    );
  });

  it("classifies a name that does not exist as final", async () => {
    // No label has more than 63 bytes (RFC 1035, section 2.3.4): no name server needs to be asked.
    const error = await failureOf(send({ method: "GET", url: `https://${"x".repeat(64)}.invalid/` }));
    assert.equal(error.failure, "dns");
    assert.equal(error.retryable, false);
  });

  it("classifies what is not HTTP", async () => {
    const server = createTcpServer((socket) => socket.end("SSH-2.0-x\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const error = await failureOf(send({ method: "GET", url: `http://127.0.0.1:${String(port)}/` }));
    server.close();
    assert.equal(error.failure, "protocol");
    assert.equal(error.retryable, false);
  });
});

describe("send, when it is done", () => {
  it("leaves no timer and no listener behind", async () => {
    const { url } = await serve((_, response) => response.end("x"));
    const { signal } = new AbortController();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    await send({ method: "GET", url });
    const before = timers();
    await send({ method: "GET", url, signal, timeout: 59_000 });
    // Those of earlier tests may end meanwhile.
    assert.ok(timers() <= before);
    assert.deepEqual(getEventListeners(signal, "abort"), []);
  });
});

describe("send to a host that is not loopback", () => {
  it("refuses plain http", async () => {
    await assert.rejects(send({ method: "GET", url: "http://workspace.example/x" }), (error) => {
      assert.ok(error instanceof SecretlessError);
      assert.equal(error.code, "ENDPOINT_NOT_TRUSTED");
      return true;
    });
  });
});

describe("system clock", () => {
  it("sleeps, and stops with the reason of its signal", async () => {
    const [before, now, after] = [Date.now(), systemClock.now(), Date.now()];
    assert.ok(before <= now && now <= after);
    await systemClock.sleep(1);
    const controller = new AbortController();
    const reason = new Error("cancelled");
    const sleep = systemClock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await assert.rejects(sleep, reason);
    await assert.rejects(systemClock.sleep(60_000, controller.signal), reason);
  });
});

describe("system platform", () => {
  for (const os of ["linux", "darwin", "win32"]) {
    for (const arch of ["x64", "arm64"]) {
      it(`is ${os} on ${arch}`, () => assert.deepEqual(systemPlatform(os, arch), { os, arch }));
    }
  }
  for (const [os, arch] of [
    ["freebsd", "x64"],
    ["linux", "ia32"],
  ] as const) {
    it(`is not ${os} on ${arch}`, () =>
      assert.throws(() => systemPlatform(os, arch), { name: "SecretlessError", code: "INPUT_INVALID" }));
  }
});
