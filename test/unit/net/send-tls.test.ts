import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpError } from "../../../core/net/http.ts";
import type { HttpRequest } from "../../../core/base/ports.ts";
import { createSend } from "../../../core/net/send.ts";
import { selfSignedCertificate } from "../support/certificate.ts";
import { listen, listenAsProxy, type RunningServer } from "../support/servers.ts";

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

describe("send over TLS", () => {
  const loopback = selfSignedCertificate({ dns: ["localhost"], ip: [[127, 0, 0, 1]] });
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "http-test-"));
    file = join(folder, "ca.pem");
    await writeFile(file, loopback.cert);
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it("refuses a certificate that it does not know, even with NODE_TLS_REJECT_UNAUTHORIZED=0", async () => {
    const { url } = await serve((_, response) => response.end("x"), loopback);
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      const error = await failureOf(send({ method: "GET", url }));
      assert.equal(error.failure, "certificate");
      assert.equal(error.retryable, false);
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    }
  });

  it("refuses a certificate of another host", async () => {
    const other = selfSignedCertificate({ dns: ["other.example"], ip: [] });
    const otherFile = join(folder, "other.pem");
    await writeFile(otherFile, other.cert);
    const { url } = await serve((_, response) => response.end("x"), other);
    const error = await failureOf(createSend({ SSL_CERT_FILE: otherFile })({ method: "GET", url }));
    assert.equal(error.failure, "certificate");
    assert.match(error.message, /ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  it("trusts SSL_CERT_FILE, and NODE_EXTRA_CA_CERTS beside it", async () => {
    const { url } = await serve((_, response) => response.end("x"), loopback);
    assert.equal((await createSend({ SSL_CERT_FILE: file })({ method: "GET", url })).body, "x");
    const both = createSend({ SSL_CERT_FILE: join(folder, "missing"), NODE_EXTRA_CA_CERTS: file });
    assert.equal((await both({ method: "GET", url })).body, "x");
    const neither = createSend({ SSL_CERT_FILE: join(folder, "missing") });
    assert.equal((await failureOf(neither({ method: "GET", url }))).failure, "certificate");
  });

  it("trusts SSL_CERT_FILE after a request without TLS, too", async () => {
    const both = createSend({ SSL_CERT_FILE: file });
    const plain = await serve((_, response) => response.end("plain"));
    const secure = await serve((_, response) => response.end("secure"), loopback);
    assert.equal((await both({ method: "GET", url: plain.url })).body, "plain");
    assert.equal((await both({ method: "GET", url: secure.url })).body, "secure");
  });

  it("classifies plain HTTP on a TLS port", async () => {
    const { port } = await serve((_, response) => response.end("x"));
    const error = await failureOf(send({ method: "GET", url: `https://127.0.0.1:${String(port)}/` }));
    assert.equal(error.failure, "protocol");
    assert.equal(error.retryable, false);
  });
});

describe("send through a proxy", () => {
  const workspace = selfSignedCertificate({ dns: ["workspace.example"], ip: [] });
  let folder: string;
  let environment: Record<string, string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "http-test-"));
    const file = join(folder, "ca.pem");
    await writeFile(file, workspace.cert);
    environment = { SSL_CERT_FILE: file };
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });
  const request: HttpRequest = { method: "GET", url: "https://workspace.example/x" };

  it("tunnels https with CONNECT and checks the certificate of the server", async () => {
    const server = await serve((_, response) => response.end("inside"), workspace);
    const proxy = await listenAsProxy(server);
    started.push(proxy);
    const HTTPS_PROXY = proxy.url.replace("//", "//us%40er:pa%3Ass@");
    assert.equal((await createSend({ ...environment, HTTPS_PROXY })(request)).body, "inside");
    assert.deepEqual(proxy.seen, ["CONNECT workspace.example:443"]);
    assert.deepEqual(proxy.authorization, [`Basic ${Buffer.from("us@er:pa:ss").toString("base64")}`]);
    const error = await failureOf(createSend({ HTTPS_PROXY })(request));
    assert.equal(error.failure, "certificate");
    assert.ok(error.message.includes(`through the proxy ${proxy.url} failed`), error.message);
  });

  it("never sends loopback through a proxy", async () => {
    const { url } = await serve((_, response) => response.end("direct"));
    assert.equal(
      (
        await createSend({ HTTP_PROXY: "http://127.0.0.1:1", HTTPS_PROXY: "http://127.0.0.1:1" })({
          method: "GET",
          url,
        })
      ).body,
      "direct",
    );
  });

  for (const [status, retryable] of [
    [407, false],
    [403, false],
    [503, true],
  ] as const) {
    it(`does not take the proxy's ${String(status)} for the server's`, async () => {
      const proxy = await listenAsProxy({ port: 1 }, status);
      started.push(proxy);
      const error = await failureOf(createSend({ HTTPS_PROXY: proxy.url })(request));
      assert.equal(error.failure, "proxy");
      assert.equal(error.status, undefined);
      assert.equal(error.retryable, retryable);
    });
  }

  it("times out on a proxy that does not answer", async () => {
    const proxy = await listenAsProxy({ port: 1 }, 0);
    started.push(proxy);
    const error = await failureOf(createSend({ HTTPS_PROXY: proxy.url })({ ...request, timeout: 30 }));
    assert.equal(error.failure, "timeout");
  });

  it("closes the connection to a proxy that has not answered yet", async () => {
    const proxy = await listenAsProxy({ port: 1 }, 0);
    started.push(proxy);
    const controller = new AbortController();
    const reason = new Error("cancelled");
    const closed = new Promise<void>((resolve) => {
      proxy.server.on("connect", (_, socket) => {
        socket.on("close", resolve);
        controller.abort(reason);
      });
    });
    const { signal } = controller;
    await assert.rejects(createSend({ HTTPS_PROXY: proxy.url })({ ...request, signal }), reason);
    await closed;
  });

  it("does not repeat the proxy's password in an error", async () => {
    const { url, stop } = await listen(() => undefined);
    await stop();
    const error = await failureOf(
      createSend({ HTTPS_PROXY: url.replace("//", "//user:hunter22@") })(request),
    );
    assert.equal(error.failure, "refused");
    assert.doesNotMatch(error.message, /hunter22/);
  });
});
