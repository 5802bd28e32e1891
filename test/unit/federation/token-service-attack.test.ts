import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import fc from "fast-check";
import { startTokenService, type TokenService } from "../../../core/federation/token-service.ts";
import { FakeClock } from "../support/fake-clock.ts";

const HOST = "https://adb-1.2.azuredatabricks.net";
const TOKEN = "the-access-token";
const CONTROL = "c".repeat(43);

describe("token service under attack", () => {
  let service: TokenService;
  let asked = 0;
  const open = new Set<Socket>();
  beforeEach(async () => {
    asked = 0;
    const clock = new FakeClock();
    service = await startTokenService({
      approvedHost: HOST,
      clock,
      token: () => {
        asked += 1;
        return Promise.resolve({ accessToken: TOKEN, expiresAt: clock.now() + 3_600_000 });
      },
      control: { secret: CONTROL, answer: () => Promise.resolve({ served: asked }) },
      patience: 250,
    });
  });
  afterEach(async () => {
    for (const socket of open) socket.destroy();
    open.clear();
    await service.stop();
  });

  function dial(): Socket {
    const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    open.add(socket);
    return socket;
  }

  /** Sends these bytes and gives everything that came until the service closed the connection. */
  async function raw(bytes: string): Promise<string> {
    const socket = dial();
    let text = "";
    socket.setEncoding("latin1").on("data", (piece: string) => (text += piece));
    socket.write(bytes, "latin1");
    await closed(socket);
    return text;
  }

  /** Also where the service cuts off a client that still writes: that is a reset. */
  const closed = (socket: Socket): Promise<void> =>
    new Promise((resolve) => {
      socket.once("close", () => resolve());
    });
  const authority = (): string => new URL(service.url).host;
  const path = (): string => new URL(service.url).pathname;
  const head = (...more: string[]): string =>
    [
      `GET ${path()} HTTP/1.1`,
      `Host: ${authority()}`,
      "X-Databricks-Metadata-Version: 1",
      `X-Databricks-Host: ${HOST}`,
      ...more,
      "",
      "",
    ].join("\r\n");
  const works = async (): Promise<void> =>
    assert.match(await raw(head()), new RegExp(`^HTTP/1.1 200 [^]*"${TOKEN}"`));
  const tokensIn = (text: string): number => text.split(TOKEN).length - 1;

  it("gives one token to one right request, and closes its connection", async () => {
    const text = await raw(head());
    assert.equal(tokensIn(text), 1);
    assert.match(text, /\r\nconnection: close\r\n/i);
  });

  const right = head;
  const attacks: Readonly<Record<string, () => string>> = {
    "an absolute URL": () => right().replace(path(), service.url),
    "a path with a slash more": () => right().replace(path(), `${path()}/`),
    "a path with dots": () => right().replace(path(), `/x/..${path()}`),
    "a path that is encoded": () =>
      right().replace(path(), `/%${path().charCodeAt(1).toString(16)}${path().slice(2)}`),
    "a path with a fragment": () => right().replace(path(), `${path()}#`),
    "a path in another letter case": () => right().replace(path(), path().toUpperCase() + "a"),
    "half of the path": () => right().replace(path(), path().slice(0, 20)),
    HEAD: () => right().replace("GET", "HEAD"),
    "OPTIONS, as a browser asks before": () =>
      right("Origin: https://evil.example").replace("GET", "OPTIONS"),
    TRACE: () => right().replace("GET", "TRACE"),
    CONNECT: () => right().replace(`GET ${path()}`, `CONNECT ${authority()}`),
    "no Host": () => right().replace(/Host: 127.*\r\n/, ""),
    "an empty Host": () => right().replace(/Host: 127.*\r\n/, "Host:\r\n"),
    "Host with a rebound name": () => right().replace(/Host: 127.*\r\n/, "Host: evil.example\r\n"),
    "Host with a rebound name and the port": () =>
      right().replace("Host: 127.0.0.1:", "Host: 127.0.0.1.evil.example:"),
    "Host in another form of the address": () => right().replace("Host: 127.0.0.1:", "Host: 127.1:"),
    "two Hosts, the right one first": () => right("Host: evil.example"),
    "two Hosts, the right one last": () => right().replace("Host: 127", "Host: evil.example\r\nHost: 127"),
    "a version that is missing": () => right().replace(/X-Databricks-Metadata-Version.*\r\n/, ""),
    "the version twice": () => right("X-Databricks-Metadata-Version: 1"),
    "two hosts, the approved one first": () => right("X-Databricks-Host: https://evil.example"),
    "two hosts, the approved one last": () =>
      right().replace("X-Databricks-Host:", "X-Databricks-Host: https://evil.example\r\nX-Databricks-Host:"),
    "a body in chunks": () => `${right("Transfer-Encoding: chunked")}0\r\n\r\n`,
    "a body with a length": () => `${right("Content-Length: 4")}abcd`,
    "a length and chunks": () => `${right("Content-Length: 4", "Transfer-Encoding: chunked")}0\r\n\r\n`,
    "two lengths": () => `${right("Content-Length: 0", "Content-Length: 4")}abcd`,
    "chunks in a strange spelling": () => `${right("Transfer-Encoding: xchunked")}0\r\n\r\n`,
    "a header with a blank before its colon": () => right("X-Other : 1"),
    "a folded header": () => right("X-Other: 1\r\n 2"),
    "line feeds alone": () => right().replaceAll("\r\n", "\n").replace("GET", "\0GET"),
    "a header of 100 KB": () => right(`X-Other: ${"x".repeat(100_000)}`),
    "10,000 headers": () => right(...Array.from({ length: 10_000 }, (_, at) => `X-${at}: 1`)),
    "HTTP/2": () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    TLS: () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "the control path with GET": () => right().replace(path(), `/${CONTROL}`),
    "the control path under a rebound name": () =>
      right()
        .replace(`GET ${path()}`, `POST /${CONTROL}`)
        .replace(/Host: 127.*\r\n/, "Host: evil.example\r\n"),
  };
  for (const [name, bytes] of Object.entries(attacks)) {
    it(`gives no token for ${name}`, async () => {
      const text = await raw(bytes());
      assert.equal(tokensIn(text), 0, text);
      assert.equal(asked, 0, "the session was not asked");
      assert.doesNotMatch(text, /^HTTP\/1.1 200/);
      assert.doesNotMatch(text, /served/);
      await works();
    });
  }

  it("answers one request a connection: nothing hides behind it", async () => {
    for (const first of [
      head(),
      head().replace(path(), "/x"),
      `${head("Transfer-Encoding: chunked").replace(path(), "/x")}0\r\n\r\n`,
      head(`Content-Length: ${head().length}`).replace(path(), "/x"),
    ]) {
      const text = await raw(first + head() + head());
      assert.ok(tokensIn(text) <= (first === head() ? 1 : 0), text);
      assert.equal(text.split("HTTP/1.1 ").length - 1, 1, text);
    }
    await works();
  });

  it("gives its report to nobody without the control path, and never a token there", async () => {
    const report = await raw(head().replace(`GET ${path()}`, `POST /${CONTROL}`));
    assert.match(report, /"served":0/);
    assert.equal(tokensIn(report), 0);
  });

  it("survives whatever is sent", async () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary-ascii", maxLength: 40 }),
      fc.constantFrom(
        "\r\n",
        "\r\n\r\n",
        "GET / HTTP/1.1\r\n",
        "Host: x\r\n",
        "Content-Length: 9\r\n",
        "\0",
        "\xff",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const socket = dial();
        socket.end(pieces.join(""), "latin1");
        let text = "";
        socket.setEncoding("latin1").on("data", (more: string) => (text += more));
        await closed(socket);
        assert.equal(tokensIn(text), 0);
      }),
      { numRuns: 60 },
    );
    await works();
  });

  it("cuts off whoever does not finish the head of a request (slow-loris), and serves others meanwhile", async () => {
    const slow = Array.from({ length: 200 }, dial);
    for (const socket of slow) socket.write(`GET ${path()} HTTP/1.1\r\nHost: ${authority()}\r\nX-`);
    const cutOff = Promise.all(slow.map((socket) => closed(socket.resume())));
    const dripping = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write("a");
    }, 50);
    await works();
    await cutOff;
    clearInterval(dripping);
    assert.equal(asked, 1);
    await works();
  });

  it("serves 1,000 connections at once", async () => {
    const texts = await Promise.all(
      Array.from({ length: 1_000 }, (_, at) => raw(at % 10 === 0 ? head().replace("1.2", "6.6") : head())),
    );
    assert.equal(texts.filter((text) => tokensIn(text) === 1).length, 900);
    assert.equal(texts.filter((text) => text.startsWith("HTTP/1.1 403")).length, 100);
    await works();
  });

  it("lives on when a client goes away before its answer", async () => {
    for (let count = 0; count < 50; count++) {
      const socket = dial();
      socket.write(head());
      await once(socket, "connect");
      socket.resetAndDestroy();
    }
    await works();
  });
});
