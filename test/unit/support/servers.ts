import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts a server on 127.0.0.1, on any free port. */
export async function listen(
  listener: RequestListener,
  tls?: { cert: string; key: string },
): Promise<RunningServer & { server: Server }> {
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `${tls ? "https" : "http"}://127.0.0.1:${String(port)}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** A proxy that leads everything to `target`, whatever host is asked for; or answers `refuse`; or, with 0, nothing. */
export async function listenAsProxy(
  target: { port: number },
  refuse?: number,
): Promise<RunningServer & { server: Server; seen: string[]; authorization: (string | undefined)[] }> {
  const seen: string[] = [];
  const authorization: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const note = (request: IncomingMessage) => {
    seen.push(`${request.method ?? ""} ${request.url ?? ""}`);
    authorization.push(request.headers["proxy-authorization"]);
  };
  const proxy = await listen((_, response) => response.writeHead(500).end());
  proxy.server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    note(request);
    sockets.add(socket);
    if (refuse !== undefined) {
      if (refuse > 0) socket.end(`HTTP/1.1 ${String(refuse)} No\r\ncontent-length: 0\r\n\r\n`);
      else socket.on("end", () => socket.end()).resume();
      return;
    }
    const upstream = connect(target.port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    // Each end goes with the other, or a server that closes waits for a connection that nobody uses.
    upstream.on("error", () => undefined).on("close", () => socket.destroy());
    socket.on("error", () => undefined).on("close", () => upstream.destroy());
  });
  return {
    ...proxy,
    seen,
    authorization,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await proxy.stop();
    },
  };
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
